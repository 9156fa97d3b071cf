"""Two processes at once: one stands still anywhere, or comes late, or both race."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.faults import deeds
from benchmarks.faults.blows import PAUSE, STANDING, Blow
from benchmarks.faults.cuts import CALIBRATED, OBJECTLAB
from benchmarks.faults.examination import examine
from benchmarks.faults.invariants import Undisturbed, violations
from benchmarks.faults.laboratory import Call, Laboratory, World
from benchmarks.faults.scene import KEY, OTHER_KEY
from benchmarks.faults.snapshot import Snapshot
from devtools.forked_process import RETURNED, Outcome

THIRD_KEY = "third"
# A process that has not ended by then is taken to wait for the other.
WAITING_SECONDS = 4.0


@dataclass(frozen=True)
class Encounter:
    """Two that meet.

    Attributes:
        name: in tests and tables.
        before: method of the complete run that is there, None for none.
        first: what one process does; it is the one that stands still.
        second: what the other does.
        methods: of the runs that may be under each key afterwards.
    """

    name: str
    before: str | None
    first: Call
    second: Call
    methods: Mapping[str, Sequence[str]]

    def world(self, laboratory: Laboratory) -> World:
        """What the dataset is in the end, without runs."""
        if self.second.function is deeds.edit:
            return laboratory.edited
        if self.second.function is deeds.rename_label_field:
            return laboratory.renamed
        return laboratory.original

    def whole(
        self, laboratory: Laboratory, after: Snapshot | None = None
    ) -> Mapping[str, Sequence[Undisturbed]]:
        """The runs that there may be, by key.

        Args:
            laboratory: the place.
            after: the database in the end, if people have edited it.
        """
        worlds = {id(world): world for world in (laboratory.original, self.world(laboratory))}
        runs = {
            key: [world.undisturbed(method) for world in worlds.values() for method in methods]
            for key, methods in self.methods.items()
        }
        if after is not None and self.second.function is deeds.edit:
            for key, whole in runs.items():
                whole += [_as_edited(laboratory, run, key, after) for run in whole]
        return runs


def _as_edited(laboratory: Laboratory, run: Undisturbed, key: str, after: Snapshot) -> Undisturbed:
    """A run that saw the samples before they were edited, and those again that were edited."""
    old, new = laboratory.original.snapshot.samples, laboratory.edited.snapshot.samples
    edited = [
        sample_id
        for sample_id, sample in new.items()
        if laboratory.names.strip(sample) != laboratory.names.strip(old.get(sample_id, {}))
    ]
    found = laboratory.names.values(after, key)
    values = {sample_id: value for sample_id, value in run.values.items() if sample_id in new}
    for sample_id in edited:
        values.pop(sample_id, None)
        if sample_id in found:
            values[sample_id] = found[sample_id]
    return Undisturbed(run.method, values)


def _run(method: str, key: str = KEY) -> Call:
    return Call(deeds.compute, (method,), {"key": key})


_BOTH = (CALIBRATED, OBJECTLAB)
_RENAME = Call(deeds.rename, (KEY, THIRD_KEY))
_DELETE = Call(deeds.delete, (KEY,))
_OTHER = _run(OBJECTLAB, OTHER_KEY)

_ALL = [
    Encounter(
        "two runs under two keys",
        None,
        _run(CALIBRATED),
        _OTHER,
        {KEY: [CALIBRATED], OTHER_KEY: [OBJECTLAB]},
    ),
    Encounter("two runs under one key", None, _run(CALIBRATED), _run(OBJECTLAB), {KEY: _BOTH}),
    Encounter(
        "two replacing runs under one key",
        CALIBRATED,
        _run(OBJECTLAB),
        _run(CALIBRATED),
        {KEY: _BOTH},
    ),
    Encounter(
        "a replacing run, and its deletion", CALIBRATED, _run(OBJECTLAB), _DELETE, {KEY: _BOTH}
    ),
    Encounter("a first run, and its deletion", None, _run(CALIBRATED), _DELETE, {KEY: _BOTH}),
    Encounter(
        "a run, and the deletion of another",
        CALIBRATED,
        _OTHER,
        _DELETE,
        {KEY: [CALIBRATED], OTHER_KEY: [OBJECTLAB]},
    ),
    Encounter(
        "a run, and the renaming of another",
        CALIBRATED,
        _OTHER,
        _RENAME,
        {KEY: [CALIBRATED], OTHER_KEY: [OBJECTLAB], THIRD_KEY: [CALIBRATED]},
    ),
    Encounter(
        "a replacing run, and its renaming",
        CALIBRATED,
        _run(OBJECTLAB),
        _RENAME,
        {KEY: _BOTH, THIRD_KEY: _BOTH},
    ),
    Encounter(
        "a deletion, and a run under its key", CALIBRATED, _DELETE, _run(OBJECTLAB), {KEY: _BOTH}
    ),
    Encounter(
        "a deletion, and a run under another key",
        CALIBRATED,
        _DELETE,
        _OTHER,
        {KEY: [CALIBRATED], OTHER_KEY: [OBJECTLAB]},
    ),
    Encounter(
        "a renaming, and a run under another key",
        CALIBRATED,
        _RENAME,
        _OTHER,
        {KEY: [CALIBRATED], OTHER_KEY: [OBJECTLAB], THIRD_KEY: [CALIBRATED]},
    ),
    Encounter(
        "a first run, and people who edit",
        None,
        _run(OBJECTLAB),
        Call(deeds.edit),
        {KEY: [OBJECTLAB]},
    ),
    Encounter(
        "a replacing run, and people who edit",
        OBJECTLAB,
        _run(CALIBRATED),
        Call(deeds.edit),
        {KEY: _BOTH},
    ),
]
ENCOUNTERS = {one.name: one for one in _ALL}
# What people do between two runs of a process that does not learn of it.
_BETWEEN = {
    "the labels are renamed": Call(deeds.rename_label_field),
    "a field of the run is deleted": Call(deeds.delete_score_field),
}
LATE = ENCOUNTERS | {
    name: Encounter(name, before, _run(method), second, {KEY: _BOTH})
    for method, before in ((OBJECTLAB, CALIBRATED), (CALIBRATED, OBJECTLAB))
    for what, second in _BETWEEN.items()
    for name in [f"{before}, {what}, {method}"]
}


def count_writes(laboratory: Laboratory, encounter: Encounter) -> int:
    """In how many places the first process can stand still."""
    return laboratory.count_writes(laboratory.original.after_run(encounter.before), encounter.first)


def meet(
    laboratory: Laboratory, encounter: Encounter, moment: int, *, rerun_methods: Sequence[str]
) -> dict[str, list[str]]:
    """The first stands still before a writing command while the second does all of its own.

    It goes on earlier if the second waits for it.
    """
    before = _before(laboratory, encounter)
    with laboratory.process() as one, laboratory.process() as other:
        encounter.first.start(one, blow=Blow(PAUSE, moment))
        answer = laboratory.wait(one)
        encounter.second.start(other)
        other.has_answer(WAITING_SECONDS)
        if answer == STANDING:
            one.tell("go on")
            answer = laboratory.wait(one)
        outcomes = answer, laboratory.wait(other)
    return _violations(laboratory, encounter, before, outcomes, rerun_methods)


def come_late(
    laboratory: Laboratory, encounter: Encounter, *, rerun_methods: Sequence[str]
) -> dict[str, list[str]]:
    """The first has loaded the dataset, the second does all of its own, then the first begins."""
    before = _before(laboratory, encounter)
    with laboratory.process() as process:
        process.call(deeds.look)
        second = laboratory.do(encounter.second)
        between = laboratory.snapshot()
        encounter.first.start(process)
        first = laboratory.wait(process)
    return _violations(laboratory, encounter, before, (first, second), rerun_methods, between)


def race(
    laboratory: Laboratory, encounter: Encounter, delay: float, *, rerun_methods: Sequence[str]
) -> dict[str, list[str]]:
    """Both at once, the second some seconds later."""
    before = _before(laboratory, encounter)
    with laboratory.process() as one, laboratory.process() as other:
        # Both have loaded the dataset before they start.
        one.call(deeds.look)
        other.call(deeds.look)
        encounter.first.start(one)
        time.sleep(delay)
        encounter.second.start(other)
        outcomes = laboratory.wait(one), laboratory.wait(other)
    return _violations(laboratory, encounter, before, outcomes, rerun_methods)


def _before(laboratory: Laboratory, encounter: Encounter) -> Snapshot:
    encounter.whole(laboratory)
    before = laboratory.original.after_run(encounter.before)
    laboratory.restore(before)
    return before


def _violations(
    laboratory: Laboratory,
    encounter: Encounter,
    before: Snapshot,
    outcomes: tuple[Outcome, Outcome],
    rerun_methods: Sequence[str],
    between: Snapshot | None = None,
) -> dict[str, list[str]]:
    after = laboratory.snapshot()
    whole = encounter.whole(laboratory, after)
    if between is not None and encounter.before:
        # What people left of a run stays as they left it.
        left = Undisturbed(encounter.before, laboratory.names.values(between))
        whole = {**whole, KEY: [*whole[KEY], left]}
    evidence = examine(
        encounter.world(laboratory),
        before,
        after,
        list(zip((encounter.first, encounter.second), outcomes, strict=True)),
        whole,
        rerun_methods=rerun_methods,
        succeeded=_succeeded(encounter, outcomes),
    )
    return violations(evidence)


def _succeeded(encounter: Encounter, outcomes: Sequence[Outcome]) -> set[str]:
    """Keys of the runs that ended well and that nobody deleted or renamed."""
    calls = [
        call
        for call, outcome in zip((encounter.first, encounter.second), outcomes, strict=True)
        if outcome.kind == RETURNED
    ]
    undoing = (deeds.delete, deeds.rename)
    undone = {key for call in calls if call.function in undoing for key in call.arguments}
    runs = [call.named for call in calls if call.named and call.function is deeds.compute]
    return {named["key"] for named in runs} - undone
