"""Runs, deletions and renamings that are broken off at a few moments of each phase.

``python -m benchmarks.faults`` tries every moment.
"""

from __future__ import annotations

import pytest

from benchmarks.faults import deeds
from benchmarks.faults.blows import INTERRUPT, KILL, KILL_SERVER, RESTART_SERVER, Blow
from benchmarks.faults.cuts import CALIBRATED, OBJECTLAB, SCENARIOS, count_writes, cut
from benchmarks.faults.laboratory import Call, Laboratory

FIRST = f"first run, {CALIBRATED}"
REPLACING = f"{CALIBRATED} replaced by {OBJECTLAB}"
SMALLER = f"{OBJECTLAB} replaced by {CALIBRATED} on {deeds.PART}"
WORST_FIRST = f"{CALIBRATED} replaced by {OBJECTLAB} on {deeds.SCORED}"
DELETED = f"{CALIBRATED} deleted"
RENAMED = f"{CALIBRATED} renamed"

# Shares of the writing commands that are sent before the cut.
EARLY, MIDDLE, LATE, LAST = 0.15, 0.5, 0.75, 0.99


@pytest.mark.parametrize("share", [EARLY, MIDDLE, LATE, LAST])
@pytest.mark.parametrize("name", [FIRST, REPLACING, SMALLER, DELETED, RENAMED])
def test_a_process_that_is_killed(laboratory: Laboratory, name: str, share: float) -> None:
    assert_holds(laboratory, name, KILL, share)


@pytest.mark.parametrize("share", [EARLY, LATE])
@pytest.mark.parametrize("name", [FIRST, REPLACING])
def test_ctrl_c(laboratory: Laboratory, name: str, share: float) -> None:
    assert_holds(laboratory, name, INTERRUPT, share)


@pytest.mark.parametrize("name", [DELETED, RENAMED])
def test_ctrl_c_of_deleting_and_renaming(laboratory: Laboratory, name: str) -> None:
    assert_holds(laboratory, name, INTERRUPT, MIDDLE)


@pytest.mark.parametrize(
    ("name", "share"), [(FIRST, LATE), (REPLACING, MIDDLE), (DELETED, MIDDLE), (RENAMED, MIDDLE)]
)
def test_a_database_that_is_killed(laboratory: Laboratory, name: str, share: float) -> None:
    assert_holds(laboratory, name, KILL_SERVER, share)


@pytest.mark.parametrize("share", [0.4, 0.45, 0.5, 0.55])
@pytest.mark.parametrize("name", [FIRST, f"first run, {OBJECTLAB}"])
def test_a_database_that_is_killed_when_values_come_in(
    laboratory: Laboratory, name: str, share: float
) -> None:
    """Had it forgotten what was declared a moment ago, it would take values of nobody."""
    assert_holds(laboratory, name, KILL_SERVER, share)


@pytest.mark.parametrize("share", [MIDDLE, LATE])
def test_a_database_that_is_restarted_at_once(laboratory: Laboratory, share: float) -> None:
    assert_holds(laboratory, REPLACING, RESTART_SERVER, share)


@pytest.mark.parametrize(("name", "steps"), [(FIRST, 4), (REPLACING, 1), (REPLACING, 4)])
def test_a_progress_function_that_raises(laboratory: Laboratory, name: str, steps: int) -> None:
    scenario = SCENARIOS[name]
    assert_none(cut(laboratory, scenario, rerun_methods=[OBJECTLAB], steps=steps))


@pytest.mark.parametrize(("name", "steps"), [(FIRST, 1), (REPLACING, 4)])
def test_an_app_that_closes_the_operator(laboratory: Laboratory, name: str, steps: int) -> None:
    scenario = SCENARIOS[name]
    call = Call(deeds.stream, (scenario.method,), {"steps": steps})
    assert_none(cut(laboratory, scenario, rerun_methods=[OBJECTLAB], call=call))


@pytest.mark.parametrize("name", [REPLACING, SMALLER, WORST_FIRST])
def test_what_nothing_disturbs(laboratory: Laboratory, name: str) -> None:
    assert_none(cut(laboratory, SCENARIOS[name], rerun_methods=[CALIBRATED]))


def assert_holds(laboratory: Laboratory, name: str, kind: str, share: float) -> None:
    """Deals a blow after a share of the writing commands; every invariant must hold."""
    scenario = SCENARIOS[name]
    moment = int(share * count_writes(laboratory, scenario))
    rerun = OBJECTLAB if scenario.method == CALIBRATED else CALIBRATED
    assert_none(cut(laboratory, scenario, rerun_methods=[rerun], blow=Blow(kind, moment)))


def assert_none(violations: dict[str, list[str]]) -> None:
    assert not violations, "\n".join(f"{name}: {told}" for name, told in violations.items())
