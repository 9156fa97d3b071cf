"""What must hold after anything that may happen to runs, each by its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import bson

from benchmarks.faults.run_values import Names, Values
from benchmarks.faults.sight import Record, Sight
from benchmarks.faults.snapshot import Document, Snapshot, differing, without
from devtools.forked_process import RAISED, RETURNED, Outcome

# Says what happened, but neither to what nor what to do.
_SYSTEM_MESSAGE = re.compile(r"\[Errno \d+\] [A-Za-z ]+")
# What the dataset's document and its fields say of when something happened.
_TIMES = ("created_at", "last_loaded_at", "last_modified_at", "last_deletion_at")


@dataclass(frozen=True)
class Undisturbed:
    """A run that nothing disturbed.

    Attributes:
        method: of the run.
        values: what it wrote.
    """

    method: str
    values: Values


@dataclass(frozen=True)
class Rerun:
    """Another run, after what happened.

    Attributes:
        key: of the run.
        outcome: of the call.
        expected: the same run when nothing disturbs it.
        sight: of the dataset after it.
        after: the database after it.
    """

    key: str
    outcome: Outcome
    expected: Undisturbed
    sight: Outcome
    after: Snapshot


@dataclass(frozen=True)
class Evidence:
    """What is known of one fault.

    Attributes:
        names: under which the runs write.
        original: the database without any run.
        before: the database before the fault.
        after: the database after it.
        outcomes: of the calls that the fault befell or that took part in it.
        own_outcomes: those of them that are of functions of the plugin, not of FiftyOne.
        whole: the runs that there may be, by key.
        succeeded: keys of the runs that were said to have ended well.
        sight: outcome of looking at the dataset: a `Sight`.
        reruns: further runs from ``after``.
        deletions: outcomes of deleting every run that is recorded in ``after``.
        removed: the database after that.
    """

    names: Names
    original: Snapshot
    before: Snapshot
    after: Snapshot
    outcomes: Sequence[Outcome]
    own_outcomes: Sequence[Outcome]
    whole: Mapping[str, Sequence[Undisturbed]]
    sight: Outcome
    succeeded: Collection[str] = ()
    reruns: Sequence[Rerun] = ()
    deletions: Sequence[Outcome] = ()
    removed: Snapshot | None = None
    values: Mapping[str, Values] = field(init=False)

    def __post_init__(self) -> None:
        values = {key: self.names.values(self.after, key) for key in self.whole}
        object.__setattr__(self, "values", values)

    @property
    def owned(self) -> Names:
        """The names of all runs that take part."""
        return self.names.under(*self.whole)


def labels_untouched(evidence: Evidence) -> list[str]:
    """Samples, labels and predictions are what they were, apart from the runs' own values."""
    told = []
    owned = evidence.owned
    reruns = [one.after for one in evidence.reruns]
    for when, after in [("", evidence.after), *((" after another run", one) for one in reruns)]:
        changed = differing(
            evidence.original.samples.values(),
            after.samples.values(),
            lambda one: without(owned.strip(one), "last_modified_at"),
        )
        if changed:
            told.append(f"{len(changed)} samples differ{when}, such as {changed[0]}")
    return told


def time_goes_forward(evidence: Evidence) -> list[str]:
    """No sample was last modified earlier than before."""
    earlier = [
        sample_id
        for sample_id, document in evidence.after.samples.items()
        if sample_id in evidence.before.samples
        and document["last_modified_at"] < evidence.before.samples[sample_id]["last_modified_at"]
    ]
    return [f"{len(earlier)} samples went back in time"] if earlier else []


def all_or_none(evidence: Evidence) -> list[str]:
    """Every sample has all values of one undisturbed run under a key, or none."""
    told = []
    for key, values in evidence.values.items():
        possible = evidence.whole[key]
        torn = [
            sample_id
            for sample_id, value in values.items()
            if value not in [run.values.get(sample_id) for run in possible]
        ]
        if torn:
            names = list(bson.decode(values[torn[0]]))
            told.append(f"{key}: {len(torn)} samples have other values, such as {names}")
    return told


def loadable(evidence: Evidence) -> list[str]:
    """Another process can load the dataset, its runs and every kind of sample in it."""
    sights = [evidence.sight, *(rerun.sight for rerun in evidence.reruns)]
    return [str(sight) for sight in sights if sight.kind == RAISED]


def honest_record(evidence: Evidence) -> list[str]:
    """A record says complete only of a whole run; without a record there are no values."""
    if evidence.sight.kind == RAISED:
        return []
    sight: Sight = evidence.sight.get()
    told = [f"{key}: {record}" for key, record in sight.records.items() if record.problem]
    gone = len(evidence.before.samples.keys() - evidence.after.samples.keys())
    for key, record in sight.records.items():
        if record.complete:
            runs = [run for run in evidence.whole[record.field] if run.method == record.method]
            told += _contradictions(key, record, evidence.values[record.field], runs, gone)
        elif key in evidence.succeeded:
            told.append(f"{key}: ended well, but its record is {record}")
    owned = {path for record in sight.records.values() for path in record.owned}
    for key, values in evidence.values.items():
        if values and key not in owned:
            told.append(f"{key}: {len(values)} samples have values, but there is no record of them")
    missing = set(evidence.succeeded) - set(sight.records)
    return told + [f"{key}: ended well, but there is no record" for key in missing]


def _contradictions(
    key: str, record: Record, values: Values, runs: Sequence[Undisturbed], gone: int
) -> list[str]:
    """What speaks against a record that says complete, where some samples were deleted."""
    if values not in [run.values for run in runs]:
        return [f"{key}: {record}, but {len(values)} samples have values, not all of one run"]
    if record.num_scored is None or not 0 <= record.num_scored - len(values) <= gone:
        return [f"{key}: {record}, but {len(values)} samples are scored"]
    return []


def can_run_again(evidence: Evidence) -> list[str]:
    """The key can be run again at once, by any method, and gives an undisturbed run's scores."""
    told = []
    for rerun in evidence.reruns:
        if rerun.outcome.kind == RAISED:
            told.append(f"{rerun.key}: {rerun.outcome}")
            continue
        values, expected = evidence.names.values(rerun.after, rerun.key), rerun.expected.values
        if values != expected:
            wrong = [
                sample_id
                for sample_id in {**values, **expected}
                if values.get(sample_id) != expected.get(sample_id)
            ]
            told.append(f"{rerun.key}: {len(wrong)} samples differ, such as {wrong[0]}")
        if rerun.sight.kind == RAISED:
            continue
        record = rerun.sight.get().records.get(rerun.key)
        if record is None or (record.complete, record.method, record.num_scored) != (
            True,
            rerun.expected.method,
            len(expected),
        ):
            told.append(f"{rerun.key}: its record is {record}")
    return told


def can_be_removed(evidence: Evidence) -> list[str]:
    """Deleting the runs that are recorded leaves nothing of them."""
    told = [str(one) for one in evidence.deletions if one.kind == RAISED]
    removed, original = evidence.removed, evidence.original
    if removed is None:
        return told
    changed = differing(
        original.samples.values(),
        removed.samples.values(),
        lambda one: without(one, "last_modified_at"),
    )
    if changed:
        added = set(removed.samples.get(changed[0], ())) - set(original.samples.get(changed[0], ()))
        told.append(
            f"{len(changed)} samples differ, such as {changed[0]} (fields: {sorted(added)})"
        )
    told += _differences(original.dataset, removed.dataset)
    if removed.sample_indexes != original.sample_indexes:
        told.append(f"indexes: {sorted(removed.sample_indexes)}")
    return told


def nothing_left_over(evidence: Evidence) -> list[str]:
    """No other document stays in the database when all runs are deleted."""
    if evidence.removed is None:
        return []
    before, after = evidence.original.documents, evidence.removed.documents
    shared = ("datasets", evidence.original.dataset["sample_collection_name"])
    return [
        f"{len(documents)} documents in {name}"
        for name, documents in after.items()
        if name not in shared and documents != before.get(name, [])
    ]


def one_gets_through(evidence: Evidence) -> list[str]:
    """Of two that meet at least one does what it was asked to, and neither hangs or dies."""
    kinds = [outcome.kind for outcome in evidence.outcomes]
    if len(kinds) < 2 or (RETURNED in kinds and {*kinds} <= {RETURNED, RAISED}):
        return []
    return ["; ".join(map(str, evidence.outcomes))]


def told_in_words(evidence: Evidence) -> list[str]:
    """The plugin's errors are for people: none is the database's or the system's own."""
    raised = [*evidence.own_outcomes, *(one.outcome for one in evidence.reruns)]
    technical = ("pymongo.", "bson.", "mongoengine.", "gridfs.", "builtins.KeyError")
    return [
        str(one)
        for one in raised
        if one.error.startswith(technical) or _SYSTEM_MESSAGE.fullmatch(one.message)
    ]


def _differences(before: Document, after: Document) -> list[str]:
    """Fields in which two documents of a dataset differ, but for times."""
    return [
        f"the dataset's {name} differ"
        for name in {**before, **after}
        if bson.encode({name: _timeless(before.get(name))})
        != bson.encode({name: _timeless(after.get(name))})
        and name not in _TIMES
    ]


def _timeless(value: Any) -> Any:
    if isinstance(value, list):
        return [_timeless(one) for one in value]
    if isinstance(value, dict):
        return {name: _timeless(one) for name, one in value.items() if name not in _TIMES}
    return value


INVARIANTS: Mapping[str, Callable[[Evidence], list[str]]] = {
    "labels untouched": labels_untouched,
    "time goes forward": time_goes_forward,
    "all or none": all_or_none,
    "loadable": loadable,
    "honest record": honest_record,
    "can run again": can_run_again,
    "can be removed": can_be_removed,
    "nothing left over": nothing_left_over,
    "one gets through": one_gets_through,
    "told in words": told_in_words,
}


def violations(evidence: Evidence) -> dict[str, list[str]]:
    """What does not hold, by invariant."""
    found = {name: check(evidence) for name, check in INVARIANTS.items()}
    return {name: told for name, told in found.items() if told}
