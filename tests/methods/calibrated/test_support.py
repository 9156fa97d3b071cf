"""Support of labels by predictions of their own, and by those of others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from odquality.core.scenes import Boxes, FloatArray, Predictions, Scenes
from odquality.methods.calibrated.overlap import Overlaps, overlaps
from odquality.methods.calibrated.support import (
    SMALLEST,
    class_confidence,
    fair_support,
    height,
)
from tests.methods.strategies import small_scenes

# Where values are equal, more than one order of the greedy loop is right.
_STEP = 1e-4


def _supported(scenes: Scenes) -> tuple[Overlaps, FloatArray]:
    """The pairs of labels and predictions of a class, and their confidences."""
    pairs = overlaps(scenes.labels, scenes.predictions)
    same = scenes.labels.classes[pairs.first] == scenes.predictions.classes[pairs.second]
    pairs = pairs.where(same)
    return pairs, scenes.predictions.confidence[pairs.second]


def _fair_support(scenes: Scenes) -> FloatArray:
    pairs, confidence = _supported(scenes)
    return fair_support(pairs, confidence, len(scenes.labels), len(scenes.predictions))


def _greedily(pairs: Overlaps, confidence: FloatArray, num_labels: int) -> list[float]:
    """The same by a plain loop over the pairs, the strongest first."""
    support = [0.0] * num_labels
    for label, iou, found in zip(pairs.first.tolist(), pairs.iou, confidence, strict=True):
        support[label] = max(support[label], 0.3 * found * iou**3)
    value = confidence * pairs.iou
    labels, predictions = set(), set()
    for pair in np.argsort(-value, kind="stable").tolist():
        label, prediction = int(pairs.first[pair]), int(pairs.second[pair])
        if label not in labels and prediction not in predictions:
            labels.add(label)
            predictions.add(prediction)
            support[label] = max(support[label], float(value[pair]))
    return support


@settings(max_examples=150, deadline=None)
@given(small_scenes())
def test_it_is_that_of_a_greedy_assignment(scenes: Scenes) -> None:
    pairs, confidence = _supported(scenes)
    # All values differ.
    order = np.random.default_rng(0).permutation(len(confidence))
    confidence = confidence * (1 - _STEP * order)
    number = len(scenes.labels), len(scenes.predictions)
    found = fair_support(pairs, confidence, *number)
    np.testing.assert_allclose(found, _greedily(pairs, confidence, number[0]), rtol=1e-12)


@settings(max_examples=50, deadline=None)
@given(small_scenes())
def test_it_is_at_most_any_support_and_at_least_a_share_of_it(scenes: Scenes) -> None:
    pairs, confidence = _supported(scenes)
    most, least = np.zeros(len(scenes.labels)), np.zeros(len(scenes.labels))
    np.maximum.at(most, pairs.first, confidence * pairs.iou)
    np.maximum.at(least, pairs.first, 0.3 * confidence * pairs.iou**3)
    found = _fair_support(scenes)
    assert (found <= most).all()
    assert (found >= least * (1 - 1e-12)).all()


def test_a_prediction_counts_fully_for_one_label_alone(make_scenes):
    box, near = (0, 0, 10, 10, 0), (0, 0, 10, 8, 0)
    scenes = make_scenes([near, box], [(*box, 0.9)])
    assert _fair_support(scenes).tolist() == pytest.approx([0.3 * 0.9 * 0.8**3, 0.9])
    # With one of its own, the other label needs no share.
    scenes = make_scenes([near, box], [(*box, 0.9), (*near, 0.5)])
    assert _fair_support(scenes).tolist() == pytest.approx([0.5, 0.9])


def test_a_prediction_goes_to_the_label_that_is_left(make_scenes):
    """The first label is both predictions' best; the weaker pair takes what remains."""
    labels = [(0, 0, 20, 10, 0), (10, 0, 30, 10, 0)]
    predictions = [(4, 0, 24, 10, 0, 1.0), (1, 0, 21, 10, 0, 0.8)]
    # IoU 19 / 21 and confidence .8 are more than 16 / 24; then 14 / 26 are left.
    assert _fair_support(make_scenes(labels, predictions)).tolist() == pytest.approx(
        [0.8 * 19 / 21, 14 / 26]
    )


def test_labels_as_strong_have_the_same_support_in_any_order(make_scenes):
    """Of equal pairs none comes first."""
    box = (0, 0, 10, 10, 0)
    scenes = make_scenes([box, box], [(*box, 0.9)])
    assert _fair_support(scenes).tolist() == pytest.approx([0.9, 0.9])


def test_without_predictions_there_is_none(make_scenes):
    assert _fair_support(make_scenes([(0, 0, 10, 10, 0)], [])).tolist() == [0]
    assert len(_fair_support(make_scenes([], []))) == 0
    # A confidence of 0, and a prediction that touches the label alone.
    predictions = [(0, 0, 10, 10, 0, 0.0), (10, 0, 20, 10, 0, 0.9)]
    assert _fair_support(make_scenes([(0, 0, 10, 10, 0)], predictions)).tolist() == [0]


def test_confidence_in_the_labels_class():
    boxes = np.tile([0.0, 0, 10, 10], (4, 1))
    labels = Boxes(boxes, np.array([0, 1, 2, 3]), np.array([4]))
    predictions = Predictions(
        boxes[:1],
        np.array([1]),
        np.array([1]),
        confidence=np.array([0.8]),
        # Classes with a confidence of 0 are none.
        alternatives=np.array([[3, 0, 2]]),
        alternative_confidence=np.array([[0.2, 0.1, 0.0]]),
    )
    pairs = overlaps(labels, predictions)
    found = class_confidence(pairs, labels, predictions)
    assert found[np.argsort(pairs.first)].tolist() == [0.1, 0.8, 0, 0.2]
    alone = replace(
        predictions, alternatives=np.zeros((1, 0), int), alternative_confidence=np.zeros((1, 0))
    )
    found = class_confidence(pairs, labels, alone)
    assert found[np.argsort(pairs.first)].tolist() == [0, 0.8, 0, 0]


def test_height_is_logarithmic_from_0_to_1():
    support = np.array([0.0, SMALLEST, 0.03, 0.3, 1.0])
    found = height(support)
    assert found[[0, -1]].tolist() == [0, 1]
    assert (np.diff(found) > 0).all()
    # Beyond the smallest, ten times as much is about as much higher.
    assert found[3] - found[2] == pytest.approx(np.log(10) / np.log(1 / SMALLEST), abs=0.02)
