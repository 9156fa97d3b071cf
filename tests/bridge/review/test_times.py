"""Times of labels and of decisions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any

import fiftyone as fo
import pytest
from bson import ObjectId
from bson.datetime_ms import DatetimeMS

import odquality
from odquality.bridge.review import history
from odquality.bridge.store import database
from tests.bridge.review.help import KEY, document_of, edit_label, first


def with_times(dataset: fo.Dataset, issue: odquality.ReviewIssue) -> None:
    moment = datetime(2024, 3, 1, 12, 0, 0, 123000)
    edit_label(dataset, issue, when=moment, day=date(2020, 2, 2), parts={"a": [moment, None]})


def told_done(turn: Callable[..., odquality.Outcome], dataset: fo.Dataset, issues: Any) -> int:
    """Of how many decisions four colleagues who turn them at once are told that they did."""
    with ThreadPoolExecutor(4) as pool:
        outcomes = [pool.submit(turn, dataset, KEY, issues=issues) for _ in range(4)]
    return sum(len(one.result().done) for one in outcomes)


@pytest.fixture(params=[None, "US/Eastern"])
def timezone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The zone in which FiftyOne shows times."""
    monkeypatch.setattr(fo.config, "timezone", request.param)
    return request.param


@pytest.mark.usefixtures("timezone")
@pytest.mark.parametrize("kind", ["swap", "badloc", "spurious", "duplicate"])
def test_times_of_a_label_come_back_in_every_zone(dataset: fo.Dataset, kind: str) -> None:
    (issue,) = first(dataset, kind)
    with_times(dataset, issue)
    before = document_of(dataset, issue)["ground_truth"]
    accepted = odquality.accept(dataset, KEY, issue)
    (made,) = accepted.done
    assert made.decided_at is not None
    after = document_of(dataset, issue)["ground_truth"]
    assert after != before
    for _ in range(2):
        assert odquality.undo(dataset, KEY).refused == ()
        assert document_of(dataset, issue)["ground_truth"] == before
        (again,) = odquality.redo(dataset, KEY).done
        assert again.decided_at is not None
        assert again.decided_at.tzinfo is made.decided_at.tzinfo is None
        assert document_of(dataset, issue)["ground_truth"] == after


@pytest.mark.usefixtures("timezone")
def test_of_colleagues_who_undo_at_once_one_is_told_so_in_every_zone(dataset: fo.Dataset) -> None:
    issues = odquality.list_issues(dataset, KEY, limit=60)
    odquality.dismiss(dataset, KEY, issues)
    assert told_done(odquality.undo, dataset, issues) == len(issues)


def test_of_colleagues_who_turn_in_the_same_millisecond_one_is_told_so(
    dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "utc_now", lambda: datetime(2030, 1, 1))
    issues = odquality.list_issues(dataset, KEY, limit=60)
    odquality.dismiss(dataset, KEY, issues)
    for turn in (odquality.undo, odquality.redo) * 2:
        assert told_done(turn, dataset, issues) == len(issues)


def test_times_beyond_those_of_python_come_back(dataset: fo.Dataset) -> None:
    """FiftyOne cannot show such a sample, and no other suffers from it."""
    issues = first(dataset, "spurious", 2)
    path = "ground_truth.detections"
    dataset._sample_collection.update_one(
        {"_id": ObjectId(issues[0].sample_id)},
        {"$set": {f"{path}.$[].when": DatetimeMS(10**15)}},
    )
    some = [{"$match": {"_id": ObjectId(issues[0].sample_id)}}]

    def labels() -> Any:
        (found,) = database.iter_documents(dataset, {"labels": f"${path}"}, before=some)
        return found["labels"]

    before = labels()
    assert odquality.accept(dataset, KEY, issues).refused == ()
    assert len(labels()) == len(before) - 1
    assert odquality.undo(dataset, KEY).refused == ()
    assert labels() == before
