"""Suggestions are documents that say what is wrong with a label and what would mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import fiftyone as fo
import numpy as np
import pytest

import odquality
from odquality.core.geometry import box_iou
from odquality.kinds import BY_NAME, KINDS, LABEL_KINDS
from tests.bridge.datasets import value_of
from tests.bridge.spoiled import HEIGHT, LEAST, NAMES, WIDTH, Spoiled, make_spoiled


@pytest.fixture(scope="module")
def spoiled() -> Iterator[Spoiled]:
    made = make_spoiled()
    yield made
    made.dataset.delete()


@pytest.fixture(scope="module")
def dataset(spoiled: Spoiled) -> fo.Dataset:
    return spoiled.dataset


@pytest.fixture(scope="module")
def suggested(dataset: fo.Dataset) -> list[tuple[fo.Sample, fo.Detection]]:
    return [(sample, box) for sample in dataset for box in sample["quality_suggestions"].detections]


def corners(xywh: list[list[float]]) -> np.ndarray:
    boxes = np.array(xywh, float).reshape(-1, 4)
    return np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])


def overlap(xywh: list[float], xyxy: np.ndarray) -> float:
    """IoU of a box of FiftyOne's and one in pixels."""
    return float(box_iou((corners([xywh]) * ([WIDTH, HEIGHT] * 2)).T, xyxy[:, None])[0])


def label_of(sample: fo.Sample, box: fo.Detection) -> fo.Detection:
    """The label that a suggestion is about."""
    (label,) = [one for one in sample.ground_truth.detections if one.id == box["label_id"]]
    return label


def test_there_are_suggestions_of_every_kind(suggested):
    counts = Counter(box["kind"] for _, box in suggested)
    assert set(counts) == set(KINDS)
    assert min(counts.values()) >= 5


def test_number_of_issues_is_that_of_suggestions(dataset, suggested):
    numbers = dataset.values("quality_num_issues")
    assert numbers == [len(boxes) for boxes in dataset.values("quality_suggestions.detections.id")]
    report = dataset.load_run_results("quality").report
    assert report["issues"] == Counter(box["kind"] for _, box in suggested)


def test_every_suggestion_is_at_least_as_likely_as_asked(suggested):
    assert min(box.confidence for _, box in suggested) >= LEAST


def test_actions_follow_from_kinds(suggested):
    pairs = {(box["kind"], box["action"]) for _, box in suggested}
    assert pairs == {(kind, BY_NAME[kind].action) for kind in KINDS}


def test_a_label_to_add_is_a_prediction_that_no_label_shows(suggested):
    added = [(sample, box) for sample, box in suggested if box["action"] == "add"]
    for sample, box in added:
        assert box["label_id"] is None
        (found,) = [
            one
            for one in sample.predictions.detections
            if np.allclose(one.bounding_box, box.bounding_box, rtol=0, atol=1e-9)
        ]
        assert box.label == found.label
        assert box.confidence == pytest.approx(1 - found["quality_overlooked"])
        for label in sample.ground_truth.detections:
            assert label.bounding_box != found.bounding_box


def test_other_suggestions_refer_to_labels_that_carry_the_issue(suggested):
    for sample, box in suggested:
        if box["action"] == "add":
            continue
        label = label_of(sample, box)
        assert label["quality_issue"] == box["kind"]
        assert label[f"quality_{box['kind']}"] == pytest.approx(1 - box.confidence)
        assert label["quality"] <= label[f"quality_{box['kind']}"]


def test_a_label_with_several_issues_gets_the_likeliest_one(dataset):
    copy = dataset.clone()
    odquality.compute_label_quality(copy, key="again", method="calibrated", min_probability=0.01)
    kinds = [f"again_{kind}" for kind in LABEL_KINDS]
    several = 0
    for sample in copy:
        told = [box for box in sample["again_suggestions"].detections if box["action"] != "add"]
        assert len({box["label_id"] for box in told}) == len(told)
        for box in told:
            scores = [label_of(sample, box)[kind] for kind in kinds]
            several += sum(score < 0.98 for score in scores) > 1
            # Of two duplicates one is kept, and has its next likely error.
            assert 1 - box.confidence <= sorted(scores)[1]
    copy.delete()
    assert several >= 10


def test_labels_carry_an_issue_only_if_there_is_a_suggestion(dataset, suggested):
    told = {box["label_id"] for _, box in suggested} - {None}
    ids, issues = dataset.values(
        ["ground_truth.detections.id", "ground_truth.detections.quality_issue"], unwind=True
    )
    assert {one for one, issue in zip(ids, issues, strict=True) if issue is not None} == told


def test_only_the_action_changes_a_label(suggested):
    for sample, box in suggested:
        if box["action"] == "add":
            continue
        label = label_of(sample, box)
        found = [one.bounding_box for one in sample.predictions.detections]
        is_moved = not np.allclose(label.bounding_box, box.bounding_box, rtol=0, atol=1e-9)
        assert is_moved == (box["action"] == "move")
        assert (box.label != label.label) == (box["action"] == "relabel")
        if is_moved:
            assert np.isclose(found, box.bounding_box, rtol=0, atol=1e-9).all(axis=1).any()
        other_class = box.label if box["action"] == "relabel" else None
        assert value_of(label, "quality_suggested_label") == other_class


@pytest.mark.parametrize("kind", KINDS)
def test_suggestions_mend_the_errors_that_were_made(spoiled, suggested, kind):
    errors, ids = spoiled.errors, spoiled.dataset.values("id")
    of_kind = [(sample.id, box) for sample, box in suggested if box["kind"] == kind]
    mended = 0
    for error in np.flatnonzero(errors.of_kind(kind)):
        boxes = [box for sample, box in of_kind if sample == ids[errors.image[error]]]
        true_xyxy, true_class = errors.true_xyxy[error], NAMES[errors.true_class[error]]
        if kind != "overlooked":
            boxes = [box for box in boxes if box["label_id"] == spoiled.label_id(error)]
        mended += any(
            box["action"] == "remove"
            or (box.label == true_class and overlap(box.bounding_box, true_xyxy) > 0.7)
            for box in boxes
        )
    assert mended >= 5


def test_array_functions_find_the_same(dataset, suggested):
    names = {name: number for number, name in enumerate(NAMES)}
    labels, predictions = [], []
    for sample in dataset:
        given, found = sample.ground_truth.detections, sample.predictions.detections
        labels.append(
            {
                "bboxes": corners([box.bounding_box for box in given]),
                "labels": np.array([names[box.label] for box in given], int),
            }
        )
        confidence = np.array([box.confidence for box in found]).reshape(-1, 1)
        probabilities = np.array([box["probs"] for box in found]).reshape(-1, len(names))
        boxes = corners([box.bounding_box for box in found])
        predictions.append(np.hstack([boxes, confidence, probabilities]))
    scored = odquality.score_labels(labels, predictions, method="calibrated").scores
    for name, values in scored.items():
        field = "quality" if name == "quality" else f"quality_{name}"
        np.testing.assert_allclose(values, dataset.values(field), rtol=0, atol=1e-12)
    issues = odquality.find_label_issues(
        labels, predictions, method="calibrated", min_probability=LEAST
    )
    missing = [issue.probability for issue in issues if issue.label is None]
    added = [box.confidence for _, box in suggested if box["action"] == "add"]
    np.testing.assert_allclose(missing, sorted(added, reverse=True), rtol=0, atol=1e-12)
    likeliest: dict[tuple[int, int | None], float] = {}
    for issue in issues:
        if issue.label is not None:
            likeliest.setdefault((issue.image, issue.label), issue.probability)
    changed = [box.confidence for _, box in suggested if box["action"] != "add"]
    np.testing.assert_allclose(sorted(likeliest.values()), sorted(changed), rtol=0, atol=1e-12)


def test_predictions_without_confidence_are_all_equal(dataset):
    copy = dataset.limit(20).clone()
    copy.set_values(
        "predictions.detections.confidence",
        [[None] * len(boxes) for boxes in copy.values("predictions.detections.label")],
    )
    copy.delete_sample_field("predictions.detections.probs")
    report = odquality.compute_label_quality(copy, key="again", method="calibrated")
    assert report.num_scored == 20
    assert any("without a confidence" in what for what in report.treated)


def test_replacing_by_objectlab_leaves_no_suggestions(dataset):
    copy = dataset.limit(20).clone()
    odquality.compute_label_quality(copy, key="again", method="calibrated")
    odquality.compute_label_quality(copy, key="again", method="objectlab")
    assert not copy.has_field("again_suggestions")
    assert not copy.has_field("ground_truth.detections.again_issue")
    assert copy.count("again") == 20
