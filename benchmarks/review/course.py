"""How labels get better in the course of a review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.accuracy.comparison import Rules
from benchmarks.accuracy.data import DetectionData
from benchmarks.review.edits import edited
from benchmarks.review.looks import Looks
from benchmarks.review.quality import (
    average_precision,
    mean_average_precision,
    number_of_errors,
)

# The labels are looked at after so many decisions.
MARKS = (0, 50, 100, 200)


@dataclass(frozen=True)
class Expected:
    """A number of errors as a run expects it, and the ends of its 90% interval."""

    number: float
    low: float
    high: float


@dataclass(frozen=True)
class State:
    """Labels after some decisions.

    Attributes:
        errors: how many are left.
        precision: `average_precision` of the labels, at an IoU of .5.
        mean_precision: the mean over the IoUs of COCO.
        expected: how many errors a run expects that scores them; None where none was made.
    """

    errors: float
    precision: float
    mean_precision: float
    expected: Expected | None = None


# By the number of decisions.
Course = Mapping[int, State]


def state_of(labels: DetectionData, corrected: DetectionData, rules: Rules) -> State:
    """How good labels are."""
    return State(
        number_of_errors(labels, corrected, rules),
        average_precision(labels, corrected),
        mean_average_precision(labels, corrected),
    )


def follow(looks: Looks, data: DetectionData, corrected: DetectionData, rules: Rules) -> Course:
    """The course of a review in which each look is a decision.

    Args:
        looks: what the reviewer does, look by look.
        data: images with the original labels.
        corrected: the same with the labels as they should be.
        rules: what counts as an error.
    """
    states = {}
    for mark in MARKS:
        edits = [edit for edit in looks[:mark] if edit is not None]
        states[mark] = state_of(edited(data, edits), corrected, rules)
    return states


def mean_of(courses: Sequence[Course]) -> Course:
    """The mean of several courses."""
    return {
        mark: State(
            float(np.mean([course[mark].errors for course in courses])),
            float(np.mean([course[mark].precision for course in courses])),
            float(np.mean([course[mark].mean_precision for course in courses])),
        )
        for mark in MARKS
    }
