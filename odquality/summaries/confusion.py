"""Which class a detector sees where a label says another, and where there is no label."""

from __future__ import annotations

import numpy as np

from odquality.core.geometry import box_iou
from odquality.core.pairs import iter_pairs
from odquality.core.scenes import Boxes, IntArray
from odquality.core.segments import run_starts

# Boxes that overlap by this much are taken to be of the same object.
_SAME_OBJECT = 0.5

NOTHING = -1


def confused(labels: Boxes, predictions: Boxes) -> tuple[IntArray, IntArray]:
    """Classes of labels and predictions on the same objects.

    Each label goes with the prediction, of whatever class, that overlaps it most, if their IoU is
    at least .5.

    Args:
        labels: of some images.
        predictions: of the same images.

    Returns:
        (n,) int64 class of each label, `NOTHING` for a prediction that overlaps no label; and (n,)
        int64 class of its prediction, `NOTHING` for a label that no prediction overlaps.
    """
    rows = [np.zeros((2, 0), np.int64)]
    overlaps = [np.zeros(0)]
    for first, second in iter_pairs(labels.counts, predictions.counts):
        iou = box_iou(labels.columns.take(first, axis=1), predictions.columns.take(second, axis=1))
        same = iou >= _SAME_OBJECT
        rows.append(np.stack([first[same], second[same]]))
        overlaps.append(iou[same])
    (label, prediction), iou = np.concatenate(rows, axis=1), np.concatenate(overlaps)
    order = np.lexsort((-iou, label))
    best = order[run_starts(label[order])]
    seen = np.full(len(labels), NOTHING)
    seen[label[best]] = predictions.classes[prediction[best]]
    alone = np.ones(len(predictions), bool)
    alone[prediction] = False
    extra = predictions.classes[alone]
    return (
        np.concatenate([labels.classes, np.full(len(extra), NOTHING)]),
        np.concatenate([seen, extra]),
    )
