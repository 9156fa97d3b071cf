"""The tables of the simulated reviews."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from benchmarks.accuracy.tables import number, table
from benchmarks.learning.review import LEARNING, MARKS, ONCE, WAYS, State
from odquality.kinds import ANY, OVERLOOKED
from odquality.learning.lessons import WELL_KNOWN
from odquality.learning.remaining import COVERAGE
from odquality.learning.selection import TEACHING_SHARE

# By way, one review for each seed.
Reviews = Mapping[str, Sequence[Mapping[int, State]]]

NEAR = 0.2

LEGEND = f"""\
A reviewer decides on one box after the other, and knows the truth: corrected labels of the same
images, or for `voc` what was injected. Every ten decisions the method learns from all so far.
{TEACHING_SHARE:.0%} of the decisions are about boxes that teach, until the number left is known to
within {WELL_KNOWN:.0%}; the others are about the likeliest errors. Each figure is a mean over
seeds, of which each draws three in four images; the method is fitted to those. Numbers are of
errors that some prediction or label gives evidence of; of a missing object every prediction that
shows it counts. A calibration error is the mean distance of probability and share of errors in ten
bins, of the boxes that nobody has decided on. With each object counted once, of the predictions
that show one missing object the likeliest alone is an error, and none once it was found: so the
probabilities are meant, for their sum is the number of labels to add. How far the prior lets
probabilities be off, how many slips it allows for and the share that teaches were chosen with all
of these data in view, so that none of them was kept aside."""


def to_markdown(reviews: Mapping[str, Reviews]) -> str:
    """All tables of all datasets."""
    parts = ["# Learning from a reviewer", LEGEND]
    for name, of_data in reviews.items():
        seeds = len(of_data[LEARNING.name])
        parts += [
            f"## {name}, {seeds} seeds",
            "### What is known after so many decisions",
            _known(of_data),
            "### Errors found after so many decisions",
            _found(of_data),
        ]
    return "\n\n".join(parts) + "\n"


def _known(reviews: Reviews) -> str:
    header = [
        "way",
        "decisions",
        "calibration error, missing",
        "each object once",
        "all",
        "left: expected / true",
        f"off by (within {NEAR:.0%})",
        f"{COVERAGE:.0%} interval",
        "holds the truth",
        "missing left: expected / true",
        "holds the truth",
    ]
    rows = []
    for way in (way for way in WAYS if way.learns):
        for mark in MARKS:
            states = [review[mark] for review in reviews[way.name]]
            rows.append([way.name, str(mark), *_cells(states)])
    return table(header, rows)


def _cells(states: Sequence[State]) -> list[str]:
    def mean(value: Callable[[State], float]) -> float:
        return float(np.nanmean([value(state) for state in states]))

    def numbers(kind: str) -> str:
        expected = mean(lambda state: state.left[kind].remaining.expected)
        return f"{expected:,.0f} / {mean(lambda state: state.left[kind].true):,.0f}"

    low = mean(lambda state: state.left[ANY].remaining.low)
    high = mean(lambda state: state.left[ANY].remaining.high)
    off = mean(lambda state: state.left[ANY].off)
    near = mean(lambda state: state.left[ANY].off <= NEAR)
    return [
        number(mean(lambda state: state.calibration_error[OVERLOOKED])),
        number(mean(lambda state: state.calibration_error[ONCE])),
        number(mean(lambda state: state.calibration_error[ANY])),
        numbers(ANY),
        f"{off:.0%} ({near:.0%})",
        f"{low:,.0f} to {high:,.0f}",
        f"{mean(lambda state: state.left[ANY].is_covered):.0%}",
        numbers(OVERLOOKED),
        f"{mean(lambda state: state.left[OVERLOOKED].is_covered):.0%}",
    ]


def _found(reviews: Reviews) -> str:
    rows = []
    for way in WAYS:
        means = [
            np.mean([review[mark].found for review in reviews[way.name]]) for mark in MARKS[1:]
        ]
        rows.append([way.name, *(f"{value:.1f}" for value in means)])
    return table(["way", *map(str, MARKS[1:])], rows)
