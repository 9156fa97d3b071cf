"""Runs, deletions and renamings that are broken off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.faults import deeds
from benchmarks.faults.examination import examine
from benchmarks.faults.invariants import Undisturbed, violations
from benchmarks.faults.laboratory import Call, Laboratory
from benchmarks.faults.scene import KEY, OTHER_KEY
from devtools.forked_process import RETURNED

CALIBRATED, OBJECTLAB = "calibrated", "objectlab"


@dataclass(frozen=True)
class Scenario:
    """What is broken off.

    Attributes:
        name: in tests and tables.
        before: method of the complete run that is there, None for none.
        call: what is done then.
        method: of the run that is made, None if none is.
        view: what it runs on.
    """

    name: str
    before: str | None
    call: Call
    method: str | None = None
    view: str = deeds.ALL

    @property
    def scope(self) -> str:
        """The same samples in a world without runs, where none has a score."""
        return deeds.ALL if self.view == deeds.SCORED else self.view

    def whole(self, laboratory: Laboratory) -> Mapping[str, Sequence[Undisturbed]]:
        """The runs that there may be at any moment, by key."""
        runs = [laboratory.original.undisturbed(self.before)] if self.before else []
        if self.method:
            runs.append(laboratory.original.undisturbed(self.method, self.scope))
        keys = (KEY, OTHER_KEY) if self.call.function is deeds.rename else (KEY,)
        return dict.fromkeys(keys, runs)


def _run(before: str | None, method: str, view: str = deeds.ALL) -> Scenario:
    name = f"first run, {method}" if before is None else f"{before} replaced by {method}"
    if view != deeds.ALL:
        name += f" on {view}"
    call = Call(deeds.compute, (method,), {"view": view})
    return Scenario(name, before, call, method, view)


FIRST_RUNS = [_run(None, CALIBRATED), _run(None, OBJECTLAB)]
REPLACING_RUNS = [
    _run(CALIBRATED, OBJECTLAB),
    _run(OBJECTLAB, CALIBRATED),
    _run(CALIBRATED, CALIBRATED),
    _run(OBJECTLAB, OBJECTLAB),
    _run(CALIBRATED, OBJECTLAB, deeds.PART),
    _run(OBJECTLAB, CALIBRATED, deeds.PART),
    _run(CALIBRATED, OBJECTLAB, deeds.SCORED),
    _run(OBJECTLAB, CALIBRATED, deeds.SCORED),
]
RUNS = [*FIRST_RUNS, *REPLACING_RUNS]
DELETIONS = [
    Scenario(f"{method} deleted", method, Call(deeds.delete)) for method in (CALIBRATED, OBJECTLAB)
]
RENAMINGS = [
    Scenario(f"{method} renamed", method, Call(deeds.rename, (KEY, OTHER_KEY)))
    for method in (CALIBRATED, OBJECTLAB)
]
SCENARIOS = {one.name: one for one in [*RUNS, *DELETIONS, *RENAMINGS]}


def count_writes(laboratory: Laboratory, scenario: Scenario) -> int:
    """How many writing commands the process sends, and so in how many places it can be cut."""
    return laboratory.count_writes(laboratory.original.after_run(scenario.before), scenario.call)


def cut(
    laboratory: Laboratory,
    scenario: Scenario,
    *,
    rerun_methods: Sequence[str],
    call: Call | None = None,
    **blow: Any,
) -> dict[str, list[str]]:
    """Breaks something off; returns what does not hold then, by invariant.

    Args:
        laboratory: the place.
        scenario: what is broken off.
        rerun_methods: of runs afterwards.
        call: what is done instead of the scenario's call, to the same end.
        **blow: what the call is told besides.
    """
    whole = scenario.whole(laboratory)
    before = laboratory.original.after_run(scenario.before)
    laboratory.restore(before)
    call = call or scenario.call
    outcome = laboratory.do(call, **blow)
    ended_well = outcome.kind == RETURNED and call.function is deeds.compute
    evidence = examine(
        laboratory.original,
        before,
        laboratory.snapshot(),
        [(call, outcome)],
        whole,
        rerun_methods=rerun_methods,
        view=scenario.scope,
        succeeded=[KEY] if ended_well else [],
    )
    return violations(evidence)
