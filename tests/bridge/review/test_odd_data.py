"""Reviews of data as they come: names, ids, fields and attributes that nobody would choose."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, product
from typing import Any

import fiftyone as fo
import pytest
from bson import ObjectId

import odquality
from odquality.bridge.decisions.texts import same
from odquality.bridge.review.progress import open_counts
from odquality.bridge.review.queue import crop_after, image_after, next_card
from odquality.bridge.review.stale import edited_issues
from odquality.bridge.review.views import crops, selected_issues
from odquality.bridge.run.recalibration import load_lessons
from tests.bridge.review.help import (
    DECISIONS,
    KEY,
    document_of,
    documents,
    edit_label,
    first,
    label_of,
    score_again,
    undecided,
)

SUGGESTIONS = f"{KEY}_suggestions"

# Of classes: operators and paths of the database, words of ids and tables, other scripts.
NAMES = ["$label", "a.b", "$$this", "überholt/links", "猫", "", "a'b\"c", "%2F", "None", "$literal"]


def renamed_class(dataset: fo.Dataset, new: str) -> None:
    """Every cat has another name, and the labels are scored again."""
    for field in ("ground_truth", "predictions"):
        path = f"{field}.detections"
        dataset._sample_collection.update_many(
            {path: {"$type": "object"}},
            {"$set": {f"{path}.$[cat].label": new}},
            array_filters=[{"cat.label": "cat"}],
        )
    dataset.reload()
    dataset.default_classes = [new if one == "cat" else one for one in dataset.default_classes]
    score_again(dataset)


@pytest.mark.parametrize("name", NAMES)
def test_a_class_may_have_any_name(dataset: fo.Dataset, name: str) -> None:
    cats = len(odquality.list_issues(dataset, KEY, classes="cat"))
    renamed_class(dataset, name)
    issues = odquality.list_issues(dataset, KEY, classes=name)
    assert len(issues) == cats == open_counts(dataset, KEY).classes[name]
    shown = crops(dataset, KEY, about=name)
    assert sorted(shown.values("id")) == sorted(one.suggestion_id for one in issues)
    given = [one for one in issues if one.given_label == name]
    assert len(crops(dataset, KEY, given_label=name)) == len(given)
    suggested = [one for one in issues if one.label == name]
    assert len(crops(dataset, KEY, label=name)) == len(suggested)
    before = undecided(dataset)
    outcome = odquality.accept(dataset, KEY, [one.id for one in suggested])
    assert len(outcome.done) > 0.9 * len(suggested) > 3
    for issue in outcome.done:
        if issue.action == "relabel":
            label = label_of(dataset, issue)
            assert label is not None
            assert label["label"] == name
    odquality.learn_from_decisions(dataset, KEY)
    list(dataset.iter_samples())
    assert len(odquality.undo(dataset, KEY).done) == len(outcome.done)
    odquality.learn_from_decisions(dataset, KEY)
    assert [one["ground_truth"] for one in undecided(dataset)] == [
        one["ground_truth"] for one in before
    ]
    assert odquality.summarize_run(dataset, KEY).images == len(dataset)


@pytest.fixture
def unnamed(dataset: fo.Dataset) -> fo.Dataset:
    """Labels and predictions have no ids."""
    for field in ("ground_truth", "predictions"):
        path = f"{field}.detections"
        dataset._sample_collection.update_many(
            {path: {"$type": "object"}}, {"$unset": {f"{path}.$[]._id": ""}}
        )
    score_again(dataset)
    return dataset


def test_labels_without_ids_can_be_dismissed_and_passed_over(unnamed: fo.Dataset) -> None:
    issues = [one for one in odquality.list_issues(unnamed, KEY) if one.kind != "overlooked"]
    assert {one.label_id for one in issues} == {None}
    before = undecided(unnamed)
    (refusal,) = odquality.accept(unnamed, KEY, issues[0]).refused
    assert "no id of its own" in refusal.reason
    assert undecided(unnamed) == before
    assert odquality.skip(unnamed, KEY, issues[0]).refused == ()
    assert odquality.dismiss(unnamed, KEY, issues[1]).refused == ()
    left = {one.id for one in odquality.list_issues(unnamed, KEY)}
    assert not {issues[0].id, issues[1].id} & left
    score_again(unnamed)
    left = {one.id for one in odquality.list_issues(unnamed, KEY)}
    assert issues[0].id in left
    assert issues[1].id not in left
    assert len(odquality.undo(unnamed, KEY, batches=2).done) == 2


def test_labels_without_ids_were_not_edited(unnamed: fo.Dataset) -> None:
    assert edited_issues(unnamed, KEY).number == 0
    before = documents(unnamed, without=(DECISIONS,))
    assert odquality.note_edits(unnamed, KEY).done == ()
    assert documents(unnamed, without=(DECISIONS,)) == before
    card = next_card(unnamed, KEY)
    assert card is not None
    assert not card.is_edited


def test_boxes_without_ids_do_not_keep_others_from_teaching(unnamed: fo.Dataset) -> None:
    for issue in first(unnamed, "spurious", 10):
        odquality.dismiss(unnamed, KEY, issue)
    assert sum(load_lessons(unnamed, KEY).decided.values()) == 0
    (missing,) = first(unnamed, "overlooked")
    assert odquality.accept(unnamed, KEY, missing).refused == ()
    odquality.learn_from_decisions(unnamed, KEY)


@pytest.fixture
def twins(dataset: fo.Dataset) -> fo.Dataset:
    """The labels of an image all have the same id."""
    for one in documents(dataset):
        labels = (one["ground_truth"] or {}).get("detections") or []
        same = ObjectId()
        dataset._sample_collection.update_one(
            {"_id": one["_id"]},
            {"$set": {f"ground_truth.detections.{row}._id": same for row in range(len(labels))}},
        )
    score_again(dataset)
    return dataset


def test_labels_that_share_an_id_were_not_edited(twins: fo.Dataset) -> None:
    assert edited_issues(twins, KEY).number == 0
    assert odquality.note_edits(twins, KEY).done == ()
    (issue,) = first(twins, "swap")
    path = "ground_truth.detections"
    twins._sample_collection.update_one(
        {"_id": ObjectId(issue.sample_id)}, {"$set": {f"{path}.$[].label": "giraffe"}}
    )
    assert issue.id in {one.id for one in odquality.note_edits(twins, KEY).done}


def test_contrary_decisions_on_labels_that_share_an_id_teach_nothing(dataset: fo.Dataset) -> None:
    odquality.dismiss(dataset, KEY, first(dataset, "overlooked", 5))
    (issue,) = first(dataset, "swap")
    (made,) = [
        one
        for one in document_of(dataset, issue)[SUGGESTIONS]["detections"]
        if str(one["_id"]) == issue.suggestion_id
    ]
    twin = {**made, "_id": ObjectId()}
    dataset._sample_collection.update_one(
        {"_id": ObjectId(issue.sample_id)},
        {"$push": {f"{SUGGESTIONS}.detections": twin}, "$inc": {f"{KEY}_num_issues": 1}},
    )
    assert odquality.dismiss(dataset, KEY, issue).refused == ()
    edit_label(dataset, issue, label="giraffe")
    assert [one.id for one in odquality.note_edits(dataset, KEY).done] == [issue.id]
    lessons = odquality.learn_from_decisions(dataset, KEY).lessons
    assert (lessons.decided["overlooked"], lessons.decided["swap"]) == (5, 0)


def test_a_review_goes_on_without_the_predictions(dataset: fo.Dataset) -> None:
    dataset.delete_sample_field("predictions")
    card = next_card(dataset, KEY)
    assert card is not None
    assert card.predictions == ()
    assert odquality.accept(dataset, KEY, card.issue).refused == ()
    odquality.learn_from_decisions(dataset, KEY)
    assert odquality.undo(dataset, KEY).refused == ()
    summary = odquality.summarize_run(dataset, KEY)
    assert summary.images == len(dataset)
    assert {row.predictions for row in summary.classes.rows} == {0}
    assert str(summary)


def test_fields_may_be_renamed_between_a_decision_and_its_undo(dataset: fo.Dataset) -> None:
    before = undecided(dataset)
    issues = odquality.list_issues(dataset, KEY, limit=30)
    odquality.accept(dataset, KEY, issues)
    names = {"ground_truth": "gt", "predictions": "found", DECISIONS: "decided"}
    dataset.rename_sample_fields(names)
    assert odquality.undo(dataset, KEY).refused == ()
    redone = odquality.redo(dataset, KEY)
    assert redone.refused == ()
    dataset.rename_sample_fields({new: old for old, new in names.items()})
    assert odquality.undo(dataset, KEY).refused == ()
    after = undecided(dataset)
    assert [one["ground_truth"] for one in after] == [one["ground_truth"] for one in before]
    list(dataset.iter_samples())


def nothing(_: fo.Dataset, issue: odquality.ReviewIssue) -> None:
    """No change."""


def with_attributes(dataset: fo.Dataset, issue: odquality.ReviewIssue) -> None:
    edit_label(
        dataset,
        issue,
        index=7,
        instance=fo.Instance(),
        mask_path="/nowhere/mask.png",
        nothing=None,
        weight=float("inf"),
        parts={"a": [None, float("nan")], "$b": {"c.d": 1}},
    )


@pytest.mark.parametrize("change", [nothing, with_attributes])
@pytest.mark.parametrize("kind", ["swap", "badloc", "spurious", "duplicate"])
def test_whatever_a_label_has_comes_back(
    dataset: fo.Dataset, kind: str, change: Callable[[fo.Dataset, Any], None]
) -> None:
    (issue,) = first(dataset, kind)
    change(dataset, issue)
    before = document_of(dataset, issue)["ground_truth"]
    for _ in range(2):
        assert odquality.accept(dataset, KEY, issue).refused == ()
        assert not same(document_of(dataset, issue)["ground_truth"], before)
        list(dataset.iter_samples())
        assert odquality.undo(dataset, KEY).refused == ()
        assert same(document_of(dataset, issue)["ground_truth"], before)


def test_a_label_stays_marked_as_long_as_anything_is_suspected_of_it(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "swap")
    odquality.skip(dataset, KEY, issue)
    path = f"{SUGGESTIONS}.detections"
    (decision,) = document_of(dataset, issue)[DECISIONS]["detections"]
    other = {name: decision[name] for name in ("label_id", "given_label", "given_box")}
    other |= {name: decision[name] for name in ("_cls", "label", "bounding_box", "attributes")}
    other |= {"_id": ObjectId(), "kind": "spurious", "title": "", "action": "remove", "tags": []}
    other |= {"confidence": 0.5, "probability": 0.5}
    dataset._sample_collection.update_one(
        {"_id": ObjectId(issue.sample_id)},
        {"$push": {path: other}, "$inc": {f"{KEY}_num_issues": 1}},
    )
    odquality.undo(dataset, KEY)
    odquality.dismiss(dataset, KEY, issue)
    label = label_of(dataset, issue)
    assert label is not None
    assert label[f"{KEY}_issue"] == "spurious"
    assert f"{KEY}_suggested_label" not in label
    odquality.dismiss(dataset, KEY, f"{issue.sample_id}/spurious/{issue.label_id}")
    label = label_of(dataset, issue)
    assert label is not None
    assert f"{KEY}_issue" not in label


def test_images_follow_each_other_within_any_view(dataset: fo.Dataset) -> None:
    order = list(dict.fromkeys(one.sample_id for one in odquality.list_issues(dataset, KEY)))
    some = order[::3]
    views = [
        dataset.select(some),
        dataset.select(some).select_fields("tags"),
        dataset.exclude_fields("ground_truth").select(some),
        dataset.select(some).sort_by("filepath").limit(len(some)),
        dataset.select(some).filter_labels(SUGGESTIONS, fo.ViewField("kind") == "none", False),
        dataset.select(some).group_by("filepath"),
    ]
    for view in views:
        assert [image_after(view, KEY, one) for one in some] == [*some[1:], some[0]]
    assert image_after(dataset.select(some), KEY, order[1]) == some[1]
    assert image_after(dataset.select(order[0]), KEY, order[0]) is None
    assert image_after(dataset, KEY, str(ObjectId())) == order[0]


def test_images_without_a_rank_come_last(dataset: fo.Dataset) -> None:
    order = list(dict.fromkeys(one.sample_id for one in odquality.list_issues(dataset, KEY)))
    lost = {ObjectId(one) for one in order[5:8]}
    dataset._sample_collection.update_many(
        {"_id": {"$in": list(lost)}}, {"$set": {f"{KEY}_expected_errors": None}}
    )
    order = list(dict.fromkeys(one.sample_id for one in odquality.list_issues(dataset, KEY)))
    assert {ObjectId(one) for one in order[-3:]} == lost
    assert [image_after(dataset, KEY, one) for one in order] == [*order[1:], order[0]]


def test_crops_follow_each_other_in_their_order(dataset: fo.Dataset) -> None:
    view = crops(dataset, KEY, min_probability=0.5)
    ids, images = view.values(["id", "sample_id"])
    image_of = dict(zip(ids, images, strict=True))
    for one, behind in pairwise(ids):
        following = crop_after(view, KEY, one)
        if image_of[one] != image_of[behind]:
            assert following == behind
        assert following is not None
        assert image_of[following] != image_of[one]
    decided = image_of[ids[1]]
    odquality.skip(dataset, KEY, selected_issues(dataset, KEY, [decided]))
    following = crop_after(view, KEY, ids[0])
    assert following is not None
    assert image_of[following] not in (decided, image_of[ids[0]])
    alone = view.select(ids[0])
    assert crop_after(alone, KEY, ids[0]) is None


def test_the_first_of_a_list_are_those_of_all(dataset: fo.Dataset) -> None:
    kinds = (None, "badloc", ["swap", "spurious"], [])
    classes = (None, "cat", ["dog", "bird"], [])
    for wanted in product(("images", "probability"), kinds, classes, (0.0, 0.45, 0.97, 1.0)):
        names = ("order", "kinds", "classes", "min_probability")
        settings: dict[str, Any] = dict(zip(names, wanted, strict=True))
        every = odquality.list_issues(dataset, KEY, **settings)
        for limit in (1, 3, 50, 10_000):
            assert odquality.list_issues(dataset, KEY, limit=limit, **settings) == every[:limit]


def test_the_likeliest_are_listed_without_an_index_too(dataset: fo.Dataset) -> None:
    with_index = odquality.list_issues(dataset, KEY, order="probability", limit=20)
    for name in dataset._sample_collection.index_information():
        if SUGGESTIONS in name:
            dataset._sample_collection.drop_index(name)
    assert odquality.list_issues(dataset, KEY, order="probability", limit=20) == with_index


def test_decisions_are_deleted_without_a_run(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY, limit=3)
    odquality.dismiss(dataset, KEY, issues)
    dataset.delete_run(KEY)
    for arguments in ({}, {"key": KEY, "gt_field": "ground_truth"}):
        with pytest.raises(ValueError, match="expected one of them"):
            odquality.delete_decisions(dataset, **arguments)
    message = r"'predictions'; expected labels with decisions: one of \['ground_truth'\]"
    with pytest.raises(ValueError, match=message):
        odquality.delete_decisions(dataset, gt_field="predictions")
    dataset.rename_sample_field("ground_truth", "gt")
    odquality.delete_decisions(dataset, gt_field="gt")
    assert not dataset.has_sample_field(DECISIONS)
    assert not [one for one in documents(dataset) if DECISIONS in one]


def test_decisions_are_deleted_by_a_run_without_suggestions(dataset: fo.Dataset) -> None:
    odquality.dismiss(dataset, KEY, odquality.list_issues(dataset, KEY, limit=3))
    odquality.compute_label_quality(dataset, key="lab", method="objectlab")
    odquality.delete_decisions(dataset, "lab")
    assert not dataset.has_sample_field(DECISIONS)


@pytest.mark.parametrize("box", [[0.5, 0.5, 0.0, 0.0], [0.3, 0.3, 0.0, 0.2]])
@pytest.mark.parametrize("field", ["ground_truth", "predictions"])
def test_boxes_without_area_are_decided_on_like_others(
    dataset: fo.Dataset, field: str, box: list[float]
) -> None:
    samples = {one.sample_id for one in odquality.list_issues(dataset, KEY, limit=30)}
    for sample in dataset.select(list(samples)):
        odd = fo.Detection(label="cat", bounding_box=box, confidence=0.99)
        sample[field].detections.append(odd)
        sample.save()
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.01)
    issues = [
        one
        for one in odquality.list_issues(dataset.select(list(samples)), KEY)
        if list(one.box) == pytest.approx(box) and one.kind in ("spurious", "overlooked")
    ]
    before = undecided(dataset)
    assert len(issues) > 10
    for decide in (odquality.accept, odquality.dismiss):
        assert decide(dataset, KEY, issues).refused == ()
        assert odquality.undo(dataset, KEY).refused == ()
        assert [one["ground_truth"] for one in undecided(dataset)] == [
            one["ground_truth"] for one in before
        ]
        assert odquality.redo(dataset, KEY).refused == ()
        if decide is odquality.accept:
            assert odquality.undo(dataset, KEY).refused == ()
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.01)
    left = {one.id for one in odquality.list_issues(dataset, KEY)}
    assert not {one.id for one in issues} & left
