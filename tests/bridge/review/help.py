"""What the tests of the review share."""

from __future__ import annotations

from typing import Any

import fiftyone as fo

import odquality
from odquality import ReviewIssue
from tests.bridge.datasets import copy_of_boxes
from tests.bridge.spoiled import LEAST

KEY = "quality"
DECISIONS = "ground_truth_decisions"

Document = dict[str, Any]


def documents(dataset: fo.Dataset, *, without: tuple[str, ...] = ()) -> list[Document]:
    """All samples as the database holds them, but for when they were modified."""
    left_out = ("last_modified_at", *without)
    return [
        {name: value for name, value in document.items() if name not in left_out}
        for document in dataset._sample_collection.find().sort("_id")
    ]


def undecided(dataset: fo.Dataset) -> list[Document]:
    """All samples without what was decided."""
    return documents(dataset, without=(DECISIONS,))


def document_of(dataset: fo.Dataset, issue: ReviewIssue) -> Document:
    """The sample of an issue as the database holds it."""
    (found,) = [one for one in documents(dataset) if str(one["_id"]) == issue.sample_id]
    return found


def label_of(dataset: fo.Dataset, issue: ReviewIssue) -> Document | None:
    """The label of an issue as the database holds it."""
    labels = document_of(dataset, issue)["ground_truth"]["detections"]
    return next((one for one in labels if str(one["_id"]) == issue.label_id), None)


def first(dataset: fo.Dataset, kind: str, number: int = 1) -> list[ReviewIssue]:
    """The likeliest issues of a kind, of different images."""
    issues = odquality.list_issues(dataset, KEY, kinds=kind, order="probability")
    of_image: dict[str, ReviewIssue] = {}
    for issue in issues:
        of_image.setdefault(issue.sample_id, issue)
    chosen = list(of_image.values())[:number]
    assert len(chosen) == number
    return chosen


def score_again(dataset: fo.Dataset) -> None:
    """Scores under the same key."""
    odquality.compute_label_quality(dataset, key=KEY, min_probability=LEAST)


def draw_label(dataset: fo.Dataset, issue: ReviewIssue) -> fo.Detection:
    """Draws the label that an issue says is missing, as a colleague would."""
    sample = dataset[issue.sample_id]
    drawn = fo.Detection(label=issue.label, bounding_box=list(issue.box))
    sample.ground_truth.detections.append(drawn)
    sample.save()
    return drawn


def edit_label(dataset: fo.Dataset, issue: ReviewIssue, **values: Any) -> None:
    """Changes attributes of the label of an issue, as a colleague would."""
    sample = dataset[issue.sample_id]
    for label in sample.ground_truth.detections:
        if label.id == issue.label_id:
            for name, value in values.items():
                label[name] = value
    sample.save()


def grouped_copy(dataset: fo.Dataset, number: int) -> fo.Dataset:
    """A dataset of the boxes of some images with issues, each twice, in two slices."""
    grouped = fo.Dataset()
    grouped.add_group_field("group", default="left")
    for sample in dataset.match({f"{KEY}_num_issues": {"$gt": 0}}).limit(number):
        both = fo.Group()
        for name in ("left", "right"):
            path = f"{sample.filepath}.{name}.jpg"
            grouped.add_sample(copy_of_boxes(sample, path, group=both.element(name)))
    return grouped
