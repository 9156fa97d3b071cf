"""The other classes that a detector holds for possible reach the methods that look at them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fiftyone as fo
import numpy as np
import pytest

import odquality
from devtools.datasets import make_dataset as make_real_dataset
from devtools.real_data import VOC
from odquality.bridge.read.reader import Reader
from odquality.bridge.run.settings import RunSettings
from odquality.core.alternatives import MAX_ALTERNATIVES
from odquality.core.scenes import Predictions
from odquality.kinds import LABEL_KINDS
from tests.bridge.datasets import NAMES, random_samples, value_of

NUM_IMAGES = 300


def with_probabilities(samples: list[fo.Sample], classes: Any, *, every: int = 1) -> None:
    """Gives every so manieth prediction random probabilities of classes, its own the largest."""
    rng = np.random.default_rng(3)
    found = [box for one in samples for box in one.predictions.detections]
    for box in found[::every]:
        row = rng.dirichlet(np.full(len(classes), 0.5))
        own, largest = list(classes).index(box.label), row.argmax()
        row[[own, largest]] = row[[largest, own]]
        box["probs"] = row.tolist()


def arrays(samples: Any, classes: Any) -> tuple[list[Any], list[Any]]:
    """Labels and predictions of samples in the public form of the array functions.

    Their boxes are relative to their images, as they are in FiftyOne: in pixels, labels in images
    of unlike sizes would compare otherwise.
    """
    labels, predictions = [], []
    for one in samples:
        names = [list(classes).index(box.label) for box in one.ground_truth.detections]
        labels.append(
            {
                "bboxes": corners(one.ground_truth.detections),
                "labels": np.array(names, np.int64),
            }
        )
        rows = [[box.confidence, *box.probs] for box in one.predictions.detections]
        found = np.array(rows, np.float64).reshape(-1, 1 + len(classes))
        predictions.append(np.hstack([corners(one.predictions.detections), found]))
    return labels, predictions


def corners(detections: Any) -> Any:
    boxes = np.array([box.bounding_box for box in detections], np.float64).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    return boxes


def assert_same(dataset: fo.Dataset, expected: odquality.LabelQuality) -> None:
    for name, scores in expected.scores.items():
        field = "label_quality" if name == "quality" else f"label_quality_{name}"
        np.testing.assert_allclose(dataset.values(field), scores, rtol=0, atol=1e-9)
    for kind in LABEL_KINDS:
        path = f"ground_truth.detections.label_quality_{kind}"
        for found, scores in zip(dataset.values(path), expected.label_scores[kind], strict=True):
            np.testing.assert_allclose(found or [], scores, rtol=0, atol=1e-9)


def predictions_of(dataset: fo.Dataset, **settings: Any) -> tuple[Predictions, list[str]]:
    reader = Reader(RunSettings(**settings).source(dataset))
    chunks = [chunk for _, chunk in reader.read(dataset)]
    reading, numbers = reader.reading.settled()
    return chunks[0].renumbered(numbers).scenes.predictions, reading.codes.names


# Neither in the order of the alphabet nor in that in which they turn up.
ORDER = (NAMES[1], "zebra", NAMES[0], NAMES[2], "ant", "gnu", "yak")


def test_scores_are_those_of_the_same_rows_as_arrays(make_dataset: Any) -> None:
    samples = random_samples(60)
    with_probabilities(samples, ORDER)
    dataset = make_dataset(samples)
    odquality.compute_label_quality(dataset, classes=ORDER)
    assert_same(dataset, odquality.score_labels(*arrays(samples, ORDER), method="calibrated"))
    before = dataset.values("label_quality_swap")
    odquality.compute_label_quality(dataset, probs_attr=None)
    assert np.abs(np.subtract(dataset.values("label_quality_swap"), before)).max() > 1e-3


@pytest.fixture
def voc() -> Iterator[fo.Dataset]:
    if not VOC.is_file():
        pytest.skip("the real data (voc2007test_yolov2.npz) is not there")
    dataset = make_real_dataset(VOC, "voc-with-probabilities", num_images=NUM_IMAGES)
    yield dataset
    dataset.delete()


def test_scores_of_real_detections_are_those_of_the_arrays(voc: fo.Dataset) -> None:
    samples = list(voc.iter_samples())
    expected = odquality.score_labels(*arrays(samples, voc.default_classes), method="calibrated")
    odquality.compute_label_quality(voc)
    assert_same(voc, expected)


def test_few_alternatives_are_kept_and_called_as_the_labels_are(make_dataset: Any) -> None:
    samples = random_samples(12)
    with_probabilities(samples, ORDER, every=2)
    found, names = predictions_of(make_dataset(samples), classes=ORDER)
    given = [value_of(box, "probs") for one in samples for box in one.predictions.detections]
    assert found.alternatives.shape == (len(given), MAX_ALTERNATIVES)
    for row, probabilities in enumerate(given):
        if probabilities is None:
            assert not found.alternative_confidence[row].any()
            continue
        share = np.array(probabilities) / max(probabilities)
        for code, confidence in zip(
            found.alternatives[row], found.alternative_confidence[row], strict=True
        ):
            expected = share[ORDER.index(names[code])] * found.confidence[row]
            assert confidence == pytest.approx(expected, abs=1e-12)
            assert names[code] != names[found.classes[row]]


def test_classes_that_are_one_among_the_labels_are_one_alternative(make_dataset: Any) -> None:
    samples = random_samples(12)
    with_probabilities(samples, ORDER)
    class_map = {"zebra": "animal", "gnu": "animal", "yak": "animal"}
    found, names = predictions_of(make_dataset(samples), classes=ORDER, class_map=class_map)
    given = np.array([box.probs for one in samples for box in one.predictions.detections])
    merged = given[:, [ORDER.index(name) for name in class_map]].sum(axis=1)
    rest = [name for name in ORDER if name not in class_map]
    summed = np.column_stack([given[:, [ORDER.index(name) for name in rest]], merged])
    own = [[*rest, "animal"].index(names[code]) for code in found.classes]
    assert np.array_equal(own, summed.argmax(axis=1))
    rows, columns = np.nonzero(found.alternatives == names.index("animal"))
    kept = found.alternative_confidence[rows, columns] > 0
    rows, columns = rows[kept], columns[kept]
    expected = summed[rows, -1] / summed[rows].max(axis=1) * found.confidence[rows]
    assert len(rows) > 10
    np.testing.assert_allclose(found.alternative_confidence[rows, columns], expected, atol=1e-12)


def test_a_method_that_looks_at_none_keeps_none(make_dataset: Any) -> None:
    samples = random_samples(12)
    with_probabilities(samples, ORDER)
    found, _ = predictions_of(make_dataset(samples), classes=ORDER, method="objectlab")
    assert found.alternatives.shape == (len(found), 0)
