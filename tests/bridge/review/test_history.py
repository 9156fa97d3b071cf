from __future__ import annotations

import subprocess
import sys
from typing import Any

import fiftyone as fo
import numpy as np
import pytest

import odquality
from odquality.kinds import KINDS
from tests.bridge.review.help import (
    DECISIONS,
    KEY,
    documents,
    edit_label,
    first,
    label_of,
    undecided,
)


def without_decisions(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: one for name, one in sample.items() if name != DECISIONS} for sample in documents
    ]


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
