"""The detector is good but not perfect on scenes that it was not fitted on."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.core.geometry import box_iou
from odquality.core.scenes import BoolArray, FloatArray
from odquality.demo.detector import Detections, Detector, fit_detector
from odquality.demo.scenes import CLASS_NAMES, Labels, Scene, render_scene

SCENES = 120


def _scenes(seed: int, count: int) -> list[Scene]:
    children = np.random.SeedSequence(seed).spawn(count)
    return [render_scene(np.random.default_rng(child)) for child in children]


def _match(labels: Labels, found: Detections) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Which labels are found, which detections hit a label, and which also name its class."""
    is_found = np.zeros(len(labels.xyxy), dtype=np.bool_)
    hits = np.zeros(len(found.xyxy), dtype=np.bool_)
    correct = np.zeros(len(found.xyxy), dtype=np.bool_)
    for row, box in enumerate(found.xyxy):
        iou = np.where(is_found, 0.0, box_iou(labels.xyxy.T, box[:, None]))
        best = int(iou.argmax())
        if iou[best] >= 0.5:
            is_found[best] = hits[row] = True
            correct[row] = labels.classes[best] == found.probabilities[row].argmax()
    return is_found, hits, correct


@pytest.fixture(scope="module")
def detector() -> Detector:
    """Fit the detector once for all tests."""
    return fit_detector(_scenes(seed=1, count=50))


@pytest.fixture(scope="module")
def matched(detector: Detector) -> tuple[BoolArray, BoolArray, BoolArray, FloatArray]:
    """All of ``_match`` and the confidences, over scenes that the detector has not seen."""
    found = [(scene.labels, detector.detect(scene.image)) for scene in _scenes(2, SCENES)]
    rows = [(*_match(labels, seen), seen.confidence) for labels, seen in found]
    is_found, hits, correct, confidence = (np.concatenate(part) for part in zip(*rows, strict=True))
    return is_found, hits, correct, confidence


Matched = tuple[BoolArray, BoolArray, BoolArray, FloatArray]


def test_recall_is_high_but_some_shapes_are_missed(matched: Matched) -> None:
    """About 95% of the shapes are found."""
    is_found = matched[0]
    assert 0.93 <= is_found.mean() < 1.0


def test_precision_of_confident_detections_is_high_but_not_perfect(matched: Matched) -> None:
    """About 95% of the confident detections are shapes."""
    _, hits, _, confidence = matched
    assert 0.92 <= hits[confidence > 0.5].mean() < 1.0


def test_some_classes_are_wrong(matched: Matched) -> None:
    """A few shapes are found but taken for another class."""
    _, hits, correct, _ = matched
    assert 0.95 <= correct[hits].mean() < 1.0


def test_confidence_is_spread(matched: Matched) -> None:
    """Most correct detections are very confident; unsure ones are mostly clutter."""
    _, hits, correct, confidence = matched
    assert np.mean(confidence[correct] >= 0.95) >= 0.6
    assert np.mean(confidence[correct] < 0.9) > 0.01
    low = confidence < 0.3
    assert low.sum() > SCENES / 2
    assert hits[low].mean() < 0.2


def test_detections_are_well_formed(detector: Detector) -> None:
    """Boxes lie in the image, probabilities sum to 1, the most confident comes first."""
    for scene in _scenes(3, 5):
        found = detector.detect(scene.image)
        height, width = scene.image.shape[:2]
        assert found.probabilities.shape == (len(found.xyxy), len(CLASS_NAMES))
        np.testing.assert_allclose(found.probabilities.sum(axis=1), 1.0)
        assert (np.diff(found.confidence) <= 0).all()
        assert (found.confidence <= found.probabilities.max(axis=1)).all()
        assert (found.xyxy[:, 2:] > found.xyxy[:, :2]).all()
        assert (found.xyxy >= 0).all()
        assert (found.xyxy[:, 2:] <= (width, height)).all()


def test_empty_image_gives_no_detections(detector: Detector) -> None:
    """An image of one colour gives empty arrays of the right shapes."""
    found = detector.detect(np.full((480, 640, 3), 120, np.uint8))
    assert found.xyxy.shape == (0, 4)
    assert found.confidence.shape == (0,)
    assert found.probabilities.shape == (0, len(CLASS_NAMES))


def test_same_scenes_same_detector() -> None:
    """Fitting involves no chance."""
    first, second = (fit_detector(_scenes(5, 25)) for _ in range(2))
    np.testing.assert_array_equal(first.prototypes, second.prototypes)
    np.testing.assert_array_equal(first.objectness, second.objectness)
