"""The smallest non-zero similarity of a dataset, found without computing them all."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from odquality.core.geometry import box_iou, squared_distance
from odquality.core.pairs import iter_pairs
from odquality.core.scenes import BoolArray, Boxes, FloatArray, IntArray, Scenes
from odquality.core.segments import reduce_runs
from odquality.methods.objectlab.similarity import NEARNESS_STEP, least_distance, similarity

# Share of a distance given away so that rounding never hides a pair.
_MARGIN = 1e-9


class MinSimilarity:
    """Running minimum over chunks of a dataset.

    Similarity falls with distance, so a pair can only lower the minimum if its centres are farther
    apart than the minimum allows. Once the minimum is what the smallest nearness gives, such a pair
    must also overlap, or its similarity is 0. Few labels have a partner like that.

    Attributes:
        value: the smallest non-zero similarity so far, in (0, 1]; 1.0 before any pair.
    """

    def __init__(self, alpha: float) -> None:
        self.value = 1.0
        self._alpha = alpha

    def add(self, scenes: Scenes) -> None:
        """Takes the labels and predictions of more images into account."""
        labels, predictions = scenes.labels, scenes.predictions
        farthest = _farthest_partner(labels, predictions)
        if not len(farthest):
            return
        # One of the farthest pairs sets a reach that few other labels come to.
        self._scan(labels, predictions, farthest == farthest.max())
        if self.value <= (1.0 - self._alpha) * NEARNESS_STEP:
            np.minimum(farthest, _farthest_overlap(labels, predictions), out=farthest)
        self._scan(labels, predictions, farthest >= self._reach_squared)

    def _scan(self, labels: Boxes, predictions: Boxes, keep: BoolArray) -> None:
        """Takes all pairs of some labels into account."""
        for label, prediction in iter_pairs(labels.counts, predictions.counts, keep_first=keep):
            distance = squared_distance(
                labels.centres.take(label, axis=1), predictions.centres.take(prediction, axis=1)
            )
            far = np.flatnonzero(distance >= self._reach_squared)
            iou = box_iou(
                labels.columns.take(label.take(far), axis=1),
                predictions.columns.take(prediction.take(far), axis=1),
            )
            similar = similarity(iou, distance.take(far), self._alpha)
            self.value = float(similar.min(initial=self.value, where=similar > 0))

    @property
    def _reach_squared(self) -> float:
        return (least_distance(self.value, self._alpha) * (1 - _MARGIN)) ** 2


def _farthest_partner(labels: Boxes, predictions: Boxes) -> FloatArray:
    """Squared distance of centres that no prediction of a label's image exceeds, (L,)."""
    return _squared_norm(
        np.maximum(
            label_centre - _per_label(np.minimum, centre, labels, predictions.counts),
            _per_label(np.maximum, centre, labels, predictions.counts) - label_centre,
        )
        for label_centre, centre in zip(labels.centres, predictions.centres, strict=True)
    )


def _farthest_overlap(labels: Boxes, predictions: Boxes) -> FloatArray:
    """Squared distance of centres beyond which no prediction overlaps a label, (L,)."""
    label_sides = labels.columns[2:] - labels.columns[:2]
    sides = predictions.columns[2:] - predictions.columns[:2]
    return _squared_norm(
        (label_side + _per_label(np.maximum, side, labels, predictions.counts)) / 2
        for label_side, side in zip(label_sides, sides, strict=True)
    )


def _per_label(ufunc: np.ufunc, values: FloatArray, labels: Boxes, counts: IntArray) -> FloatArray:
    """Reduces the predictions' values by image; (L,). Labels without partners are never paired."""
    return reduce_runs(ufunc, values, counts, empty=0.0)[labels.image]


def _squared_norm(parts: Iterable[FloatArray]) -> FloatArray:
    x, y = parts
    return x * x + y * y
