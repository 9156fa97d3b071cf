from __future__ import annotations

from collections.abc import Iterator

import fiftyone as fo
import numpy as np
import pytest

import odquality
from odquality.demo.samples import INJECTED_FIELD, make_demo_dataset
from odquality.kinds import BY_NAME

LEAST = 0.3


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[fo.Dataset]:
    dataset = make_demo_dataset(80, 51, tmp_path_factory.mktemp("demo"))
    odquality.compute_label_quality(
        dataset, key="quality", method="calibrated", min_probability=LEAST
    )
    yield dataset
    dataset.delete()


@pytest.fixture(scope="module")
def suggested(demo: fo.Dataset) -> list[tuple[fo.Sample, fo.Detection]]:
    return [(sample, box) for sample in demo for box in sample["quality_suggestions"].detections]


def test_number_of_issues_is_that_of_suggestions(demo, suggested):
    numbers = demo.values("quality_num_issues")
    assert sum(numbers) == len(suggested) > 0
    report = demo.load_run_results("quality").report
    assert sum(report["issues"].values()) == len(suggested)


def test_every_suggestion_is_at_least_as_likely_as_asked(suggested):
    assert min(box.confidence for _, box in suggested) >= LEAST


def test_actions_follow_from_kinds(suggested):
    assert all(box["action"] == BY_NAME[box["kind"]].action for _, box in suggested)


def test_suggestions_refer_to_labels_that_carry_the_issue(suggested):
    for sample, box in suggested:
        if box["kind"] == "overlooked":
            assert box["label_id"] is None
            continue
        label = {label.id: label for label in sample.ground_truth.detections}[box["label_id"]]
        assert label["quality_issue"] == box["kind"]
        assert label[f"quality_{box['kind']}"] == pytest.approx(1 - box.confidence)
        assert label["quality"] <= label[f"quality_{box['kind']}"]


def test_suggested_classes_differ_from_the_labels_own(suggested):
    swaps = [(sample, box) for sample, box in suggested if box["kind"] == "swap"]
    for sample, box in swaps:
        label = {label.id: label for label in sample.ground_truth.detections}[box["label_id"]]
        assert box.label == label["quality_suggested_label"] != label.label


def test_boxes_lie_where_the_correction_says(suggested):
    for sample, box in suggested:
        found = [item.bounding_box for item in sample.predictions.detections]
        given = {item.id: item.bounding_box for item in sample.ground_truth.detections}
        if box["action"] in ("add", "move"):
            assert np.isclose(found, box.bounding_box, atol=1e-9).all(axis=1).any()
        else:
            assert np.allclose(given[box["label_id"]], box.bounding_box, atol=1e-9)


def test_injected_duplicates_are_suggested_for_removal(demo, suggested):
    injected = {sample.id for sample in demo if "duplicate" in sample[INJECTED_FIELD]}
    found = {sample.id for sample, box in suggested if box["kind"] == "duplicate"}
    assert injected <= found


def test_array_functions_give_the_same_scores(demo):
    names = {name: number for number, name in enumerate(demo.default_classes)}
    labels, predictions = [], []
    for sample in demo:
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
        np.testing.assert_allclose(values, demo.values(field), rtol=0, atol=1e-12)
    issues = odquality.find_label_issues(
        labels, predictions, method="calibrated", min_probability=LEAST
    )
    per_label = {(issue.image, issue.label) for issue in issues if issue.label is not None}
    missing = sum(issue.label is None for issue in issues)
    assert len(per_label) + missing == sum(demo.values("quality_num_issues"))


def test_predictions_without_confidence_are_all_equal(demo):
    copy = demo.limit(20).clone()
    copy.set_values(
        "predictions.detections.confidence",
        [[None] * len(boxes) for boxes in copy.values("predictions.detections.label")],
    )
    copy.delete_sample_field("predictions.detections.probs")
    report = odquality.compute_label_quality(copy, key="again", method="calibrated")
    assert report.num_scored == 20
    assert any("without a confidence" in what for what in report.treated)


def test_replacing_by_objectlab_leaves_no_suggestions(demo):
    copy = demo.limit(20).clone()
    odquality.compute_label_quality(copy, key="again", method="calibrated")
    odquality.compute_label_quality(copy, key="again", method="objectlab")
    assert not copy.has_field("again_suggestions")
    assert not copy.has_field("ground_truth.detections.again_issue")
    assert copy.count("again") == 20


def corners(xywh: list[list[float]]) -> np.ndarray:
    boxes = np.array(xywh, float).reshape(-1, 4)
    return np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])
