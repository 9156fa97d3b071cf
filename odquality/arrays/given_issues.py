"""Checks of issues that are handed back, as `find_label_issues` gave them."""

from __future__ import annotations

from typing import Any

import numpy as np

from odquality.core.parameters import choice, is_index, shown
from odquality.core.scenes import IntArray
from odquality.kinds import KINDS, OVERLOOKED
from odquality.learning.decisions import LABEL, PREDICTION, listed, side_of
from odquality.methods.issues import Issue

# Of images whose predictions are not known, any number might be there, and any class.
_ANY = np.iinfo(np.int64).max


def checked_issues(
    issues: Any, num_labels: IntArray, num_predictions: IntArray | None = None
) -> list[Issue]:
    """Issues as a list, of boxes that there are.

    Args:
        issues: what was given as the parameter ``issues``.
        num_labels: (N,) number of labels of each image.
        num_predictions: (N,) number of predictions of each image; None if nobody knows.

    Returns:
        The issues in their order.

    Raises:
        ValueError: they are no list, or one is no issue or of a box that is not there; the message
            names its position.
    """
    given = listed(issues, "issues", "a list, as find_label_issues gives it")
    if num_predictions is None:
        num_predictions = np.full_like(num_labels, _ANY)
    for position, issue in enumerate(given):
        name = f"issues[{position}]"
        if not isinstance(issue, Issue):
            raise ValueError(
                f"{name} is {shown(issue)}; expected an Issue, as find_label_issues gives them"
            )
        choice(f"{name}.kind", issue.kind, KINDS)
        _check_box(name, issue, LABEL, num_labels)
        _check_box(name, issue, PREDICTION, num_predictions)
        _check_class(name, issue)
    return given


def _check_box(name: str, issue: Issue, side: str, counts: IntArray) -> None:
    """Checks that an issue's label or prediction is there."""
    place = issue.prediction if side == PREDICTION else issue.label
    if place is None and side != side_of(issue.kind):
        return
    if not is_index(issue.image, len(counts)) or not is_index(place, counts[issue.image]):
        raise ValueError(
            f"{name} is of image {shown(issue.image)}, {side} {shown(place)}, which is not there: "
            f"the issues are of other {side}s"
        )


def _check_class(name: str, issue: Issue) -> None:
    """Checks the class to give; a missing label cannot do without."""
    number = issue.suggested_class
    if number is None and issue.kind != OVERLOOKED:
        return
    if not is_index(number, _ANY):
        raise ValueError(
            f"{name}.suggested_class is {shown(number)}; expected an integer of at least 0"
        )
