"""Detections that are not as they should be have a treatment each, and are counted."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import numpy as np
import pytest

import odquality
from tests.bridge.datasets import (
    BOX,
    assert_scored,
    compute,
    detection,
    expected_quality,
    far_sample,
    sample,
    value_of,
)

GOOD = {"label": "cat", "bounding_box": [0.1, 0.1, 0.2, 0.2]}


def run_with(
    make_dataset: Any, *, label: fo.Detection | None = None, prediction: fo.Detection | None = None
) -> tuple[fo.Dataset, odquality.LabelQualityReport]:
    """Runs on an image that has the detections besides a good label with a good prediction."""
    labels = [detection("cat", BOX)] + ([label] if label else [])
    found = [detection("cat", BOX, confidence=0.9)] + ([prediction] if prediction else [])
    dataset = make_dataset([far_sample(), sample(labels, found)])
    return dataset, compute(dataset)


WRONG = {
    "without a label: left out": {"label": None},
    "without a bounding box (or 3D): left out": {"bounding_box": None},
    "with a box that is not four numbers: left out": {"bounding_box": [0.1, np.nan, 0.2, 0.2]},
    "with a box of negative width or height: left out": {"bounding_box": [0.1, 0.1, -0.2, 0.2]},
}


@pytest.mark.parametrize("field", ["ground_truth", "predictions"])
@pytest.mark.parametrize("treatment", WRONG)
def test_left_out(make_dataset: Any, field: str, treatment: str) -> None:
    wrong = fo.Detection(**{**GOOD, "confidence": 0.99, **WRONG[treatment]})
    argument = "label" if field == "ground_truth" else "prediction"
    dataset, report = run_with(make_dataset, **{argument: wrong})
    assert report.treated == {f"{field} {treatment}": 1}
    assert report.num_labels == 2
    assert report.num_predictions == 2
    one = dataset.last()
    assert one.label_quality == pytest.approx(1.0)
    assert one.ground_truth.detections[0].label_quality_badloc == pytest.approx(1.0)
    assert value_of(one[field].detections[1], "label_quality_swap") is None


@pytest.mark.parametrize("box", [[], [0.1, 0.1, 0.2], [0.1, 0.1, None, 0.2], [0, 0, np.inf, 1]])
def test_other_boxes_that_are_none(make_dataset: Any, box: Any) -> None:
    found = [detection("cat", BOX, confidence=0.9)]
    dataset = make_dataset([far_sample(), sample([detection("cat", BOX)], found)])
    dataset._sample_collection.update_one(
        {"_id": dataset.last()._id}, {"$set": {"predictions.detections.0.bounding_box": box}}
    )
    report = compute(dataset)
    assert sum(report.treated.values()) == 1
    assert report.num_predictions == 1


@pytest.mark.parametrize(
    ("confidence", "treatment"),
    [
        (None, "without a confidence"),
        (np.nan, "without a confidence"),
        (np.inf, "without a confidence"),
        (-np.inf, "without a confidence"),
        (-0.1, "with a confidence below 0"),
    ],
)
def test_confidences(make_dataset: Any, confidence: float | None, treatment: str) -> None:
    wrong = detection("dog", [300, 200, 50, 50], confidence=confidence)
    dataset, report = run_with(make_dataset, prediction=wrong)
    assert report.treated == {f"predictions {treatment}: left out": 1}
    assert dataset.last().label_quality == pytest.approx(1.0)


def test_boxes_without_area_are_kept(make_dataset: Any) -> None:
    flat = fo.Detection(**{**GOOD, "bounding_box": [0.6, 0.6, 0.0, 0.2]})
    dataset, report = run_with(make_dataset, label=flat)
    assert report.treated == {"ground_truth with a box without area: kept, its IoU is 0": 1}
    assert dataset.last().ground_truth.detections[1].label_quality_badloc == 1.0


def test_3d_detections_are_left_out(make_dataset: Any) -> None:
    cuboid = fo.Detection(label="cat", location=[1, 2, 3], dimensions=[1, 1, 1], rotation=[0, 0, 0])
    _, report = run_with(make_dataset, label=cuboid)
    assert report.treated == {"ground_truth without a bounding box (or 3D): left out": 1}


def test_one_of_each_does_not_stop_the_run(make_dataset: Any) -> None:
    wrong = [fo.Detection(**{**GOOD, "confidence": 0.9, **values}) for values in WRONG.values()]
    labels = [*wrong[:2], detection("cat", BOX), *wrong[2:]]
    found = [*wrong, detection("cat", BOX, confidence=0.9)]
    dataset = make_dataset([far_sample(), sample(labels, found)])
    report = compute(dataset)
    assert sum(report.treated.values()) == 8
    scores = [value_of(one, "label_quality_badloc") for one in _labels(dataset.last())]
    assert scores == [None, None, pytest.approx(1.0), None, None]


def _labels(one: fo.Sample) -> list[fo.Detection]:
    return one.ground_truth.detections


def test_only_wrong_detections(make_dataset: Any) -> None:
    labels = [fo.Detection(label="cat"), fo.Detection(bounding_box=[0, 0, 0.1, 0.1])]
    dataset = make_dataset([sample(labels, labels)])
    report = compute(dataset)
    assert report.num_scored == 1
    assert dataset.first().label_quality == 1.0


def test_crowds_are_not_reviewed(make_dataset: Any) -> None:
    crowd = detection("dog", [300, 200, 200, 200], iscrowd=True)
    inside = detection("cat", [320, 220, 50, 50], confidence=0.99)
    dataset, report = run_with(make_dataset, label=crowd, prediction=inside)
    what = "ground_truth marked 'iscrowd': not reviewed, predictions in them are no errors"
    assert report.treated == {what: 1}
    assert report.num_labels == 2
    one = dataset.last()
    assert one.label_quality == pytest.approx(1.0)
    assert value_of(_labels(one)[1], "label_quality_swap") is None
    assert value_of(one.predictions.detections[1], "label_quality_overlooked") is None


def test_a_crowd_needs_no_class(make_dataset: Any) -> None:
    _, report = run_with(make_dataset, label=detection(None, BOX, iscrowd=1))
    assert [what.split(":")[0] for what in report.treated] == ["ground_truth marked 'iscrowd'"]


@pytest.mark.parametrize(("iscrowd", "num_labels"), [(None, 3), ("difficult", 2)])
def test_the_mark_of_crowds_has_a_name(
    make_dataset: Any, iscrowd: str | None, num_labels: int
) -> None:
    marked = detection("dog", [300, 200, 50, 50], iscrowd=iscrowd is None, difficult=True)
    dataset = make_dataset([far_sample(), sample([detection("cat", BOX), marked], [])])
    assert compute(dataset, iscrowd=iscrowd).num_labels == num_labels


def test_marks_that_say_no(make_dataset: Any) -> None:
    labels = [detection("cat", BOX, iscrowd=mark) for mark in (0, False, None)]
    report = compute(make_dataset([sample(labels, [])]))
    assert report.num_labels == 3
    assert report.treated == {}


def test_a_label_that_the_detector_does_not_know(make_dataset: Any) -> None:
    unknown = sample([detection("unicorn", BOX)], [detection("cat", BOX, confidence=0.99)])
    dataset = make_dataset([far_sample(), unknown])
    dataset.default_classes = ["cat", "dog"]
    dataset.save()
    report = compute(dataset)
    assert report.treated == {}
    assert_scored(dataset, expected_quality(dataset))
    assert dataset.last().label_quality_swap < 0.01


def test_images_of_different_sizes(make_dataset: Any) -> None:
    samples = [far_sample(), sample([detection("cat", BOX)], [detection("cat", BOX, confidence=1)])]
    samples[1].metadata = fo.ImageMetadata(width=1920, height=1080)
    samples[1].predictions.detections[0].bounding_box[2] *= 1.5
    dataset = make_dataset(samples)
    compute(dataset)
    assert_scored(dataset, expected_quality(dataset))
