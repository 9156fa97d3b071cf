"""Labels that decisions removed go back between the same others, in whatever order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import fiftyone as fo
import numpy as np
import pytest

import odquality
from odquality import ReviewIssue
from odquality.bridge.review import decide, places
from odquality.bridge.review.places import around, place_to_return, with_removed
from odquality.bridge.store.times import utc_now
from tests.bridge.review.help import KEY


class Labels:
    """A list of labels, and the decisions that remove some and are taken back."""

    def __init__(self, number: int) -> None:
        self.now = [str(label) for label in range(number)]
        self.decisions: list[dict[str, Any]] = []

    @property
    def documents(self) -> list[dict[str, str]]:
        return [{"_id": name} for name in self.now]

    def planned(self, name: str) -> dict[str, Any]:
        """A decision to remove a label, as somebody makes it who has read the list now."""
        beside = around(name, with_removed(self.documents, self.decisions))
        place = self.now.index(name)
        return {"label_id": name, "before": "{}", "after": None, "label_place": place, **beside}

    def carry_out(self, made: dict[str, Any]) -> None:
        """Makes a decision; one that is made anew takes the place of the earlier one."""
        self.now.remove(made["label_id"])
        for row, one in enumerate(self.decisions):
            if one["label_id"] == made["label_id"]:
                self.decisions[row] = made
                return
        self.decisions.insert(int(made["label_id"]) % (len(self.decisions) + 1), made)

    def remove(self, *names: str) -> None:
        for name in names:
            self.carry_out(self.planned(name))

    def undo(self, *names: str) -> None:
        for name in names:
            (made,) = (one for one in self.decisions if one["label_id"] == name)
            self.now.insert(place_to_return(made, self.documents), name)
            made["undone_at"] = "now"

    def assert_in_order(self) -> None:
        assert [int(name) for name in self.now] == sorted(int(name) for name in self.now)


@pytest.mark.parametrize("named", [64, 3])
@pytest.mark.parametrize("seed", range(200))
def test_labels_go_back_between_the_same_others(
    seed: int, named: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_NAMED", named)
    rng = np.random.default_rng(seed)
    labels = Labels(8 if named > 8 else 4)
    for _ in range(40):
        gone = {one["label_id"] for one in labels.decisions} - set(labels.now)
        if labels.now and rng.random() < 0.5:
            # Several people may have read the same list.
            chosen = rng.permutation(labels.now)[: rng.integers(1, 4)].tolist()
            for made in [labels.planned(name) for name in chosen]:
                labels.carry_out(made)
        elif gone:
            labels.undo(*rng.permutation(sorted(gone))[: rng.integers(1, 4)].tolist())
        labels.assert_in_order()


def test_who_removes_others_by_hand_or_adds_some_moves_nothing() -> None:
    labels = Labels(5)
    labels.remove("2")
    labels.remove("4")
    labels.now.remove("0")
    labels.now.append("9")
    labels.undo("4", "2")
    assert labels.now == ["1", "2", "3", "4", "9"]


def test_where_nothing_is_left_of_what_was_around_it_the_place_counts() -> None:
    labels = Labels(3)
    labels.remove("1")
    labels.now = ["7", "8"]
    labels.undo("1")
    assert labels.now == ["7", "1", "8"]


@pytest.mark.parametrize("noted", [None, -1, 99])
def test_what_is_not_known_any_more_is_the_end(noted: Any) -> None:
    made = {"label_id": "1", "before": "{}", "label_place": noted}
    assert place_to_return(made, [{"_id": "7"}, {"_id": "8"}]) == 2


def test_decisions_of_earlier_versions_note_the_place_alone() -> None:
    made = {"label_id": "1", "before": "{}", "label_place": 1}
    assert place_to_return(made, [{"_id": "7"}, {"_id": "8"}]) == 1


def test_what_was_put_back_by_hand_is_there_once() -> None:
    labels = Labels(3)
    labels.remove("1")
    labels.now.append("1")
    assert with_removed(labels.documents, labels.decisions) == ["0", "2", "1"]


def test_removed_labels_come_back_to_their_places_in_whatever_order(dataset: fo.Dataset) -> None:
    order = dataset.values("ground_truth.detections.id")
    by_sample: dict[str, list[ReviewIssue]] = {}
    for issue in odquality.list_issues(dataset, KEY, kinds="spurious"):
        by_sample.setdefault(issue.sample_id, []).append(issue)
    several = [issues for issues in by_sample.values() if len(issues) > 1]
    assert len(several) > 3
    for number, issues in enumerate(several):
        # Decisions that are taken back and made anew keep their places among the decisions.
        odquality.skip(dataset, KEY, issues[::-1])
        odquality.undo(dataset, KEY)
        if number % 2:
            odquality.accept(dataset, KEY, issues)
        for issue in issues if number % 2 == 0 else ():
            odquality.accept(dataset, KEY, issue, by="ann")
        for issue in issues[:: 1 if number % 3 else -1]:
            assert len(odquality.undo(dataset, KEY, issues=issue).done) == 1
    assert dataset.values("ground_truth.detections.id") == order


def several_to_remove(dataset: fo.Dataset) -> tuple[ReviewIssue, ...]:
    """Issues of one image whose labels are to be removed."""
    by_sample: dict[str, list[ReviewIssue]] = {}
    for issue in odquality.list_issues(dataset, KEY, kinds="spurious"):
        by_sample.setdefault(issue.sample_id, []).append(issue)
    return tuple(max(by_sample.values(), key=len)[:3])


def decide_again(dataset: fo.Dataset, how: str, issue: ReviewIssue) -> None:
    if how == "redo":
        odquality.redo(dataset, KEY, issues=issue)
    elif how != "nothing":
        getattr(odquality, how)(dataset, KEY, issue)


@pytest.mark.parametrize("again", ["nothing", "redo", "accept", "dismiss", "skip"])
def test_labels_come_back_to_their_places_whatever_was_decided_anew(
    dataset: fo.Dataset, again: str
) -> None:
    first_one, second, _ = several_to_remove(dataset)
    order = dataset.values("ground_truth.detections.id")
    for issue in (first_one, second):
        odquality.accept(dataset, KEY, issue)
    odquality.undo(dataset, KEY, issues=first_one)
    decide_again(dataset, again, first_one)
    for issue in (first_one, second):
        odquality.undo(dataset, KEY, issues=issue)
    assert dataset.values("ground_truth.detections.id") == order


def test_clocks_that_differ_move_no_label(
    dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs, _ = several_to_remove(dataset)
    order = dataset.values("ground_truth.detections.id")
    odquality.accept(dataset, KEY, mine, by="ann")
    with monkeypatch.context() as ahead:
        ahead.setattr(decide, "utc_now", lambda: utc_now() + timedelta(minutes=1))
        odquality.accept(dataset, KEY, theirs, by="bob")
    odquality.undo(dataset, KEY, by="bob")
    odquality.undo(dataset, KEY, by="ann")
    assert dataset.values("ground_truth.detections.id") == order
