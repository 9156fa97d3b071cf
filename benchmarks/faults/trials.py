"""Every trial of the long form, as data: what befalls what, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmarks.faults import cuts, deeds, encounters
from benchmarks.faults.blows import INTERRUPT, KILL, KILL_SERVER, RESTART_SERVER, Blow
from benchmarks.faults.cuts import CALIBRATED, OBJECTLAB, Scenario
from benchmarks.faults.laboratory import Call, Laboratory

BOTH = (CALIBRATED, OBJECTLAB)
RACES = 10
# Steps of progress of the scenarios: two batches read, one step between, two batches written.
STEPS = range(1, 6)


@dataclass(frozen=True)
class Trial:
    """One thing that befalls one scenario.

    Attributes:
        what: it is.
        scenario: it befalls.
        moment: when, in words.
        run: tries it in a laboratory; returns what does not hold.
    """

    what: str
    scenario: str
    moment: str
    run: Callable[[Laboratory], dict[str, list[str]]]


def list_cuts(laboratory: Laboratory, share: int) -> Iterator[Trial]:
    """Cuts of one process, at every ``share``-th moment."""
    for scenario in cuts.SCENARIOS.values():
        count = cuts.count_writes(laboratory, scenario)
        for kind in (KILL, INTERRUPT):
            yield from _blows(scenario, kind, range(0, count + 1, share))
    for scenario in cuts.SCENARIOS.values():
        count = cuts.count_writes(laboratory, scenario)
        yield from _blows(scenario, KILL_SERVER, range(1, count, 3 * share))
    for scenario in (*cuts.FIRST_RUNS, *cuts.REPLACING_RUNS[:2]):
        count = cuts.count_writes(laboratory, scenario)
        yield from _blows(scenario, RESTART_SERVER, range(1, count, 3 * share))
        yield from _while_executing(scenario, count, share)
        yield from _by_steps(scenario)


def list_encounters(laboratory: Laboratory, share: int) -> Iterator[Trial]:
    """Encounters of two processes, at every ``share``-th moment."""
    for encounter in encounters.ENCOUNTERS.values():
        count = encounters.count_writes(laboratory, encounter)
        for moment in range(0, count, share):
            run = partial(
                encounters.meet, encounter=encounter, moment=moment, rerun_methods=[OBJECTLAB]
            )
            yield Trial("one stands still", encounter.name, f"before write {moment}", run)
        for number in range(max(1, RACES // share)):
            delay = 0.0 if number < RACES // 2 else 0.1 * (number - RACES // 2)
            run = partial(
                encounters.race, encounter=encounter, delay=delay, rerun_methods=[OBJECTLAB]
            )
            yield Trial("both at once", encounter.name, f"{delay:.1f} s apart", run)
    for encounter in encounters.LATE.values():
        run = partial(encounters.come_late, encounter=encounter, rerun_methods=BOTH)
        yield Trial("one comes late", encounter.name, "after the other", run)


def list_full_folders(laboratory: Laboratory, share: int) -> Iterator[Trial]:
    """Runs of ObjectLab that find no room for what they have read of a large dataset."""
    for scenario in (cuts.FIRST_RUNS[1], cuts.REPLACING_RUNS[3]):
        for room in (0, 1 << 20):
            run = partial(cuts.cut, scenario=scenario, rerun_methods=[OBJECTLAB], room=room)
            yield Trial("temporary folder full", scenario.name, f"after {room} bytes", run)


def _blows(scenario: Scenario, kind: str, moments: range) -> Iterator[Trial]:
    for moment in moments:
        run = partial(
            cuts.cut, scenario=scenario, rerun_methods=_reruns(moment), blow=Blow(kind, moment)
        )
        yield Trial(kind, scenario.name, f"before write {moment}", run)


def _while_executing(scenario: Scenario, count: int, share: int) -> Iterator[Trial]:
    """Blows while the server executes a command, a few milliseconds after it was sent."""
    rng = np.random.default_rng(51)
    for kind in (KILL, INTERRUPT, KILL_SERVER):
        for moment in range(0, count, 2 * share):
            blow = Blow(kind, moment, float(rng.uniform(0.0005, 0.05)))
            run = partial(cuts.cut, scenario=scenario, rerun_methods=_reruns(moment), blow=blow)
            when = f"{1000 * blow.seconds:.0f} ms after write {moment} was sent"
            yield Trial(f"{kind}, in the middle", scenario.name, when, run)


def _by_steps(scenario: Scenario) -> Iterator[Trial]:
    for steps in STEPS:
        when = f"at step {steps}"
        run = partial(cuts.cut, scenario=scenario, rerun_methods=_reruns(steps), steps=steps)
        yield Trial("exception from the progress function", scenario.name, when, run)
        call = Call(deeds.stream, (scenario.method,), {"steps": steps})
        run = partial(cuts.cut, scenario=scenario, rerun_methods=_reruns(steps), call=call)
        yield Trial("operator closed by the App", scenario.name, when, run)


def _reruns(moment: int) -> list[str]:
    """The method of the run afterwards: both in turn."""
    return [BOTH[moment % 2]]
