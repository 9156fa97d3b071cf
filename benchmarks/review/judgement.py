"""What the simulated reviewer says to an issue."""

from __future__ import annotations

from benchmarks.accuracy.comparison import Rules
from benchmarks.accuracy.data import DetectionData
from benchmarks.review.edits import Edit, edited
from benchmarks.review.quality import number_of_errors


def is_right(edit: Edit, labels: DetectionData, corrected: DetectionData, rules: Rules) -> bool:
    """Whether an edit mends an error: there is one less afterwards.

    So a label that is moved must come to its object, an added one must lie on a missing object of
    its class, and nothing that is right may be removed.

    Args:
        edit: as suggested.
        labels: of the edit's image alone, as they are now.
        corrected: the same image with the labels as they should be.
        rules: what counts as an error.
    """
    before = number_of_errors(labels, corrected, rules)
    return number_of_errors(edited(labels, [edit]), corrected, rules) < before
