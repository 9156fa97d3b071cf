"""The scores of a dataset as one array of probabilities for each kind of error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from odquality.arrays.flattening import lengths
from odquality.arrays.quality import LabelQuality
from odquality.core.parameters import is_index, shown
from odquality.core.scenes import FloatArray, IntArray
from odquality.kinds import KINDS, LABEL_KINDS, OVERLOOKED
from odquality.learning.decisions import PREDICTION, Answer, Box
from odquality.learning.twins import shows_on_another


@dataclass(frozen=True)
class FlatProbabilities:
    """Probabilities of N images by kind of error, image after image.

    Attributes:
        values: by kind, (n,) float64 in [0, 1]; NaN for what was not scored. The boxes are the
            predictions for ``overlooked`` and the labels for the other kinds.
        num_labels: (N,) int64 number of labels of each image.
        num_predictions: (N,) int64 number of predictions of each image.
        repeats: (L,) int64 row of the label that each may be a duplicate of, -1 for none.
    """

    values: Mapping[str, FloatArray]
    num_labels: IntArray
    num_predictions: IntArray
    repeats: IntArray

    @classmethod
    def of(cls, quality: LabelQuality) -> FlatProbabilities:
        """The probabilities of scores that are 1 - a probability."""
        lists = {kind: quality.label_scores[kind] for kind in LABEL_KINDS}
        lists[OVERLOOKED] = quality.prediction_scores[OVERLOOKED]
        num_labels = lengths(lists[LABEL_KINDS[0]])
        return cls(
            {kind: 1.0 - np.concatenate([np.empty(0), *lists[kind]]) for kind in KINDS},
            num_labels,
            lengths(lists[OVERLOOKED]),
            _rows_of_others(quality.repeats, num_labels),
        )

    def counts(self, kind: str) -> IntArray:
        """(N,) int64 number of boxes of each image that may have an error of a kind."""
        return self.num_predictions if kind == OVERLOOKED else self.num_labels

    def row(self, box: Box, name: str) -> int:
        """The row of a box among all labels or all predictions.

        Args:
            box: to look up.
            name: of what names the box, for the message.

        Raises:
            ValueError: there is no such box, or it was not scored.
        """
        is_prediction = box.side == PREDICTION
        # Labels that were not scored were scored for no kind.
        kind = OVERLOOKED if is_prediction else LABEL_KINDS[0]
        counts = self.counts(kind)
        image = _index(name, "image", box.image, len(counts))
        place = _index(f"{name} on image {image}", box.side, box.name, int(counts[image]))
        row = int(counts[:image].sum()) + place
        if np.isnan(self.values[kind][row]):
            why = "is no candidate" if is_prediction else "is a region to ignore"
            raise ValueError(f"{name} on image {image} is about {box.side} {place}, which {why}")
        return row

    def twins(self, asked: Iterable[Answer], answered: Mapping[Answer, int]) -> dict[Answer, int]:
        """The rows of boxes that show the same errors as some that were decided on.

        Args:
            asked: the boxes that were decided on, and the errors.
            answered: the row of each box of which is known whether it has an error.

        Returns:
            The row of the other box of each that has one, of which no answer is known.
        """
        known = {(kind, row) for (_, kind), row in answered.items()}
        twins = {}
        for answer in asked:
            kind, row = answer.kind, answered[answer]
            if not shows_on_another(kind, float(self.values[kind][row])):
                continue
            other = int(self.repeats[row])
            if other >= 0 and (kind, other) not in known:
                twins[answer] = other
        return twins

    def places(self, kind: str, rows: IntArray) -> tuple[IntArray, IntArray]:
        """The images of some rows of a kind, and their places in those, (n,) int64 each."""
        ends = np.cumsum(self.counts(kind))
        image = np.searchsorted(ends, rows, side="right")
        return image, rows - (ends - self.counts(kind))[image]


def _rows_of_others(repeats: Sequence[IntArray], counts: IntArray) -> IntArray:
    """Labels that others repeat, as `LabelQuality` tells them if it does, by their rows."""
    first = np.repeat(np.cumsum(counts) - counts, counts)
    if not repeats:
        return np.full_like(first, -1)
    others = np.concatenate(repeats)
    return np.where(others < 0, -1, others + first)


def _index(whose: str, what: str, value: Any, size: int) -> int:
    if is_index(value, size):
        return int(value)
    expected = f"an index from 0 to {size - 1}" if size else "none, for there is none"
    raise ValueError(f"{whose} is about {what} {shown(value)}; expected {expected}")
