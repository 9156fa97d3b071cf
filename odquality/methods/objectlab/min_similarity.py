"""The smallest non-zero similarity, found without computing them all."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from odquality.core.geometry import box_iou, squared_distance
from odquality.core.pairs import iter_image_pairs
from odquality.core.scenes import BoolArray, Boxes, FloatArray, IntArray
from odquality.core.segments import reduce_runs
from odquality.methods.objectlab.similarity import (
    MIN_UNION,
    NEARNESS_STEP,
    least_distance,
    similarity,
)

# Share of a distance given away so that rounding never hides a pair.
_MARGIN = 1e-9

# Where images are large enough, the first labels nearly always have a pair whose nearness is the
# smallest there is: mostly the first few have.
_FIRST_LABELS = (slice(0, 8), slice(8, 32))


def min_similarity(labels: Boxes, predictions: Boxes, alpha: float) -> float:
    """The smallest non-zero similarity of any label to any prediction of its image.

    Similarity falls with distance, so a pair can only lower the minimum if its centres are farther
    apart than the minimum allows. Once the minimum is what the smallest nearness gives, such a pair
    must also overlap, or its similarity is 0. Few labels have a partner like that.

    Args:
        labels: of some images.
        predictions: of the same images.
        alpha: weight of IoU against the distance of the centres, in [0, 1].

    Returns:
        The similarity, in (0, 1]; 1.0 where there is none.
    """
    search = _Search(labels, predictions, alpha)
    for few in _FIRST_LABELS:
        keep = np.zeros(len(labels), bool)
        keep[few] = True
        search.scan(keep)
        if search.is_least:
            break
    if search.is_least and _largest_overlap(labels, predictions) < search.reach_squared:
        return search.smallest
    farthest = _farthest_partner(labels, predictions)
    # The farthest pair sets a reach that few other labels come to.
    search.scan(farthest == farthest.max(initial=0.0))
    if search.is_least:
        np.minimum(farthest, _farthest_overlap(labels, predictions), out=farthest)
    search.scan(farthest >= search.reach_squared)
    return search.smallest


class _Search:
    """The smallest similarity that was met so far."""

    def __init__(self, labels: Boxes, predictions: Boxes, alpha: float) -> None:
        self.smallest = 1.0
        self._labels, self._predictions, self._alpha = labels, predictions, alpha

    def scan(self, keep: BoolArray) -> None:
        """Takes all pairs of some labels into account."""
        labels, predictions = self._labels, self._predictions
        for label, prediction in iter_image_pairs(labels, predictions, keep_first=keep):
            first = labels.columns.take(label, axis=1)
            second = predictions.columns.take(prediction, axis=1)
            distance = squared_distance(first, second)
            far = np.flatnonzero(distance >= self.reach_squared)
            boxes = first.take(far, axis=1), second.take(far, axis=1)
            iou = box_iou(*boxes, min_union=MIN_UNION)
            similar = similarity(iou, distance.take(far), self._alpha)
            self.smallest = float(similar.min(initial=self.smallest, where=similar > 0))

    @property
    def is_least(self) -> bool:
        """Whether only a pair that overlaps can lower the minimum."""
        return self.smallest <= (1.0 - self._alpha) * NEARNESS_STEP

    @property
    def reach_squared(self) -> float:
        """Squared distance of centres, nearer than which no pair lowers the minimum."""
        return (least_distance(self.smallest, self._alpha) * (1 - _MARGIN)) ** 2


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
    return _squared_norm(
        (label_side + _per_label(np.maximum, side, labels, predictions.counts)) / 2
        for label_side, side in zip(labels.sides, predictions.sides, strict=True)
    )


def _largest_overlap(labels: Boxes, predictions: Boxes) -> float:
    """Squared distance of centres beyond which no prediction overlaps any label."""
    reach = (labels.sides.max(axis=1) + predictions.sides.max(axis=1)) / 2
    return float((reach**2).sum())


def _per_label(ufunc: np.ufunc, values: FloatArray, labels: Boxes, counts: IntArray) -> FloatArray:
    """Reduces the predictions' values by image; (L,). Labels without partners are never paired."""
    return reduce_runs(ufunc, values, counts, empty=0.0)[labels.image]


def _squared_norm(parts: Iterable[FloatArray]) -> FloatArray:
    x, y = parts
    return x * x + y * y
