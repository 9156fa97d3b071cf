"""Two processes on one dataset: one stands still, or comes late, or both race."""

from __future__ import annotations

import pytest

from benchmarks.faults.cuts import OBJECTLAB
from benchmarks.faults.encounters import ENCOUNTERS, LATE, come_late, count_writes, meet, race
from benchmarks.faults.laboratory import Laboratory

RUNS = ["two runs under two keys", "two runs under one key", "two replacing runs under one key"]
CAME_BETWEEN = ["a replacing run, and its deletion", "a run, and the renaming of another"]


@pytest.mark.parametrize(
    ("name", "share"), [*((name, 0.6) for name in ENCOUNTERS), *((name, 0.2) for name in RUNS)]
)
def test_a_process_that_stands_still(small_laboratory: Laboratory, name: str, share: float) -> None:
    moment = int(share * count_writes(small_laboratory, ENCOUNTERS[name]))
    assert_none(meet(small_laboratory, ENCOUNTERS[name], moment, rerun_methods=[OBJECTLAB]))


@pytest.mark.parametrize("name", [*CAME_BETWEEN, *sorted(LATE.keys() - ENCOUNTERS.keys())])
def test_a_process_that_comes_late(small_laboratory: Laboratory, name: str) -> None:
    assert_none(come_late(small_laboratory, LATE[name], rerun_methods=[OBJECTLAB]))


@pytest.mark.parametrize("delay", [0.0, 0.05])
@pytest.mark.parametrize("name", RUNS[:2])
def test_two_that_start_together(small_laboratory: Laboratory, name: str, delay: float) -> None:
    assert_none(race(small_laboratory, ENCOUNTERS[name], delay, rerun_methods=[OBJECTLAB]))


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("a deletion, and a run under its key", 0),
        # When its key is free, and FiftyOne has not yet taken the key away.
        ("a deletion, and a run under its key", 11),
        ("a replacing run, and its renaming", 0),
        ("two replacing runs under one key", 0),
    ],
)
def test_a_record_that_another_process_had_in_hands_meanwhile(
    small_laboratory: Laboratory, name: str, moment: int
) -> None:
    assert_none(meet(small_laboratory, ENCOUNTERS[name], moment, rerun_methods=[OBJECTLAB]))


def assert_none(violations: dict[str, list[str]]) -> None:
    assert not violations, "\n".join(f"{name}: {told}" for name, told in violations.items())
