"""Tells rows that end in a class from rows that end in the probability of the only class."""

from __future__ import annotations

import numpy as np

from odquality.arrays.labels import FlatLabels
from odquality.arrays.layouts import FlatPredictions

_HELP = (
    "so they seem to be x1, y1, x2, y2, confidence, class, as a YOLO gives them; expected the "
    "probability of each class instead of the class: "
    "np.hstack([rows[:, :5], np.eye(num_classes)[rows[:, 5].astype(int)]])"
)


class YoloRowsCheck:
    """Watches predictions of six columns over chunks of a dataset.

    Six columns are what a detector of a single class gives, the probability of that class last,
    and often it is 1 throughout. Where the last column holds whole numbers alone, something else
    than 1 among them is no probability: a box that was found would be of no class at all. Nor are
    the ones probabilities of class 0 if the labels are of class 1 and never of class 0.
    """

    def __init__(self) -> None:
        self._whole = True
        self._of_no_class = False
        self._found = False
        self._labelled_0 = False
        self._labelled_1 = False

    def add(self, labels: FlatLabels, predictions: FlatPredictions) -> None:
        """Takes more images into account, whose values are not yet checked.

        Raises:
            ValueError: the last column holds classes above 1.
        """
        probabilities = predictions.probabilities
        if not self._whole or probabilities is None or probabilities.num_classes != 1:
            return
        last = probabilities.read()[:, 0]
        self._whole = bool((last == np.floor(last)).all())
        if self._whole and last.max(initial=0) > 1:
            raise ValueError(f"predictions: rows end in whole numbers from 0 up, {_HELP}")
        is_found = predictions.confidence > 0
        self._found |= bool(is_found.any())
        self._of_no_class |= bool((last[is_found] == 0).any())
        self._labelled_0 |= bool((labels.classes == 0).any())
        self._labelled_1 |= bool((labels.classes == 1).any())

    def verify(self) -> None:
        """Checks what was seen.

        Raises:
            ValueError: the last column evidently holds classes.
        """
        if not self._whole:
            return
        if self._of_no_class:
            raise ValueError(
                f"predictions: rows end in 0 or 1, and boxes that were found in 0, {_HELP}"
            )
        if self._found and self._labelled_1 and not self._labelled_0:
            raise ValueError(
                "predictions: all rows end in 1, and labels are of class 1 and never of class 0, "
                f"{_HELP}"
            )
