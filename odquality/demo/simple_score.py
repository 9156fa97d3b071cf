"""The score that anyone could compute in an afternoon; what the demo's method must beat."""

from __future__ import annotations

import numpy as np

from odquality.core.geometry import box_iou
from odquality.core.pairs import iter_pairs
from odquality.core.scenes import BoolArray, Boxes, FloatArray, Predictions
from odquality.core.segments import reduce_runs
from odquality.kinds import BADLOC, DUPLICATE, OVERLOOKED, SPURIOUS, SWAP


def simple_scores(labels: Boxes, predictions: Predictions) -> FloatArray:
    """Scores images: each is as suspicious as its most suspicious box, by any kind of error.

    Args:
        labels: of N images.
        predictions: of the same images.

    Returns:
        (N,) float64 in [0, 1], lower = more likely mislabelled.
    """
    of_boxes = simple_suspicions(labels, predictions)
    missing = reduce_runs(np.maximum, of_boxes.pop(OVERLOOKED), predictions.counts, empty=0.0)
    worst = np.max(list(of_boxes.values()), axis=0)
    return 1 - np.maximum(missing, reduce_runs(np.maximum, worst, labels.counts, empty=0.0))


def simple_suspicions(
    labels: Boxes, predictions: Predictions, reviewed: BoolArray | None = None
) -> dict[str, FloatArray]:
    """Suspects boxes of each kind of error by one product of confidence and IoU.

    - overlooked: confidence x (1 - largest IoU with any label).
    - swap: (best confidence x IoU of other classes) x (1 - best confidence x IoU of its class).
    - badloc: confidence x (1 - IoU) of the prediction of its class with the best confidence x IoU.
    - spurious: 1 - best confidence x IoU of any class.
    - duplicate: largest IoU with another label of its class.

    Args:
        labels: of N images.
        predictions: of the same images.
        reviewed: (L,) the labels that can be duplicates; all of them if None.

    Returns:
        Per kind (L,) float64 in [0, 1], higher = more likely wrong; of ``overlooked`` (P,).
    """
    covered, same, other, astray, double = (
        np.zeros(size) for size in (len(predictions), *[len(labels)] * 4)
    )
    for label, found in iter_pairs(labels.counts, predictions.counts):
        iou = box_iou(labels.xyxy[label].T, predictions.xyxy[found].T)
        np.maximum.at(covered, found, iou)
        is_same = labels.classes[label] == predictions.classes[found]
        support = predictions.confidence[found] * iou
        for best, which in ((same, is_same), (other, ~is_same)):
            np.maximum.at(best, label[which], support[which])
        # A block holds all pairs of its labels, so what is best by now stays so.
        is_best = is_same & (support > 0) & (support == same[label])
        astray[label[is_best]] = (predictions.confidence[found] * (1 - iou))[is_best]
    counts = np.ones(len(labels), bool) if reviewed is None else reviewed
    for first, second in iter_pairs(labels.counts, labels.counts):
        is_twin = (first != second) & (labels.classes[first] == labels.classes[second])
        is_twin &= counts[first] & counts[second]
        first, second = first[is_twin], second[is_twin]
        np.maximum.at(double, first, box_iou(labels.xyxy[first].T, labels.xyxy[second].T))
    return {
        OVERLOOKED: predictions.confidence * (1 - covered),
        SWAP: other * (1 - same),
        BADLOC: astray,
        SPURIOUS: 1 - np.maximum(same, other),
        DUPLICATE: double,
    }
