"""Reviews where fields, lists or numbers are None or not there."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import fiftyone as fo
import pytest
from bson import ObjectId

import odquality
from odquality.bridge.review.queue import next_card
from tests.bridge.datasets import random_samples
from tests.bridge.review.help import (
    DECISIONS,
    KEY,
    document_of,
    documents,
    first,
    label_of,
    undecided,
)
from tests.bridge.spoiled import LEAST

SUGGESTIONS = f"{KEY}_suggestions"
PATH = "ground_truth.detections"
NO_LIST = {
    "a field of None": {"$set": {"ground_truth": None}},
    "no field": {"$unset": {"ground_truth": ""}},
    "a list of None": {"$set": {PATH: None}},
    "no list": {"$unset": {PATH: ""}},
}


def change(dataset: fo.Dataset, sample_id: str, update: dict[str, Any]) -> None:
    """Changes a sample past FiftyOne."""
    dataset._sample_collection.update_one({"_id": ObjectId(sample_id)}, update)


@pytest.fixture(params=NO_LIST.values(), ids=NO_LIST)
def missing(dataset: fo.Dataset, request: pytest.FixtureRequest) -> list[odquality.ReviewIssue]:
    """Two missing labels of an image without any."""
    by_image = {one.id: len(one.predictions.detections) for one in dataset}
    busiest = sorted(by_image, key=lambda one: -by_image[one])[:5]
    for sample_id in busiest:
        change(dataset, sample_id, request.param)
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.1, score_unannotated=True)
    found = [odquality.list_issues(dataset.select(one), KEY) for one in busiest]
    issues = max(found, key=len)[:2]
    assert [one.kind for one in issues] == ["overlooked"] * 2
    return issues


def documents_of_labels(dataset: fo.Dataset) -> list[Any]:
    """The labels of every image as the database holds them, and whether there is a field."""
    return [(one.get("ground_truth"), "ground_truth" in one) for one in documents(dataset)]


@pytest.mark.parametrize("order", permutations(range(2)))
def test_labels_that_came_alone_leave_what_was_there(
    dataset: fo.Dataset, missing: list[odquality.ReviewIssue], order: tuple[int, ...]
) -> None:
    before = documents_of_labels(dataset)
    for _ in range(2):
        for issue in missing:
            assert odquality.accept(dataset, KEY, issue).refused == ()
        labels = document_of(dataset, missing[0])["ground_truth"]
        assert labels["_cls"] == "Detections"
        assert [one["label"] for one in labels["detections"]] == [one.label for one in missing]
        assert len(dataset[missing[0].sample_id].ground_truth.detections) == 2
        for row in order:
            assert odquality.undo(dataset, KEY, issues=missing[row]).refused == ()
        assert documents_of_labels(dataset) == before
    for row in order:
        assert odquality.redo(dataset, KEY, issues=missing[row]).refused == ()
    assert odquality.undo(dataset, KEY, batches=2).refused == ()
    assert documents_of_labels(dataset) == before


def test_labels_that_people_drew_stay(
    dataset: fo.Dataset, missing: list[odquality.ReviewIssue]
) -> None:
    odquality.accept(dataset, KEY, missing[0])
    sample = dataset[missing[0].sample_id]
    drawn = fo.Detection(label="elk", bounding_box=[0, 0, 0.1, 0.1])
    sample.ground_truth.detections.append(drawn)
    sample.save()
    odquality.accept(dataset, KEY, missing[1])
    assert odquality.undo(dataset, KEY, batches=2).refused == ()
    assert [one.id for one in dataset[sample.id].ground_truth.detections] == [drawn.id]


@pytest.mark.parametrize("update", NO_LIST.values(), ids=NO_LIST)
def test_a_removed_label_comes_back_to_an_image_whose_labels_were_cleared(
    dataset: fo.Dataset, update: dict[str, Any]
) -> None:
    (issue,) = first(dataset, "spurious")
    label = label_of(dataset, issue)
    odquality.accept(dataset, KEY, issue)
    change(dataset, issue.sample_id, update)
    assert odquality.undo(dataset, KEY).refused == ()
    assert document_of(dataset, issue)["ground_truth"]["detections"] == [label]
    assert label is not None
    assert dataset[issue.sample_id].ground_truth.detections[0].id == str(label["_id"])


@pytest.mark.parametrize("parent", [{"$set": {"by": None}}, {"$unset": {"by": ""}}])
def test_a_label_is_refused_where_there_is_no_document_for_its_field(parent: Any) -> None:
    dataset = fo.Dataset()
    samples = random_samples(40)
    for sample in samples:
        sample["by"] = fo.DynamicEmbeddedDocument(anna=sample.ground_truth)
        sample.ground_truth = None
    dataset.add_samples(samples, dynamic=True)
    empty = [one.id for one in samples[::4]]
    for sample_id in empty:
        change(dataset, sample_id, parent)
    odquality.compute_label_quality(
        dataset, gt_field="by.anna", key=KEY, min_probability=0.01, score_unannotated=True
    )
    before = [one.get("by") for one in documents(dataset)]
    issues = odquality.list_issues(dataset, KEY)
    outcome = odquality.accept(dataset, KEY, issues)
    assert {one.reason for one in outcome.refused} == {
        "its image has no 'by', in which labels would be"
    }
    refused = {one.issue_id.partition("/")[0] for one in outcome.refused}
    assert 0 < len(refused) < len({one.sample_id for one in issues})
    assert refused <= set(empty)
    left = {str(one["_id"]): one.get("by") for one in documents(dataset)}
    assert [left[one] for one in empty] == [None] * len(empty)
    assert odquality.undo(dataset, KEY).refused == ()
    assert [one.get("by") for one in documents(dataset)] == before
    dataset.delete()


@pytest.mark.parametrize("field", [f"{KEY}_expected_errors", f"{KEY}_num_issues"])
def test_numbers_that_were_cleared_keep_nobody_from_deciding(
    dataset: fo.Dataset, field: str
) -> None:
    issues = [one for kind in ("swap", "overlooked") for one in first(dataset, kind, 2)]
    dataset.clear_sample_field(field)
    before = undecided(dataset)
    assert odquality.accept(dataset, KEY, issues).refused == ()
    assert {one.get(field) for one in documents(dataset)} == {None}
    odquality.learn_from_decisions(dataset, KEY)
    assert odquality.undo(dataset, KEY).refused == ()
    odquality.learn_from_decisions(dataset, KEY)
    assert [one["ground_truth"] for one in undecided(dataset)] == [
        one["ground_truth"] for one in before
    ]


@pytest.mark.parametrize("path", [SUGGESTIONS, f"{SUGGESTIONS}.detections"])
def test_suggestions_that_were_cleared_stay_so_and_come_back_by_undo(
    dataset: fo.Dataset, path: str
) -> None:
    issues = odquality.list_issues(dataset, KEY, order="probability", limit=12)
    odquality.dismiss(dataset, KEY, issues)
    dataset.clear_sample_field(path)
    before = documents(dataset)
    odquality.learn_from_decisions(dataset, KEY)
    assert documents(dataset) == before
    assert odquality.undo(dataset, KEY).refused == ()
    assert {one.id for one in odquality.list_issues(dataset, KEY)} == {one.id for one in issues}
    for one in documents(dataset):
        assert one[SUGGESTIONS] is None or one[SUGGESTIONS]["_cls"] == "Detections"
    list(dataset.iter_samples())


def test_what_is_no_label_is_passed_over(dataset: fo.Dataset) -> None:
    """Such a list FiftyOne cannot show; runs pass over what is none."""
    (swap,), (missing,) = first(dataset, "swap"), first(dataset, "overlooked")
    for issue in (swap, missing):
        put = {"$each": [None, "text"], "$position": 0}
        change(dataset, issue.sample_id, {"$push": {PATH: put, "predictions.detections": put}})
    before = undecided(dataset)
    assert odquality.note_edits(dataset, KEY).done == ()
    card = next_card(dataset, KEY, sample_id=missing.sample_id)
    assert card is not None
    assert not card.is_edited
    assert odquality.accept(dataset, KEY, [swap, missing]).refused == ()
    labels = document_of(dataset, missing)["ground_truth"]["detections"]
    assert (labels[:2], labels[-1]["label"]) == ([None, "text"], missing.label)
    assert odquality.undo(dataset, KEY).refused == ()
    assert undecided(dataset) == before
    odquality.dismiss(dataset, KEY, [swap, missing])
    odquality.compute_label_quality(dataset, key=KEY, min_probability=LEAST)
    left = {one.id for one in odquality.list_issues(dataset, KEY)}
    assert not {swap.id, missing.id} & left


@pytest.mark.parametrize("kind", ["swap", "badloc", "spurious", "duplicate"])
def test_ids_of_labels_may_be_texts(dataset: fo.Dataset, kind: str) -> None:
    (issue,) = first(dataset, kind)
    labels = document_of(dataset, issue)["ground_truth"]["detections"]
    ids = {f"{PATH}.{row}._id": str(one["_id"]) for row, one in enumerate(labels)}
    change(dataset, issue.sample_id, {"$set": ids})
    before = document_of(dataset, issue)["ground_truth"]
    assert odquality.accept(dataset, KEY, issue).refused == ()
    after = document_of(dataset, issue)["ground_truth"]
    assert after != before
    for _ in range(2):
        assert odquality.undo(dataset, KEY).refused == ()
        assert document_of(dataset, issue)["ground_truth"] == before
        assert odquality.redo(dataset, KEY).refused == ()
        assert document_of(dataset, issue)["ground_truth"] == after
    (decision,) = document_of(dataset, issue)[DECISIONS]["detections"]
    assert decision["label_id"] == issue.label_id


def test_what_others_put_beside_the_only_label_stays(
    dataset: fo.Dataset, missing: list[odquality.ReviewIssue]
) -> None:
    odquality.accept(dataset, KEY, missing[0])
    change(dataset, missing[0].sample_id, {"$set": {"ground_truth.reviewer": "anna"}})
    outcome = odquality.undo(dataset, KEY)
    assert len(outcome.done) == 1
    found = document_of(dataset, missing[0])["ground_truth"]
    assert found["reviewer"] == "anna"
    assert not found.get("detections")
