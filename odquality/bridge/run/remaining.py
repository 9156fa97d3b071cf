"""What is left to be found and what was learnt of it, as a run's report keeps and tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from odquality.bridge.run.recorded import read_numbers
from odquality.kinds import ANY, in_order, label_of, with_total
from odquality.learning.lessons import Lessons
from odquality.learning.remaining import COVERAGE, ENOUGH

# By kind of error and in all: what `Remaining` tells, ``decided`` and ``found``.
RemainingErrors = Mapping[str, Mapping[str, float]]


def remaining_errors(lessons: Lessons) -> dict[str, dict[str, float]]:
    """What is left by kind and in all, and what was decided, as a report holds it."""
    decided, found = with_total(lessons.decided), with_total(lessons.found)
    return {
        kind: {**asdict(left), "decided": decided[kind], "found": found[kind]}
        for kind, left in lessons.remaining.items()
    }


def read_remaining(values: object) -> dict[str, dict[str, float]]:
    """What a record tells of what is left."""
    if not isinstance(values, Mapping):
        return {}
    return {str(kind): read_numbers(told) for kind, told in values.items()}


def left_by_kind(remaining: RemainingErrors) -> str:
    """How many errors are left, for people; empty where a report does not tell."""
    if ANY not in remaining:
        return ""
    each = {
        kind: float(told.get("expected", 0.0)) for kind, told in remaining.items() if kind != ANY
    }
    by_kind = ", ".join(
        f"{number:,.0f} {label_of(kind)}"
        for kind in in_order(each)
        if (number := each[kind]) >= 0.5
    )
    low, high = (remaining[ANY].get(end, 0.0) for end in ("low", "high"))
    return (
        f"{sum(each.values()):,.0f} errors expected, {low:,.0f} to {high:,.0f} with {COVERAGE:.0%}"
        + (f": {by_kind}" if by_kind else "")
    )


def learnt(remaining: RemainingErrors) -> str:
    """What a reviewer's answers have shown, for people; empty before the first."""
    told = remaining.get(ANY, {})
    if not told.get("decided"):
        return ""
    return (
        f"from {told['decided']:,} answers, of which {told.get('found', 0):,} were errors; "
        f"{told.get('to_review', 0):,} more are expected to find {ENOUGH:.0%} of what is left"
    )
