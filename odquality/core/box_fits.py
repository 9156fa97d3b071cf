"""Do the boxes of labels and predictions lie on each other, and are they of the same classes then?

Boxes may lie where images can have some and still be of another form, or of other images; classes
may have the same names and still mean something else. Only a look at both sides together tells.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from odquality.core.geometry import box_iou
from odquality.core.pairs import iter_pairs
from odquality.core.scenes import IntArray, Scenes

# Of each chunk, this many labels are held against the predictions of their images.
_COMPARED_LABELS = 256
# A prediction fits a label from this IoU on. A centre that is read as a corner leaves 1/7.
_FITS = 0.5
# Below this share of labels that any prediction fits, by more than chance, the two sides are mixed
# up: of real data three quarters and more fit, of those of other images about an eighth.
_FEW_FIT = 0.25
_STANDARD_DEVIATIONS = 2
# Classes of which fewer fitting labels than this share are confirmed do not mean the same.
_MOST = 0.5
_ENOUGH_LABELS = 20


@dataclass
class BoxFits:
    """How labels and predictions lie on each other; counts that add up over parts of a dataset.

    Attributes:
        compared: labels that were held against predictions of their image.
        fitting: number of those that a prediction fits, by the label's class.
        confirmed: number of those that a prediction of their class fits, by that class.
    """

    compared: int = 0
    fitting: Counter[int] = field(default_factory=Counter)
    confirmed: Counter[int] = field(default_factory=Counter)

    def observe(self, scenes: Scenes) -> None:
        """Holds some labels, evenly spread, against the predictions of their images."""
        labels, predictions = scenes.labels, scenes.predictions
        chosen = np.zeros(len(labels), bool)
        chosen[:: 1 + len(labels) // _COMPARED_LABELS] = True
        fitting, confirmed = np.zeros((2, len(labels)), bool)
        for first, second in iter_pairs(labels.counts, predictions.counts, keep_first=chosen):
            fits = box_iou(labels.xyxy[first].T, predictions.xyxy[second].T) >= _FITS
            first, second = first[fits], second[fits]
            fitting[first] = True
            confirmed[first[labels.classes[first] == predictions.classes[second]]] = True
        in_question = chosen & np.repeat(predictions.counts > 0, labels.counts)
        self.compared += int(np.count_nonzero(in_question))
        self.fitting += count_classes(labels.classes[fitting])
        self.confirmed += count_classes(labels.classes[confirmed])

    def merge(self, other: BoxFits) -> None:
        """Adds what was observed elsewhere, with the same numbers for the classes."""
        self.compared += other.compared
        self.fitting += other.fitting
        self.confirmed += other.confirmed

    def boxes_finding(self, gt_name: str, pred_name: str) -> str | None:
        """A sentence if hardly any prediction fits a label, else None."""
        number = self.fitting.total()
        most = number + _STANDARD_DEVIATIONS * math.sqrt(number)
        if self.compared < _ENOUGH_LABELS or most >= _FEW_FIT * self.compared:
            return None
        return (
            f"only {number / self.compared:.0%} of the boxes of {gt_name} that were compared "
            f"have a box of {pred_name} on them (IoU of at least {_FITS:g}): are both of the same "
            "images, in the same unit and in the same form, which neither begins with the centre "
            "nor puts y before x?"
        )

    def classes_finding(self, gt_name: str, pred_name: str, judged: set[int]) -> str | None:
        """A sentence if most labels of some classes are not confirmed, else None.

        Args:
            gt_name: what the labels are called in a sentence.
            pred_name: what the predictions are called in a sentence.
            judged: the classes whose labels count.
        """
        fitting = sum(self.fitting[number] for number in judged)
        confirmed = sum(self.confirmed[number] for number in judged)
        if fitting < _ENOUGH_LABELS or confirmed >= _MOST * fitting:
            return None
        return (
            f"only {confirmed / fitting:.0%} of the compared boxes of {gt_name} that have a box "
            f"of {pred_name} on them have one of their own class there: do both mean the same by "
            "each class? One side may count classes from another number, or in another order"
        )


def count_classes(classes: IntArray) -> Counter[int]:
    """How many boxes each class has."""
    numbers, counts = np.unique(classes, return_counts=True)
    return Counter(dict(zip(numbers.tolist(), counts.tolist(), strict=True)))
