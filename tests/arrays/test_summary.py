"""Summaries of labels and predictions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import odquality
from odquality import Issue
from odquality.summaries.class_table import ClassRow

BOXES = np.array([[0, 0, 10, 10], [20, 0, 60, 40], [70, 70, 75, 75]], float)
LABELS = [
    {"bboxes": BOXES, "labels": [0, 1, 1], "iscrowd": [False, False, True]},
    {"bboxes": BOXES[:1], "labels": [1]},
    {"bboxes": [], "labels": []},
]
PREDICTIONS = [
    np.array([[0, 0, 10, 10, 0.9, 0.1, 0.9], [20, 0, 60, 40, 0.3, 0.2, 0.8]]),
    np.array([[0, 0, 10, 9, 0.8, 0.2, 0.8]]),
    np.array([[5, 5, 25, 25, 0.7, 0.9, 0.1]]),
]
ISSUES = [
    Issue(0, "swap", 0.9, 0, 0, 1, None),
    Issue(1, "badloc", 0.6, 0, 0, None, (0, 0, 10, 9)),
    Issue(2, "overlooked", 0.5, None, 0, 0, (5, 5, 25, 25)),
]
NAMES = ("cat", "dog")


def summarize(**arguments: Any) -> odquality.LabelSummary:
    return odquality.summarize_labels(LABELS, PREDICTIONS, class_names=NAMES, **arguments)


def test_boxes_are_counted_without_regions_to_ignore() -> None:
    summary = summarize()
    assert summary.label_counts.tolist() == [2, 1, 0]
    assert summary.prediction_counts.tolist() == [1, 1, 1]
    assert summary.boxes_per_image.counts["labels"][:3] == (1, 1, 1)
    assert summary.boxes_per_image.counts["predictions"][:3] == (0, 3, 0)


def test_classes_are_counted() -> None:
    rows = {row.name: row for row in summarize(issues=ISSUES).classes.rows}
    assert list(rows) == ["dog", "cat"]
    assert (rows["dog"].labels, rows["dog"].predictions) == (2, 2)
    assert (rows["cat"].labels, rows["cat"].predictions) == (1, 1)
    assert rows["cat"].errors == {"swap": 1, "overlooked": 1}
    assert rows["dog"].errors == {"badloc": 1}


def test_classes_are_compared() -> None:
    summary = summarize(issues=ISSUES)
    assert summary.swaps.pairs() == [("cat", "dog", 1)]
    # The unsure prediction is not counted.
    assert set(summary.confusions.pairs()) == {("cat", "dog", 1), ("dog", "-", 1), ("-", "cat", 1)}
    everything = summarize(min_confidence=0)
    assert set(everything.confusions.pairs()) == {("cat", "dog", 1), ("-", "cat", 1)}


def test_sizes_are_areas_or_shares_of_the_images() -> None:
    squares = summarize().label_sizes
    assert [squares.counts["cat"][number] for number in (0, 1, 2)] == [0, 1, 0]
    assert sum(squares.counts["dog"]) == 2
    shares = summarize(image_sizes=[[100, 100]] * 3).label_sizes
    assert shares.edges[-1] == 1
    # 100 of 10,000 is .01, and 1,600 is .16.
    assert shares.counts["cat"][shares.edges.index(0.01)] == 1
    assert shares.counts["dog"][shares.edges.index(0.1)] == 1


def test_quality_is_averaged_by_class() -> None:
    quality = odquality.score_labels(LABELS, PREDICTIONS, method="calibrated")
    summary = summarize(quality=quality)
    rows = {row.name: row for row in summary.classes.rows}
    scores = quality.label_scores["quality"]
    assert rows["cat"].quality == pytest.approx(scores[0][0])
    assert rows["dog"].quality == pytest.approx((scores[0][1] + scores[1][0]) / 2)
    assert summary.scores is not None
    assert sum(summary.scores.counts["images"]) == 3


def test_scores_of_images_alone_will_do() -> None:
    quality = odquality.score_labels(LABELS, PREDICTIONS)
    summary = summarize(quality=quality)
    assert summary.classes.rows[0].quality is None
    assert summary.scores is not None


def test_the_detector_is_measured() -> None:
    exact = [
        np.hstack([BOXES[:2], [[0.9, 1, 0], [0.9, 0, 1]]]),
        np.hstack([BOXES[:1], [[0.9, 0, 1]]]),
        np.zeros((0, 7)),
    ]
    summary = odquality.summarize_labels(LABELS, exact)
    assert [row.average_precision for row in summary.classes.rows] == [1.0, 1.0]


def test_labels_alone_will_do() -> None:
    summary = odquality.summarize_labels(LABELS)
    assert summary.classes.rows == (ClassRow("1", 2), ClassRow("0", 1))
    assert summary.confusions.names == ()
    assert list(summary.boxes_per_image.counts) == ["labels"]
    assert "predictions" not in str(summary).lower()


def test_issues_may_show_predictions_that_are_not_given() -> None:
    summary = odquality.summarize_labels(LABELS, issues=ISSUES)
    assert {row.name: row.num_errors for row in summary.classes.rows} == {"0": 2, "1": 1}


def test_issues_may_show_predictions_that_are_not_confident() -> None:
    unsure = Issue(0, "badloc", 0.6, 1, 1, None, (20, 0, 60, 40))
    rows = {row.name: row for row in summarize(issues=[unsure]).classes.rows}
    assert rows["dog"].errors == {"badloc": 1}


def test_no_images_have_a_summary() -> None:
    summary = odquality.summarize_labels([], [])
    assert summary.classes.rows == ()
    assert str(summary).startswith("0 images")


def test_names_may_be_given_by_number() -> None:
    summary = odquality.summarize_labels(LABELS, class_names={1: "dog"})
    assert [row.name for row in summary.classes.rows] == ["dog", "0"]


def test_images_of_many_chunks_are_added_up() -> None:
    whole = odquality.summarize_labels(LABELS * 400, PREDICTIONS * 400)
    one = odquality.summarize_labels(LABELS, PREDICTIONS)
    for row, other in zip(whole.classes.rows, one.classes.rows, strict=True):
        assert (row.labels, row.predictions) == (other.labels * 400, (other.predictions or 0) * 400)
    assert whole.confusions.pairs() == [(a, b, 400 * n) for a, b, n in one.confusions.pairs()]


def test_it_is_printed() -> None:
    quality = odquality.score_labels(LABELS, PREDICTIONS, method="calibrated")
    printed = str(summarize(quality=quality, issues=ISSUES))
    for title in ("3 images", "Classes", "Wrong class", "Labels by area", "Images by score"):
        assert title in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"issues": ["swap"]}, r"issues\[0\] is 'swap'; expected an Issue"),
        ({"issues": [Issue(3, "swap", 0.9, 0, 0, 1, None)]}, "is of image 3, label 0"),
        ({"issues": [Issue(1, "swap", 0.9, 1, 0, 1, None)]}, "is of image 1, label 1"),
        ({"issues": [Issue(0, "typo", 0.9, 0, 0, 1, None)]}, r"issues\[0\]\.kind is 'typo'"),
        ({"issues": [Issue(0, "swap", 0.9, -2, 0, 1, None)]}, r"issues\[0\] .*image 0, label -2"),
        ({"issues": [Issue(0, "swap", 0.9, 0, 2, 1, None)]}, r"issues\[0\] .* 0, prediction 2"),
        ({"issues": [Issue(0, "swap", 0.9, 2, 0, 1, None)]}, r"issues\[0\] .* region to ignore"),
        ({"issues": None}, "issues is None; expected a list, as find_label_issues gives it"),
        ({"quality": 5}, "quality is 5; expected what score_labels gave"),
        ({"class_names": "cat"}, "class_names is 'cat'; expected a name of each class"),
        ({"class_names": {"0": "cat"}}, "class_names names class '0'; expected integers"),
        ({"min_confidence": 2}, "min_confidence is 2"),
        ({"image_sizes": [[1, 1]]}, "image_sizes has shape"),
        ({"labels": [{}] * 3}, "lacks the key 'bboxes'"),
        ({"labels": LABELS[:2]}, "labels has 2 images and predictions has 3"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        odquality.summarize_labels(**{"labels": LABELS, "predictions": PREDICTIONS} | arguments)


@pytest.mark.parametrize("method", ["objectlab", "calibrated"])
def test_scores_of_other_labels_are_refused(method: str) -> None:
    quality = odquality.score_labels(LABELS[:2], PREDICTIONS[:2], method=method)
    with pytest.raises(ValueError, match="quality has scores of"):
        summarize(quality=quality)
