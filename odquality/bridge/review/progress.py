"""How far a review is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fiftyone.core.collections import SampleCollection

from odquality.bridge.decisions.field import STATUSES
from odquality.bridge.decisions.reading import STANDING, has_any
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.run.remaining import RemainingErrors, learnt, left_by_kind, read_remaining
from odquality.bridge.store import database, results
from odquality.kinds import KINDS


@dataclass(frozen=True)
class ReviewProgress:
    """How far a review is; print it.

    Attributes:
        open: number of open issues, by kind.
        decided: number of decisions on these labels, by what was decided, whichever run suggested
            them.
        remaining: by kind and in all (``any``) the errors expected to be left, with the interval,
            as of the last lesson; empty where nobody can know.
    """

    open: Mapping[str, int]
    decided: Mapping[str, int]
    remaining: RemainingErrors

    @property
    def num_open(self) -> int:
        """Open issues of all kinds."""
        return sum(self.open.values())

    @property
    def num_decided(self) -> int:
        """Decisions of all sorts."""
        return sum(self.decided.values())

    def __str__(self) -> str:
        told = ", ".join(f"{number:,} {status}" for status, number in self.decided.items())
        lines = [f"Label review: {self.num_open:,} open, {told}"]
        if left := left_by_kind(self.remaining):
            lines.append(f"  left      {left}")
        if lesson := learnt(self.remaining):
            lines.append(f"  learnt    {lesson}")
        return "\n".join(lines)


@dataclass(frozen=True)
class OpenCounts:
    """How many issues of a run are open.

    Attributes:
        kinds: by kind of error.
        classes: by class, the most first; an issue counts for its class as labelled and, if that is
            another one, for the one that is suggested.
    """

    kinds: Mapping[str, int]
    classes: Mapping[str, int]


def review_progress(samples: SampleCollection, key: str) -> ReviewProgress:
    """How many issues of a run are open, what was decided, and how many errors are left.

    Args:
        samples: a dataset or view; the whole dataset is counted.
        key: of a run by the calibrated method.

    Raises:
        ValueError: there is no such run, or it has no suggestions.
    """
    target = ReviewTarget.of(samples, key)
    opened = _count(target, target.suggestions, _has_open(target), {"kind": "$one.kind"}, {})
    made: Counter[Any] = Counter()
    if target.decisions is not None:
        some = has_any(target.decisions)
        made = _count(target, target.decisions, some, {"status": "$one.status"}, STANDING)
    report = results.load_report(target.record.results) or {}
    return ReviewProgress(
        {kind: opened[kind,] for kind in KINDS},
        {status: made[status,] for status in STATUSES},
        read_remaining(report.get("remaining")),
    )


def open_counts(samples: SampleCollection, key: str) -> OpenCounts:
    """How many issues of a run are open, by kind and by class.

    Args:
        samples: a dataset or view; the whole dataset is counted.
        key: of a run by the calibrated method.

    Raises:
        ValueError: there is no such run, or it has no suggestions.
    """
    target = ReviewTarget.of(samples, key)
    names = {name: f"$one.{name}" for name in ("kind", "given_label", "label")}
    kinds: Counter[str] = Counter()
    classes: Counter[str] = Counter()
    counted = _count(target, target.suggestions, _has_open(target), names, {})
    for (kind, given, suggested), number in counted.items():
        kinds[kind] += number
        for name in {given, suggested} - {None}:
            classes[name] += number
    ranked = sorted(classes.items(), key=lambda one: (-one[1], one[0]))
    return OpenCounts({kind: kinds[kind] for kind in KINDS}, dict(ranked))


def _has_open(target: ReviewTarget) -> dict[str, Any]:
    return {target.num_issues: {"$gt": 0}}


def _count(
    target: ReviewTarget,
    field: str,
    some: Mapping[str, Any],
    names: Mapping[str, str],
    part: Mapping[str, Any],
) -> Counter[Any]:
    """How many documents of a field, each ``one``, have which values of some expressions."""
    stages: list[dict[str, Any]] = [
        {"$unwind": "$one"},
        {"$match": {f"one.{attribute}": value for attribute, value in part.items()}},
        {"$group": {"_id": dict(names), "number": {"$sum": 1}}},
    ]
    columns = {"one": f"${field}.detections"}
    rows = database.find_documents(target.dataset, some, columns, after=stages)
    return Counter({tuple(map(row["_id"].get, names)): row["number"] for row in rows})
