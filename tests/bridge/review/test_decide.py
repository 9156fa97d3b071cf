from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import fiftyone as fo
import numpy as np
import pytest
from bson import ObjectId

import odquality
from odquality.bridge.review.issue import ReviewIssue
from odquality.bridge.store import handover, records
from odquality.kinds import KINDS, LABEL_KINDS
from tests.bridge.datasets import detection, lock, random_samples
from tests.bridge.review.help import (
    DECISIONS,
    KEY,
    document_of,
    documents,
    draw_label,
    edit_label,
    first,
    label_of,
    undecided,
)


@pytest.mark.parametrize("kind", KINDS)
def test_accepting_mends_the_label_and_nothing_else(dataset: fo.Dataset, kind: str) -> None:
    (issue,) = first(dataset, kind)
    before = document_of(dataset, issue)
    others = [one for one in documents(dataset) if one["_id"] != before["_id"]]
    outcome = odquality.accept(dataset, KEY, issue)
    (done,) = outcome.done
    assert (done.id, done.status, outcome.refused) == (issue.id, "accepted", ())
    after = document_of(dataset, issue)
    assert [one for one in documents(dataset) if one["_id"] != before["_id"]] == others

    flags = ("quality_issue", "quality_suggested_label")
    old = [
        {
            name: one
            for name, one in label.items()
            if str(label["_id"]) != issue.label_id or name not in flags
        }
        for label in before["ground_truth"]["detections"]
    ]
    new = after["ground_truth"]["detections"]
    if issue.action == "add":
        added = new[-1]
        assert new[:-1] == old
        assert (added["label"], tuple(added["bounding_box"])) == (issue.label, issue.box)
        assert added["odquality_source"] == "prediction"
        assert added["odquality_confidence"] == issue.detector_confidence
    elif issue.action == "remove":
        assert new == [one for one in old if str(one["_id"]) != issue.label_id]
    else:
        mended = (
            {"label": issue.label}
            if issue.action == "relabel"
            else {"bounding_box": list(issue.box)}
        )
        assert new == [
            {**one, **mended} if str(one["_id"]) == issue.label_id else one for one in old
        ]
    changed = {"ground_truth", "quality_suggestions", "quality_num_issues"}
    changed |= {"quality_expected_errors", DECISIONS}
    for name in before.keys() | after.keys():
        assert name in changed or before.get(name) == after.get(name)
    assert after["quality_num_issues"] == before["quality_num_issues"] - 1
    fell = before["quality_expected_errors"] - after["quality_expected_errors"]
    assert fell == pytest.approx(issue.probability, abs=1e-6)
    # Whatever was written can be loaded, and is what loaded samples show.
    assert len(list(dataset.iter_samples())) == len(others) + 1


@pytest.mark.parametrize("kind", LABEL_KINDS)
def test_dismissing_leaves_the_label(dataset: fo.Dataset, kind: str) -> None:
    (issue,) = first(dataset, kind)
    label = label_of(dataset, issue)
    assert label is not None
    assert label["quality_issue"] == kind
    odquality.dismiss(dataset, KEY, issue.id)
    flags = ("quality_issue", "quality_suggested_label")
    assert label_of(dataset, issue) == {
        name: value for name, value in label.items() if name not in flags
    }
    assert issue.id not in [one.id for one in odquality.list_issues(dataset, KEY)]


def test_many_at_once_each_in_its_place(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY)
    outcome = odquality.accept(dataset, KEY, issues)
    assert len(outcome.done) + len(outcome.refused) == len(issues)
    assert len(outcome.done) > 0.9 * len(issues)
    left = odquality.list_issues(dataset, KEY)
    assert {one.id for one in left} == {one.issue_id for one in outcome.refused}
    assert sum(dataset.values("quality_num_issues")) == len(left)
    list(dataset.iter_samples())


@pytest.mark.parametrize("kind", LABEL_KINDS)
@pytest.mark.parametrize("change", [{"label": "elk"}, {"bounding_box": [0.1, 0.1, 0.2, 0.2]}])
def test_what_someone_else_changed_is_never_written_over(
    dataset: fo.Dataset, kind: str, change
) -> None:
    (issue,) = first(dataset, kind)
    edit_label(dataset, issue, **change)
    before = undecided(dataset)
    outcome = odquality.accept(dataset, KEY, issue)
    assert outcome.done == ()
    assert "changed meanwhile" in outcome.refused[0].reason
    assert undecided(dataset) == before


@pytest.mark.parametrize("kind", LABEL_KINDS)
def test_a_label_that_is_gone_is_refused(dataset: fo.Dataset, kind: str) -> None:
    (issue,) = first(dataset, kind)
    sample = dataset[issue.sample_id]
    sample.ground_truth.detections = [
        one for one in sample.ground_truth.detections if one.id != issue.label_id
    ]
    sample.save()
    (refusal,) = odquality.accept(dataset, KEY, issue).refused
    assert "removed meanwhile" in refusal.reason


def test_a_missing_label_that_was_drawn_is_refused(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "overlooked")
    draw_label(dataset, issue)
    (refusal,) = odquality.accept(dataset, KEY, issue).refused
    assert "labelled meanwhile" in refusal.reason


@pytest.mark.parametrize("kind", ["swap", "badloc"])
def test_other_attributes_stay_whoever_edited_them(dataset: fo.Dataset, kind: str) -> None:
    (issue,) = first(dataset, kind)
    edit_label(dataset, issue, tags=["mine"], index=7, truncated=True)
    assert odquality.accept(dataset, KEY, issue).refused == ()
    label = label_of(dataset, issue)
    assert label is not None
    assert (label["tags"], label["index"], label["truncated"]) == (["mine"], 7, True)


def test_a_label_that_is_moved_loses_its_mask_until_that_is_undone(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "badloc")
    edit_label(dataset, issue, mask=np.eye(5, dtype=bool))
    before = undecided(dataset)
    odquality.accept(dataset, KEY, issue)
    label = label_of(dataset, issue)
    assert label is not None
    assert label.get("mask") is None
    odquality.undo(dataset, KEY)
    assert undecided(dataset) == before


def test_a_label_keeps_its_mask_when_its_class_changes(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "swap")
    edit_label(dataset, issue, mask=np.eye(5, dtype=bool))
    odquality.accept(dataset, KEY, issue)
    (label,) = [
        one for one in dataset[issue.sample_id].ground_truth.detections if one.id == issue.label_id
    ]
    np.testing.assert_array_equal(label.mask, np.eye(5, dtype=bool))


def test_a_second_decision_on_the_same_issue_is_refused(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "swap")
    odquality.accept(dataset, KEY, issue, by="ann")
    before = documents(dataset)
    outcome = odquality.dismiss(dataset, KEY, issue, by="ben")
    assert outcome.done == ()
    assert "accepted by ann already" in outcome.refused[0].reason
    assert documents(dataset) == before


def test_first_decisions_at_once_stand_in_one_field(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY, limit=8)
    together = Barrier(8)

    def dismiss(issue: ReviewIssue) -> None:
        together.wait()
        odquality.dismiss(dataset, KEY, issue)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(dismiss, issues))
    fields = [name for name in dataset.get_field_schema() if "decisions" in name]
    assert len(fields) == 1
    assert len(odquality.list_issues(dataset, KEY, status="dismissed")) == 8


def test_of_colleagues_who_decide_at_once_one_is_first(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY, limit=40)
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda by: odquality.accept(dataset, KEY, issues, by=by), "abcd"))
    done = [one.id for outcome in outcomes for one in outcome.done]
    assert len(done) == len(set(done))
    decided = odquality.list_issues(dataset, KEY, status="accepted")
    assert {one.id for one in decided} == set(done)
    told = {one.id: one.decided_by for one in decided}
    for by, outcome in zip("abcd", outcomes, strict=True):
        assert {told[one.id] for one in outcome.done} <= {by}


def test_an_image_without_a_field_for_labels_gets_one() -> None:
    dataset = fo.Dataset()
    samples = random_samples(30)
    for sample in samples[::5]:
        sample.ground_truth = None
    dataset.add_samples(samples)
    try:
        odquality.compute_label_quality(dataset, key=KEY, score_unannotated=True)
        ids = [sample.id for sample in dataset if sample.ground_truth is None]
        issues = odquality.list_issues(dataset.select(ids), KEY)
        assert len(issues) > 3
        before = undecided(dataset)
        outcome = odquality.accept(dataset, KEY, issues)
        assert len(outcome.done) == len(issues)
        found = dataset.select(ids).values("ground_truth.detections.label", unwind=True)
        assert sorted(found) == sorted(issue.label for issue in issues)
        odquality.undo(dataset, KEY)
        assert undecided(dataset) == before
    finally:
        dataset.delete()


def test_labels_of_one_id_are_not_told_apart_and_refused() -> None:
    dataset = fo.Dataset()
    samples = random_samples(40)
    for sample in samples:
        same = ObjectId()
        for label in sample.ground_truth.detections:
            label.id = str(same)
    dataset.add_samples(samples)
    try:
        odquality.compute_label_quality(dataset, key=KEY, min_probability=0.0)
        issues = [
            one
            for one in odquality.list_issues(dataset, KEY)
            if one.kind != "overlooked" and len(dataset[one.sample_id].ground_truth.detections) > 1
        ]
        before = undecided(dataset)
        outcome = odquality.accept(dataset, KEY, issues[:20])
        assert issues
        assert outcome.done == ()
        assert undecided(dataset) == before
    finally:
        dataset.delete()


def test_edits_by_hand_count_as_decisions(dataset: fo.Dataset) -> None:
    (swap,), (badloc,), (missing,) = (
        first(dataset, kind) for kind in ("swap", "badloc", "overlooked")
    )
    (spurious,) = [
        one
        for one in first(dataset, "spurious", 3)
        if one.sample_id not in (swap.sample_id, badloc.sample_id, missing.sample_id)
    ][:1]
    edit_label(dataset, swap, label="elk")
    edit_label(dataset, badloc, bounding_box=[0.1, 0.1, 0.2, 0.2])
    sample = dataset[missing.sample_id]
    sample.ground_truth.detections.append(
        fo.Detection(label=missing.label, bounding_box=list(missing.box))
    )
    sample.save()
    sample = dataset[spurious.sample_id]
    sample.ground_truth.detections = [
        one for one in sample.ground_truth.detections if one.id != spurious.label_id
    ]
    sample.save()
    labels = dataset.values("ground_truth.detections.bounding_box")
    outcome = odquality.note_edits(dataset, KEY, by="ann")
    edited = {swap.id, badloc.id, missing.id, spurious.id}
    assert {one.id for one in outcome.done} == edited
    assert {one.status for one in outcome.done} == {"edited"}
    assert not edited & {one.id for one in odquality.list_issues(dataset, KEY)}
    assert odquality.note_edits(dataset, KEY).done == ()
    assert dataset.values("ground_truth.detections.bounding_box") == labels


def test_nothing_is_decided_while_a_run_is_in_progress(dataset: fo.Dataset) -> None:
    issue = odquality.list_issues(dataset, KEY, limit=1)[0]
    record = records.find(dataset, KEY)
    assert record is not None
    with handover.take_over(dataset, record, records.RUNNING):
        with pytest.raises(ValueError, match="in progress"):
            odquality.accept(dataset, KEY, issue)
        raised = pytest.raises(ValueError, match="in progress")
        with raised:
            odquality.undo(dataset, KEY)


@pytest.mark.parametrize(
    "path",
    [
        "ground_truth",
        "ground_truth.detections",
        DECISIONS,
        "quality_suggestions.detections",
        "quality_num_issues",
        "quality_expected_errors",
    ],
)
def test_what_is_read_only_is_not_changed(dataset: fo.Dataset, path: str) -> None:
    first, second = odquality.list_issues(dataset, KEY, limit=2)
    odquality.accept(dataset, KEY, first)
    lock(dataset, path)
    before = documents(dataset)
    for act in (odquality.accept, odquality.dismiss, odquality.skip):
        with pytest.raises(ValueError, match="read-only"):
            act(dataset, KEY, second)
    for act in (odquality.undo, odquality.redo, odquality.note_edits):
        with pytest.raises(ValueError, match="read-only"):
            act(dataset, KEY)
    if path.startswith(("quality_s", "quality_e")):
        with pytest.raises(ValueError, match="read-only"):
            odquality.learn_from_decisions(dataset, KEY)
    if path == DECISIONS:
        with pytest.raises(ValueError, match="read-only"):
            odquality.delete_decisions(dataset, KEY)
    assert documents(dataset) == before


@pytest.mark.parametrize(("name", "kind"), [("label", "swap"), ("bounding_box", "badloc")])
def test_read_only_attributes_of_labels_are_not_changed(
    dataset: fo.Dataset, name: str, kind: str
) -> None:
    earlier, issue = first(dataset, kind, 2)
    others = [first(dataset, other)[0] for other in ("overlooked", "spurious")]
    odquality.accept(dataset, KEY, earlier)
    lock(dataset, f"ground_truth.detections.{name}")
    before = label_of(dataset, issue), label_of(dataset, earlier)
    outcome = odquality.accept(dataset, KEY, [issue, *others])
    assert {one.id for one in outcome.done} == {one.id for one in others}
    assert [one.issue_id for one in outcome.refused] == [issue.id]
    assert outcome.refused[0].reason == f"attributes ['{name}'] of its label are read-only"
    (refusal,) = odquality.undo(dataset, KEY, issues=earlier).refused
    assert "read-only" in refusal.reason
    assert (label_of(dataset, issue), label_of(dataset, earlier)) == before
    assert odquality.dismiss(dataset, KEY, issue).refused == ()


@pytest.mark.parametrize(
    ("issues", "message"),
    [
        ("nonsense", "no id of an issue"),
        ("a/overlooked/cat/1,2", "no id of an issue"),
        ([3], r"issues\[0\] is 3"),
        (7, "issues is 7"),
    ],
)
def test_what_is_no_issue_is_named(dataset: fo.Dataset, issues, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        odquality.accept(dataset, KEY, issues)


@pytest.mark.parametrize(
    "sample_ids", [3, ObjectId("6b0baea07364f3c706253b25"), [3], fo.Sample("a.jpg")]
)
def test_what_are_no_ids_of_samples_is_named(dataset: fo.Dataset, sample_ids: Any) -> None:
    with pytest.raises(ValueError, match=r"sample_ids (is|has) .*; expected ids of samples"):
        odquality.note_edits(dataset, KEY, sample_ids=sample_ids)


def test_an_issue_of_no_sample_is_refused(dataset: fo.Dataset) -> None:
    outcome = odquality.accept(dataset, KEY, f"{ObjectId()}/swap/{ObjectId()}")
    assert "not there" in outcome.refused[0].reason


def test_loaded_samples_show_decisions_at_once(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "swap")
    sample = dataset[issue.sample_id]
    odquality.accept(dataset, KEY, issue)
    (label,) = [one for one in sample.ground_truth.detections if one.id == issue.label_id]
    assert label.label == issue.label


def test_labels_that_were_never_scored_do_not_matter(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "spurious")
    sample = dataset[issue.sample_id]
    sample.ground_truth.detections.append(detection("elk", [1, 1, 9, 9]))
    sample.save()
    assert odquality.accept(dataset, KEY, issue).refused == ()
    assert "elk" in [one.label for one in dataset[issue.sample_id].ground_truth.detections]
