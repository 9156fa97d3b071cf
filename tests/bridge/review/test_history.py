from __future__ import annotations

import subprocess
import sys
from typing import Any

import fiftyone as fo
import numpy as np
import pytest
from bson import json_util

import odquality
from odquality.bridge.review import history
from odquality.bridge.store import records
from odquality.kinds import KINDS
from tests.bridge.review.help import (
    DECISIONS,
    KEY,
    document_of,
    documents,
    draw_label,
    edit_label,
    first,
    label_of,
    score_again,
    undecided,
)
from tests.bridge.spoiled import LEAST


def without_decisions(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: one for name, one in sample.items() if name != DECISIONS} for sample in documents
    ]


def test_undo_restores_attributes_in_their_order(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "spurious")
    edit_label(dataset, issue, seen=True)
    before = json_util.dumps(undecided(dataset))
    odquality.accept(dataset, KEY, issue)
    odquality.undo(dataset, KEY)
    assert json_util.dumps(undecided(dataset)) == before


@pytest.mark.parametrize("kind", KINDS)
def test_undo_restores_every_attribute_and_redo_repeats(dataset: fo.Dataset, kind: str) -> None:
    issues = first(dataset, kind, 3)
    before = undecided(dataset)
    odquality.accept(dataset, KEY, issues)
    accepted = undecided(dataset)
    assert accepted != before
    for _ in range(2):
        outcome = odquality.undo(dataset, KEY)
        assert {one.id for one in outcome.done} == {one.id for one in issues}
        assert {one.status for one in outcome.done} == {"open"}
        assert str(outcome) == f"Label review: {len(issues)} open again"
        assert undecided(dataset) == before
        outcome = odquality.redo(dataset, KEY)
        assert {one.status for one in outcome.done} == {"accepted"}
        assert undecided(dataset) == accepted


def test_everything_at_once_goes_back_and_forth(dataset: fo.Dataset) -> None:
    before = undecided(dataset)
    issues = odquality.list_issues(dataset, KEY)
    for start in range(0, len(issues), 7):
        decide = (odquality.accept, odquality.dismiss, odquality.skip)[start % 3]
        decide(dataset, KEY, issues[start : start + 7])
    decided = undecided(dataset)
    odquality.undo(dataset, KEY, batches=1000)
    assert undecided(dataset) == before
    assert odquality.undo(dataset, KEY).done == ()
    odquality.redo(dataset, KEY, batches=1000)
    assert without_order(undecided(dataset)) == without_order(decided)


def without_order(samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Samples whose labels stand in the order of their ids, without what is learnt from decisions.

    What was learnt before the others were made again is another thing.
    """
    for sample in samples:
        for field in ("ground_truth", "quality_suggestions"):
            sample[field]["detections"].sort(key=lambda one: one["_id"])
        for one in sample["quality_suggestions"]["detections"]:
            one.pop("confidence")
        sample.pop("quality_expected_errors")
    return samples


def test_the_latest_comes_first(dataset: fo.Dataset) -> None:
    one, two, three = odquality.list_issues(dataset, KEY, limit=3)
    for issue in (one, two, three):
        odquality.accept(dataset, KEY, issue)
    for issue in (three, two):
        (undone,) = odquality.undo(dataset, KEY).done
        assert undone.id == issue.id
    (again,) = odquality.redo(dataset, KEY).done
    assert again.id == two.id
    assert {issue.id for issue in odquality.list_issues(dataset, KEY, status="accepted")} == {
        one.id,
        two.id,
    }


def test_undo_of_a_batch_of_an_issue_or_of_a_person(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY, limit=6)
    batch = odquality.accept(dataset, KEY, issues[:2], by="ann").batch
    odquality.accept(dataset, KEY, issues[2:4], by="ben")
    odquality.dismiss(dataset, KEY, issues[4:], by="ann")
    assert ids(odquality.undo(dataset, KEY, by="ben")) == ids_of(issues[2:4])
    assert ids(odquality.undo(dataset, KEY, batch=batch)) == ids_of(issues[:2])
    assert ids(odquality.undo(dataset, KEY, issues=issues[5])) == ids_of(issues[5:])
    assert ids(odquality.undo(dataset, KEY)) == ids_of(issues[4:5])
    assert odquality.undo(dataset, KEY).done == ()


def ids(outcome: odquality.Outcome) -> set[str]:
    return {one.id for one in outcome.done}


def ids_of(issues: list[odquality.ReviewIssue]) -> set[str]:
    return {one.id for one in issues}


def test_two_decisions_on_one_label_are_undone_in_any_order(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "swap")
    sample = dataset[issue.sample_id]
    label_id = issue.label_id
    suggestion = next(
        one for one in sample[f"{KEY}_suggestions"].detections if one.label_id == label_id
    )
    moved = suggestion.copy()
    moved["kind"], moved["action"] = "badloc", "move"
    moved.bounding_box = [0.2, 0.2, 0.3, 0.3]
    moved["given_label"] = issue.label
    sample[f"{KEY}_suggestions"].detections.append(moved)
    sample[f"{KEY}_num_issues"] += 1
    sample.save()
    before = label_of(dataset, issue)
    odquality.accept(dataset, KEY, issue)
    (other,) = [
        one
        for one in odquality.list_issues(dataset, KEY, kinds="badloc")
        if one.label_id == label_id
    ]
    assert odquality.accept(dataset, KEY, other).refused == ()
    assert odquality.undo(dataset, KEY, issues=issue).refused == ()
    label = label_of(dataset, issue)
    assert label is not None
    assert (label["label"], label["bounding_box"]) == (issue.given_label, [0.2, 0.2, 0.3, 0.3])
    odquality.undo(dataset, KEY, issues=other)
    after = label_of(dataset, issue)
    assert before is not None
    assert after is not None
    assert [after[name] for name in ("label", "bounding_box")] == [
        before[name] for name in ("label", "bounding_box")
    ]


@pytest.mark.parametrize(
    ("kind", "change"),
    [("swap", {"label": "elk"}), ("badloc", {"bounding_box": [0.1, 0.1, 0.2, 0.2]})],
)
def test_what_was_changed_again_since_is_not_undone(dataset: fo.Dataset, kind: str, change) -> None:
    (issue,) = first(dataset, kind)
    odquality.accept(dataset, KEY, issue)
    edit_label(dataset, issue, **change)
    before = documents(dataset)
    outcome = odquality.undo(dataset, KEY)
    assert outcome.done == ()
    assert "changed since" in outcome.refused[0].reason
    assert outcome.refused[0].issue_id == issue.id
    assert documents(dataset) == before


def test_an_added_label_that_someone_worked_on_is_not_taken_away(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "overlooked")
    odquality.accept(dataset, KEY, issue)
    sample = dataset[issue.sample_id]
    sample.ground_truth.detections[-1]["occluded"] = True
    sample.save()
    (refusal,) = odquality.undo(dataset, KEY).refused
    assert "changed since" in refusal.reason


def test_a_removed_label_comes_back_to_its_place(dataset: fo.Dataset) -> None:
    issues = first(dataset, "spurious", 5)
    order = dataset.values("ground_truth.detections.id")
    odquality.accept(dataset, KEY, issues)
    assert dataset.values("ground_truth.detections.id") != order
    odquality.undo(dataset, KEY)
    assert dataset.values("ground_truth.detections.id") == order


def test_what_was_decided_anew_meanwhile_is_not_taken_back(
    dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    (issue,) = first(dataset, "swap")
    odquality.dismiss(dataset, KEY, issue, by="ann")
    carry_out = history.carry_out

    def late(*arguments: Any) -> Any:
        monkeypatch.setattr(history, "carry_out", carry_out)
        odquality.undo(dataset, KEY)
        odquality.accept(dataset, KEY, issue, by="bob")
        return carry_out(*arguments)

    monkeypatch.setattr(history, "carry_out", late)
    (refusal,) = odquality.undo(dataset, KEY, by="ann").refused
    assert refusal.reason == "it is taken back already, and was decided anew"
    (left,) = odquality.list_issues(dataset, KEY, status="accepted")
    assert left.decided_by == "bob"


@pytest.mark.parametrize("other", [odquality.skip, odquality.dismiss])
def test_redo_tells_of_its_own_decision(dataset: fo.Dataset, other: Any) -> None:
    odquality.compute_label_quality(dataset, key="second", min_probability=LEAST)
    (issue,) = first(dataset, "swap")
    other(dataset, "second", issue)
    odquality.accept(dataset, KEY, issue)
    odquality.undo(dataset, KEY)
    assert [one.status for one in odquality.redo(dataset, KEY).done] == ["accepted"]


def test_what_was_there_before_may_be_lost(dataset: fo.Dataset) -> None:
    odquality.accept(dataset, KEY, first(dataset, "spurious", 2))
    dataset.clear_sample_field(f"{DECISIONS}.detections.before")
    before = documents(dataset)
    outcome = odquality.undo(dataset, KEY)
    assert {one.reason for one in outcome.refused} == {
        "what was there before is not known any more"
    }
    assert documents(dataset) == before


def test_another_process_undoes_and_redoes(dataset: fo.Dataset) -> None:
    dataset.persistent = True
    issues = first(dataset, "swap", 2) + first(dataset, "spurious")
    before = undecided(dataset)
    odquality.accept(dataset, KEY, issues)
    accepted = undecided(dataset)
    for function, expected in (("undo", before), ("redo", accepted)):
        code = (
            "import fiftyone as fo, odquality\n"
            f"outcome = odquality.{function}(fo.load_dataset({dataset.name!r}), {KEY!r})\n"
            "assert len(outcome.done) == 3, outcome"
        )
        subprocess.run([sys.executable, "-c", code], check=True)
        assert undecided(dataset) == expected


def test_undo_after_a_run_was_deleted_leaves_none_of_its_scores(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "spurious")
    odquality.compute_label_quality(dataset, key="other")
    odquality.accept(dataset, KEY, issue)
    dataset.delete_run("other")
    odquality.undo(dataset, KEY)
    label = label_of(dataset, issue)
    assert label is not None
    assert not [name for name in label if name.startswith("other")]
    assert label["quality_spurious"] is not None


@pytest.mark.parametrize("turn", [odquality.undo, odquality.redo])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batches": 0}, "batches is 0"),
        ({"batches": True}, "batches is True"),
        ({"batches": "1"}, "batches is '1'"),
        ({"batches": 1.0}, "batches is 1.0"),
        ({"batches": 10**30}, "batches is 10"),
        ({"batch": 3}, "batch is 3; expected a text"),
        ({"batch": {"$ne": None}}, "batch is .*; expected a text"),
    ],
)
def test_what_is_no_batch_is_named(
    dataset: fo.Dataset, turn: Any, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        turn(dataset, KEY, **arguments)


def test_numbers_of_batches_may_be_those_of_numpy(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY, limit=2)
    for issue in issues:
        odquality.skip(dataset, KEY, issue)
    assert len(odquality.undo(dataset, KEY, batches=np.int64(2)).done) == 2


def test_redo_does_not_add_what_somebody_has_drawn_meanwhile(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "overlooked")
    odquality.accept(dataset, KEY, issue)
    odquality.undo(dataset, KEY)
    draw_label(dataset, issue)
    before = document_of(dataset, issue)
    outcome = odquality.redo(dataset, KEY)
    assert [one.reason for one in outcome.refused] == ["it has been labelled meanwhile"]
    assert document_of(dataset, issue) == before


@pytest.mark.parametrize("turn", ["undo", "redo"])
def test_a_box_with_a_new_mask_is_not_moved(dataset: fo.Dataset, turn: str) -> None:
    (issue,) = first(dataset, "badloc")
    odquality.accept(dataset, KEY, issue)
    if turn == "redo":
        odquality.undo(dataset, KEY)
    edit_label(dataset, issue, mask=np.ones((4, 4), bool))
    before = document_of(dataset, issue)
    outcome = getattr(odquality, turn)(dataset, KEY)
    assert [one.reason for one in outcome.refused] == ["the label has been changed since"]
    assert document_of(dataset, issue) == before


def test_redo_of_each_of_several_decisions_on_an_issue(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "swap")
    dismissed = odquality.dismiss(dataset, KEY, issue).batch
    odquality.undo(dataset, KEY)
    score_again(dataset)
    accepted = odquality.accept(dataset, KEY, issue.id).batch
    for batch in (dismissed, accepted, dismissed, accepted):
        odquality.undo(dataset, KEY)
        outcome = odquality.redo(dataset, KEY, batch=batch)
        assert [one.id for one in outcome.done] == [issue.id]
    decisions = document_of(dataset, issue)[DECISIONS]["detections"]
    assert len({one["_id"] for one in decisions}) == len(decisions) == 2


def test_redo_after_the_run_that_had_scored_the_label_is_gone(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "duplicate")
    odquality.accept(dataset, KEY, issue)
    dataset.delete_run(KEY)
    for least in (0.2, 0.1):
        odquality.compute_label_quality(dataset, key="two", min_probability=least)
        if least == 0.2:
            odquality.undo(dataset, "two")
    assert [one.id for one in odquality.redo(dataset, "two").done] == [issue.id]
    assert label_of(dataset, issue) is None


def test_redo_of_an_edit_that_was_put_back_is_refused(dataset: fo.Dataset) -> None:
    (issue,) = first(dataset, "swap")
    edit_label(dataset, issue, label="bird")
    assert len(odquality.note_edits(dataset, KEY).done) == 1
    odquality.undo(dataset, KEY)
    edit_label(dataset, issue, label=issue.given_label)
    outcome = odquality.redo(dataset, KEY)
    assert [one.reason for one in outcome.refused] == ["nobody has edited its label, as it is now"]


@pytest.mark.parametrize("named", ["batch", "issues"])
def test_another_run_does_not_take_back_what_it_did_not_suggest(
    dataset: fo.Dataset, named: str
) -> None:
    odquality.compute_label_quality(dataset, key="strict", min_probability=0.95)
    strict = {one.id for one in odquality.list_issues(dataset, "strict")}
    issue = next(one for one in first(dataset, "swap", 8) if one.id not in strict)
    batch = odquality.dismiss(dataset, KEY, issue).batch
    before = documents(dataset)
    if named == "batch":
        with pytest.raises(ValueError, match="on what another run than 'strict' suggests"):
            odquality.undo(dataset, "strict", batch=batch)
    else:
        outcome = odquality.undo(dataset, "strict", issues=issue)
        (refusal,) = outcome.refused
        assert refusal.reason == "it was decided on what another run suggests; pass that run's key"
    assert documents(dataset) == before
    assert len(odquality.undo(dataset, KEY, batch=batch).done) == 1


def test_another_run_that_was_scored_again_keeps_its_decisions(dataset: fo.Dataset) -> None:
    odquality.compute_label_quality(dataset, key="strict", min_probability=0.95)
    strict = odquality.list_issues(dataset, "strict")
    ids = {one.id for one in strict}
    odquality.dismiss(dataset, "strict", strict[0], by="ann")
    theirs = [one for one in first(dataset, "swap", 8) if one.id not in ids]
    odquality.dismiss(dataset, KEY, theirs, by="ben")
    for _ in range(2):
        score_again(dataset)
    assert [one.id for one in odquality.undo(dataset, "strict").done] == [strict[0].id]
    assert odquality.undo(dataset, "strict").done == ()
    assert {one.id for one in odquality.undo(dataset, KEY).done} == {one.id for one in theirs}


def test_what_is_made_again_teaches_the_run_that_suggests_it_now(dataset: fo.Dataset) -> None:
    issues = first(dataset, "swap", 10)
    odquality.dismiss(dataset, KEY, issues)
    score_again(dataset)
    odquality.undo(dataset, KEY)
    assert len(odquality.redo(dataset, KEY).done) == len(issues)
    record = records.find(dataset, KEY)
    assert record is not None
    assert record.learnt_from == len(issues)


def test_the_machine_s_user_may_have_a_name_that_is_no_text(
    dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "a\udcff")
    outcome = odquality.skip(dataset, KEY, first(dataset, "swap"))
    assert len(outcome.done) == 1
    (decided,) = odquality.list_issues(dataset, KEY, status="skipped")
    assert decided.decided_by == "a?"


def test_a_batch_that_does_not_exist_is_named(dataset: fo.Dataset) -> None:
    made = odquality.dismiss(dataset, KEY, first(dataset, "swap"), by="ann")
    with pytest.raises(ValueError, match="batch is 'nope', and there is none"):
        odquality.undo(dataset, KEY, batch="nope")
    # It is there, but not to be turned.
    assert odquality.undo(dataset, KEY, batch=made.batch, by="ben").done == ()
    assert odquality.redo(dataset, KEY, batch=made.batch).done == ()
    for by in (" ", "a\udcff"):
        with pytest.raises(ValueError, match=r"^by is .*; expected a name"):
            odquality.skip(dataset, KEY, first(dataset, "badloc"), by=by)
