"""What once went wrong when runs, people and FiftyOne's own calls came between decisions."""

from __future__ import annotations

from pathlib import Path

import fiftyone as fo
import pytest
from bson import ObjectId

import odquality
from odquality.bridge.decisions.texts import same
from odquality.bridge.review.queue import image_after, next_card
from odquality.bridge.review.views import selected_issues
from tests.bridge.review.help import (
    DECISIONS,
    KEY,
    document_of,
    documents,
    edit_label,
    first,
    grouped_copy,
    score_again,
)

SUGGESTIONS = f"{KEY}_suggestions"


def check_open(dataset: fo.Dataset) -> None:
    """Every issue is there once, and counted."""
    issues = [issue.id for issue in odquality.list_issues(dataset, KEY)]
    assert len(set(issues)) == len(issues)
    for one in documents(dataset):
        assert one[f"{KEY}_num_issues"] == len(one[SUGGESTIONS]["detections"])


def test_what_was_suggested_again_is_there_once_after_undo(dataset: fo.Dataset) -> None:
    skipped = first(dataset, "swap", 3)
    odquality.skip(dataset, KEY, skipped)
    score_again(dataset)
    before = len(odquality.list_issues(dataset, KEY))
    assert len(odquality.undo(dataset, KEY).done) == 3
    assert odquality.list_issues(dataset, KEY, status="skipped") == []
    assert len(odquality.list_issues(dataset, KEY)) == before
    check_open(dataset)
    assert len(odquality.redo(dataset, KEY).done) == 3
    assert len(odquality.list_issues(dataset, KEY)) == before - 3
    check_open(dataset)


def test_a_dismissal_that_no_longer_held_is_undone_alone(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "swap")
    odquality.dismiss(dataset, KEY, issue)
    assert issue.given_box is not None
    x, *others = issue.given_box
    edit_label(dataset, issue, bounding_box=[x + 0.002, *others])
    score_again(dataset)
    odquality.undo(dataset, KEY)
    check_open(dataset)
    assert issue.id in [one.id for one in odquality.list_issues(dataset, KEY)]


def test_a_missing_label_is_not_taken_for_one_beside_it(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "overlooked")
    (made,) = [
        one
        for one in document_of(dataset, issue)[SUGGESTIONS]["detections"]
        if str(one["_id"]) == issue.suggestion_id
    ]
    x, y, width, height = made["bounding_box"]
    beside = {**made, "_id": ObjectId(), "bounding_box": [x + 0.2 * width, y, width, height]}
    dataset._sample_collection.update_one(
        {"_id": ObjectId(issue.sample_id)},
        {"$push": {f"{SUGGESTIONS}.detections": beside}, "$inc": {f"{KEY}_num_issues": 1}},
    )
    odquality.dismiss(dataset, KEY, issue)
    again = odquality.accept(dataset, KEY, issue)
    assert again.done == ()
    assert "dismissed" in again.refused[0].reason
    (other,) = first(dataset.select(issue.sample_id), "overlooked")
    assert odquality.dismiss(dataset, KEY, other).refused == ()


def test_decisions_taken_back_together_are_made_again_in_their_order(dataset: fo.Dataset) -> None:
    batches = [odquality.dismiss(dataset, KEY, one).batch for one in first(dataset, "swap", 5)]
    odquality.undo(dataset, KEY, batches=5)
    assert [odquality.redo(dataset, KEY).batch for _ in batches] == batches


def test_decisions_made_again_together_are_taken_back_in_their_order(dataset: fo.Dataset) -> None:
    batches = [odquality.dismiss(dataset, KEY, one).batch for one in first(dataset, "swap", 5)]
    odquality.undo(dataset, KEY, batches=5)
    assert len(odquality.redo(dataset, KEY, batches=5).done) == 5
    assert [odquality.undo(dataset, KEY).batch for _ in batches] == batches[::-1]


def test_runs_on_the_same_labels_take_back_their_own_decisions(dataset: fo.Dataset) -> None:
    odquality.compute_label_quality(
        dataset, gt_field="ground_truth", pred_field="predictions", key="second"
    )
    (issue,) = first(dataset, "swap")
    odquality.accept(dataset, KEY, issue)
    before = documents(dataset)
    assert odquality.undo(dataset, "second").done == ()
    assert documents(dataset) == before
    assert ids(odquality.undo(dataset, KEY)) == [issue.id]
    assert odquality.redo(dataset, "second").done == ()
    assert ids(odquality.redo(dataset, KEY)) == [issue.id]


@pytest.mark.parametrize("kind", ["spurious", "swap", "badloc"])
def test_attributes_that_are_no_number_go_and_come_back(dataset: fo.Dataset, kind: str) -> None:
    (issue,) = first(dataset, kind)
    edit_label(dataset, issue, weight=float("nan"), parts=[float("nan"), {"a": float("nan")}])
    before = document_of(dataset, issue)["ground_truth"]
    odquality.accept(dataset, KEY, issue)
    accepted = document_of(dataset, issue)["ground_truth"]
    for _ in range(2):
        assert ids(odquality.undo(dataset, KEY)) == [issue.id]
        assert same(document_of(dataset, issue)["ground_truth"], before)
        assert ids(odquality.redo(dataset, KEY)) == [issue.id]
        assert same(document_of(dataset, issue)["ground_truth"], accepted)


def ids(outcome: odquality.Outcome) -> list[str]:
    return [one.id for one in outcome.done]


def test_decisions_taken_back_one_by_one_are_made_again_one_by_one(dataset: fo.Dataset) -> None:
    batches = [odquality.accept(dataset, KEY, one).batch for one in first(dataset, "swap", 3)]
    for _ in range(2):
        assert [odquality.undo(dataset, KEY).batch for _ in batches] == batches[::-1]
        assert [odquality.redo(dataset, KEY).batch for _ in batches] == batches
    assert odquality.redo(dataset, KEY).batch is None
    assert len(odquality.list_issues(dataset, KEY, status="accepted")) == 3


def test_a_decision_takes_the_place_of_one_that_was_taken_back(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "swap")
    odquality.accept(dataset, KEY, issue)
    odquality.undo(dataset, KEY)
    odquality.dismiss(dataset, KEY, issue)
    (decision,) = document_of(dataset, issue)[DECISIONS]["detections"]
    assert decision["status"] == "dismissed"
    assert odquality.redo(dataset, KEY).done == ()


def test_several_of_an_image_are_made_again_in_their_order(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY)
    odquality.accept(dataset, KEY, issues)
    labels = [one["ground_truth"] for one in documents(dataset)]
    odquality.undo(dataset, KEY)
    odquality.redo(dataset, KEY)
    assert [one["ground_truth"] for one in documents(dataset)] == labels


@pytest.mark.parametrize("field", [DECISIONS, SUGGESTIONS])
def test_fields_that_were_cleared_are_filled_again(dataset: fo.Dataset, field: str) -> None:
    issues = first(dataset, "swap", 2)
    odquality.dismiss(dataset, KEY, issues[0])
    if field == DECISIONS:
        dataset.clear_sample_field(DECISIONS)
        assert odquality.dismiss(dataset, KEY, issues[1]).refused == ()
        found = odquality.list_issues(dataset, KEY, status="dismissed")
    else:
        dataset.clear_sample_field(SUGGESTIONS)
        assert odquality.undo(dataset, KEY).refused == ()
        found = odquality.list_issues(dataset, KEY)
    assert len(found) == 1


def test_decisions_are_detections_to_fiftyone(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "swap")
    odquality.dismiss(dataset, KEY, issue)
    assert document_of(dataset, issue)[DECISIONS]["_cls"] == "Detections"


def test_nothing_is_learnt_from_decisions_that_were_all_taken_back(dataset: fo.Dataset) -> None:
    before = odquality.list_issues(dataset, KEY)
    for issue in before[:10]:
        odquality.dismiss(dataset, KEY, issue)
    assert odquality.list_issues(dataset, KEY)[0].probability != before[10].probability
    for _ in range(10):
        odquality.undo(dataset, KEY)
    now = {issue.id: issue.probability for issue in odquality.list_issues(dataset, KEY)}
    assert now == {issue.id: pytest.approx(issue.probability) for issue in before}


def test_issues_without_a_decision_are_not_undone(dataset: fo.Dataset) -> None:
    issues = first(dataset, "swap", 2)
    odquality.dismiss(dataset, KEY, issues[0])
    outcome = odquality.undo(dataset, KEY, issues=issues)
    assert [one.id for one in outcome.done] == [issues[0].id]
    assert [one.issue_id for one in outcome.refused] == [issues[1].id]
    again = odquality.redo(dataset, KEY, issues=[*issues, f"{ObjectId()}/swap/{ObjectId()}"])
    assert len(again.done) == 1
    assert {one.reason for one in again.refused} == {"no decision on it was taken back"}


def test_labels_without_ids_stay_as_they_are(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "overlooked")
    unnamed = {"$unset": {"ground_truth.detections.0._id": ""}}
    dataset._sample_collection.update_one({"_id": ObjectId(issue.sample_id)}, unnamed)
    assert odquality.dismiss(dataset, KEY, issue).refused == ()
    assert odquality.undo(dataset, KEY).refused == ()


def test_a_slice_that_is_not_active_is_reviewed_all_the_same(dataset: fo.Dataset) -> None:
    grouped = grouped_copy(dataset, 3)
    score_again(grouped.select_group_slices("left"))
    grouped.group_slice = "right"
    (issue, *_) = odquality.list_issues(grouped, KEY)
    assert selected_issues(grouped, KEY, [issue.sample_id])[0].id == issue.id
    card = next_card(grouped, KEY, sample_id=issue.sample_id)
    assert card is not None
    assert card.issue.id == issue.id
    grouped.delete()


@pytest.mark.parametrize("name", ["left", "right"])
def test_a_slice_that_a_view_groups_once_more_is_reviewed(dataset: fo.Dataset, name: str) -> None:
    grouped = grouped_copy(dataset, 20)
    chosen = grouped.select_group_slices(name)
    score_again(chosen)
    view = chosen.group_by("filepath")
    issues = odquality.list_issues(view, KEY)
    assert issues == odquality.list_issues(grouped, KEY)
    assert len(odquality.worst_first(view, KEY)) == odquality.summarize_run(view, KEY).images == 20
    assert len(odquality.accept(view, KEY, issues).done) == len(issues) > 0
    assert odquality.list_issues(view, KEY) == []
    assert odquality.undo(view, KEY).refused == ()
    assert odquality.tag_issues(view, KEY).samples == len({one.sample_id for one in issues})
    grouped.delete()


@pytest.mark.parametrize("labels", ["ground_truth", "truth"])
def test_copies_of_the_fields_of_a_review_stay_as_they_are(
    dataset: fo.Dataset, labels: str
) -> None:
    odquality.dismiss(dataset, KEY, odquality.list_issues(dataset, KEY, limit=3))
    if labels != "ground_truth":
        dataset.rename_sample_field("ground_truth", labels)
    # Whatever comes first by name.
    copies = {name: f"a_{name}" for name in (labels, "predictions", DECISIONS)}
    for name, copy in copies.items():
        dataset.clone_sample_field(name, copy)
    before, issues = documents(dataset), odquality.list_issues(dataset, KEY)
    assert odquality.accept(dataset, KEY, issues[:20]).refused == ()
    odquality.learn_from_decisions(dataset, KEY)
    odquality.tag_issues(dataset, KEY)
    odquality.note_edits(dataset, KEY)
    after = documents(dataset)
    for name, copy in copies.items():
        assert [one.get(copy) for one in after] == [one.get(copy) for one in before]
        pairs = zip(after, before, strict=True)
        changed = sum(one.get(name) != was.get(name) for one, was in pairs)
        assert (changed > 10) == (name != "predictions")
    assert len(odquality.undo(dataset, KEY).done) == 20
    assert odquality.summarize_run(dataset, KEY).images == len(dataset)


def test_images_follow_each_other_in_the_order_of_review(dataset: fo.Dataset) -> None:
    order = list(dict.fromkeys(one.sample_id for one in odquality.list_issues(dataset, KEY)))
    after = [image_after(dataset, KEY, one) for one in order]
    assert after == [*order[1:], order[0]]
    (without, *_) = dataset.match({f"{KEY}_num_issues": 0}).values("id")
    assert image_after(dataset, KEY, without) == order[0]


def test_views_that_hide_issues_are_refused(dataset: fo.Dataset) -> None:
    for view in (
        dataset.select_fields("ground_truth"),
        dataset.exclude_fields(SUGGESTIONS),
        dataset.to_patches("ground_truth"),
    ):
        with pytest.raises(ValueError, match="do not show"):
            odquality.list_issues(view, KEY)


@pytest.mark.parametrize("field", ["ground_truth", "predictions", SUGGESTIONS])
def test_patches_with_all_fields_of_their_images_are_no_images(
    dataset: fo.Dataset, tmp_path: Path, field: str
) -> None:
    view = dataset.to_patches(field, other_fields=True)
    before = documents(dataset)
    for call in (
        lambda: odquality.list_issues(view, KEY),
        lambda: odquality.preview_accept_all(view, KEY, min_probability=0.5),
        lambda: odquality.accept_all(view, KEY, min_probability=0.5),
        lambda: odquality.export(view, KEY, tmp_path / "issues.csv"),
        lambda: odquality.tag_issues(view, KEY),
        lambda: odquality.summarize_run(view, KEY),
        lambda: odquality.worst_first(view, KEY),
        lambda: odquality.visualize(view, KEY),
        lambda: odquality.visualize(view.first(), KEY),
    ):
        with pytest.raises(ValueError, match=r"samples is a Patch\w+, made from the samples that"):
            call()
    assert documents(dataset) == before


def test_what_is_selected_in_a_view_that_hides_issues_is_found(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "swap")
    view = dataset.select_fields("ground_truth")
    assert issue.id in [one.id for one in selected_issues(view, KEY, [issue.sample_id])]


def test_groups_made_of_samples_are_listed(dataset: fo.Dataset) -> None:
    grouped = odquality.list_issues(dataset.group_by("filepath"), KEY)
    assert {one.id for one in grouped} == {one.id for one in odquality.list_issues(dataset, KEY)}


@pytest.mark.parametrize("samples", ["a name", None])
def test_what_is_no_dataset_is_named(samples: object) -> None:
    with pytest.raises(ValueError, match="expected a FiftyOne dataset or view"):
        odquality.list_issues(samples, KEY)  # type: ignore[arg-type]


def test_names_may_be_no_number(dataset: fo.Dataset) -> None:
    with pytest.raises(ValueError, match="kinds is 3"):
        odquality.list_issues(dataset, KEY, kinds=3)  # type: ignore[arg-type]


def test_edits_of_one_sample_are_noted(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "swap")
    edit_label(dataset, issue, label=issue.label)
    assert len(odquality.note_edits(dataset, KEY, sample_ids=issue.sample_id).done) == 1
