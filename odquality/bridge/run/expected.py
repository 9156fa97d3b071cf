"""How many errors a run expects, and what a threshold shows of them, for people to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from odquality.bridge.run.recorded import read_fields
from odquality.kinds import ANY, in_order, label_of
from odquality.methods.thresholds import THRESHOLDS, ErrorsAbove


@dataclass(frozen=True)
class Above:
    """The suspected errors of a kind from a probability on.

    Attributes:
        threshold: the probability, in [0, 1].
        shown: how many there are.
        right: how many of these are errors, in expectation.
    """

    threshold: float = 0.0
    shown: int = 0
    right: float = 0.0

    def __str__(self) -> str:
        return f"{self.shown:,} / {self.right:,.0f}"


def summed_up(errors: ErrorsAbove) -> dict[str, list[Above]]:
    """Every kind at every threshold."""
    return {
        kind: [
            Above(*numbers)
            for numbers in zip(THRESHOLDS, shown.tolist(), errors.right[kind].tolist(), strict=True)
        ]
        for kind, shown in errors.shown.items()
    }


def read_above(values: Any) -> dict[str, list[Above]]:
    """Every kind at every threshold that a record tells of."""
    if not isinstance(values, Mapping):
        return {}
    return {
        str(kind): [Above(**read_fields(Above, one)) for one in listed]
        for kind, listed in values.items()
        if isinstance(listed, (list, tuple))
    }


def table(expected: Mapping[str, float], above: Mapping[str, Sequence[Above]]) -> list[list[str]]:
    """A row per kind: how many errors are expected, and shown / right from each threshold on.

    Args:
        expected: number of errors by kind.
        above: what thresholds show, by kind.

    Returns:
        Cells, all rows of the same length, the head first; empty where nothing is expected.
    """
    kinds = [kind for kind in in_order({*expected, *above}) if kind != ANY]
    thresholds = sorted({one.threshold for listed in above.values() for one in listed})
    rows = []
    for kind in kinds:
        at = {one.threshold: str(one) for one in above.get(kind, ())}
        number = f"{expected[kind]:,.1f}" if kind in expected else ""
        rows.append([label_of(kind), number, *(at.get(one, "") for one in thresholds)])
    head = ["Shown / right of these", "expected", *(f"from {one:.0%}" for one in thresholds)]
    return [head, *rows] if rows else []
