"""Which predictions find a label, at IoU .5, .55, ..., .95."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from odquality.core.geometry import NO_UNION
from odquality.core.overlaps import overlapping_pairs
from odquality.core.pairs import iter_same_class_pairs
from odquality.core.scenes import Boxes, FloatArray, IntArray, Predictions, Scenes
from odquality.core.segments import run_starts, sorting_order

IOU_THRESHOLDS = np.linspace(0.5, 0.95, 10)

# More than there are thresholds.
_LEVELS = 16


def true_positives(
    scenes: Scenes, *, min_union: float = NO_UNION
) -> tuple[IntArray, NDArray[np.uint64]]:
    """The predictions that are true positives at any threshold.

    A prediction is matched to the label of its class with which its IoU is largest. At each
    threshold, the most confident of the predictions matched to a label is a true positive and all
    others are false ones.

    Args:
        scenes: the images.
        min_union: as of `core.geometry.box_iou`.

    Returns:
        (n,) int64 rows of the predictions, and (n,) uint64 a bit for each threshold at which each
        is a true positive.
    """
    prediction, label, iou = _best_matches(scenes.labels, scenes.predictions, min_union)
    # By label, and the most confident prediction first.
    order = np.argsort(-scenes.predictions.confidence.take(prediction))
    order = order.take(sorting_order(label.take(order), len(scenes.labels)))
    label, iou = label.take(order), iou.take(order)
    # A prediction reaches some thresholds; a more confident one of its label had some of them.
    reached = np.searchsorted(IOU_THRESHOLDS, iou, side="right")
    highest = np.maximum.accumulate(label * _LEVELS + reached)
    taken = np.zeros_like(reached)
    taken[1:] = np.clip(highest[:-1] - label[1:] * _LEVELS, 0, reached[1:])
    flags = (1 << reached) - (1 << taken)
    positive = np.flatnonzero(flags)
    return prediction.take(order.take(positive)), flags.take(positive).astype(np.uint64)


def _best_matches(
    labels: Boxes, predictions: Predictions, min_union: float
) -> tuple[IntArray, IntArray, FloatArray]:
    """Predictions that reach the lowest threshold, the first of their best labels, and the IoU."""
    blocks = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    for prediction, label in iter_same_class_pairs(predictions, labels):
        label, prediction, iou = overlapping_pairs(
            labels, label, predictions, prediction, min_union=min_union
        )
        matching = np.flatnonzero(iou >= IOU_THRESHOLDS[0])
        blocks.append((prediction.take(matching), label.take(matching), iou.take(matching)))
    prediction, label, iou = (np.concatenate(column) for column in zip(*blocks, strict=True))
    # Pairs come prediction by prediction, and hardly any prediction has more than one.
    best = np.zeros(len(predictions))
    np.maximum.at(best, prediction, iou)
    equal = np.flatnonzero(iou == best.take(prediction))
    first = equal.take(run_starts(prediction.take(equal)))
    return prediction.take(first), label.take(first), iou.take(first)
