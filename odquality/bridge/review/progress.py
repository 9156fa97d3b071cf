"""How far a review is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fiftyone.core.collections import SampleCollection

from odquality.bridge.decisions.field import STATUSES
from odquality.bridge.decisions.reading import STANDING, find
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.run.open_issues import open_issues
from odquality.bridge.run.remaining import RemainingErrors, learnt, left_by_kind, read_remaining
from odquality.bridge.store.kept import kept_report
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
        is_complete: whether the run is; of one that was cut off or still goes on, some is missing.
    """

    open: Mapping[str, int]
    decided: Mapping[str, int]
    remaining: RemainingErrors
    is_complete: bool

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
        lines[0] += "" if self.is_complete else " (the run is incomplete)"
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

    Returns:
        The progress, to print.

    Raises:
        ValueError: there is no such run, or it has no suggestions.
    """
    target = ReviewTarget.of(samples, key)
    opened: Counter[str | None] = Counter()
    for group, number in open_issues(target.dataset, target.record).items():
        opened[group.kind] += number
    made = _decided(target)
    report = kept_report(target.record)
    return ReviewProgress(
        {kind: opened[kind] for kind in KINDS},
        {status: made[status] for status in STATUSES},
        read_remaining(report.get("remaining")),
        target.record.is_complete,
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
    kinds: Counter[str | None] = Counter()
    classes: Counter[str] = Counter()
    for group, number in open_issues(target.dataset, target.record).items():
        kinds[group.kind] += number
        for name in {group.given, group.suggested}:
            if name is not None:
                classes[name] += number
    ranked = sorted(classes.items(), key=lambda one: (-one[1], one[0]))
    return OpenCounts({kind: kinds[kind] for kind in KINDS}, dict(ranked))


def _decided(target: ReviewTarget) -> Counter[Any]:
    """How many decisions of each sort stand."""
    if target.decisions is None:
        return Counter()
    by_status = [{"$group": {"_id": "$d.status", "number": {"$sum": 1}}}]
    rows = find(target.dataset, target.decisions, STANDING, after=by_status)
    return Counter({row["_id"]: row["number"] for row in rows})
