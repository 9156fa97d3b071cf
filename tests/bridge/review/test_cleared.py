"""Suggestions of which something was cleared: nobody can decide on them, and nothing is spoiled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import fiftyone as fo
import pytest

import odquality
from odquality.bridge.review.queue import next_card
from tests.bridge.review.help import KEY, documents, first, undecided

SUGGESTIONS = f"{KEY}_suggestions.detections"

NAMES = ("kind", "action", "confidence", "bounding_box", "label")
CLEARED = [
    *((fo.Dataset.clear_sample_field, name) for name in NAMES),
    # FiftyOne does not delete the others.
    *((fo.Dataset.delete_sample_field, name) for name in NAMES[:2]),
]


class Clearing(NamedTuple):
    name: str
    of: Callable[[fo.Dataset], None]


@pytest.fixture(params=CLEARED, ids=lambda one: f"{one[0].__name__}-{one[1]}")
def clear(request: pytest.FixtureRequest) -> Clearing:
    way, name = request.param
    return Clearing(name, lambda dataset: way(dataset, f"{SUGGESTIONS}.{name}"))


LISTED: dict[str, Callable[[fo.Dataset, Path], object]] = {
    "list": lambda dataset, _: odquality.list_issues(dataset, KEY),
    "list any": lambda dataset, _: odquality.list_issues(dataset, KEY, status="any"),
    "card": lambda dataset, _: next_card(dataset, KEY),
    "export": lambda dataset, path: odquality.export(dataset, KEY, path / "issues.csv"),
    "tag": lambda dataset, _: odquality.tag_issues(dataset, KEY),
    "preview": lambda dataset, _: odquality.preview_accept_all(dataset, KEY, min_probability=0.1),
    "accept all": lambda dataset, _: odquality.accept_all(dataset, KEY, min_probability=0.1),
}


@pytest.mark.parametrize("ask", LISTED.values(), ids=LISTED)
def test_who_asks_for_them_is_told(dataset: fo.Dataset, clear: Clearing, ask, tmp_path) -> None:
    clear.of(dataset)
    before = documents(dataset)
    told = _complaint(lambda: ask(dataset, tmp_path))
    # What has no probability or kind may not be found at all; not every issue puts a class.
    may_pass = clear.name in ("confidence", "kind", "label")
    assert f"has no {clear.name}: what the run wrote was cleared in part" in told or (
        may_pass and not told
    )
    assert documents(dataset) == before


@pytest.mark.parametrize("decide", [odquality.accept, odquality.dismiss, odquality.skip])
def test_decisions_are_refused_and_the_rest_stays(
    dataset: fo.Dataset, clear: Clearing, decide
) -> None:
    issues = [first(dataset, kind)[0] for kind in ("overlooked", "swap", "badloc", "spurious")]
    clear.of(dataset)
    before = undecided(dataset)
    outcome = decide(dataset, KEY, issues)
    puts_none = ("badloc", "spurious") if clear.name == "label" else ()
    assert {one.kind for one in outcome.done} == set(puts_none)
    assert len(outcome.done) + len(outcome.refused) == len(issues)
    odquality.undo(dataset, KEY)
    assert undecided(dataset) == before


def test_what_was_decided_before_can_be_undone(dataset: fo.Dataset, clear: Clearing) -> None:
    before = [one["ground_truth"] for one in documents(dataset)]
    odquality.accept(dataset, KEY, first(dataset, "swap", 2))
    clear.of(dataset)
    assert len(odquality.undo(dataset, KEY).done) == 2
    assert [one["ground_truth"] for one in documents(dataset)] == before
    assert len(odquality.redo(dataset, KEY).done) == 2


def test_nothing_was_edited_by_hand(dataset: fo.Dataset, clear: Clearing) -> None:
    clear.of(dataset)
    assert odquality.note_edits(dataset, KEY).done == ()


def _complaint(ask: Callable[[], object]) -> str:
    """What is wrong by a `ValueError`; nothing without one."""
    try:
        ask()
    except ValueError as error:
        return str(error)
    return ""
