"""The score that anyone could compute in an afternoon; what the demo's method must beat."""

from __future__ import annotations

import numpy as np

from odquality.core.geometry import box_iou
from odquality.core.pairs import iter_pairs
from odquality.core.scenes import Boxes, FloatArray, Predictions
from odquality.core.segments import reduce_runs


def simple_scores(labels: Boxes, predictions: Predictions) -> FloatArray:
    """Scores images by products of confidence and IoU.

    An image is as suspicious as its most suspicious box, by any of five:

    - a prediction: confidence x (1 - largest IoU with any label);
    - a label: (best confidence x IoU of other classes) x (1 - best confidence x IoU of its class);
    - a label: confidence x (1 - IoU) of the prediction of its class with the best confidence x IoU;
    - a label: 1 - best confidence x IoU of any class;
    - a label: largest IoU with another label of its class.

    Args:
        labels: of N images.
        predictions: of the same images.

    Returns:
        (N,) float64 in [0, 1], lower = more likely mislabelled.
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
    for first, second in iter_pairs(labels.counts, labels.counts):
        is_twin = (first != second) & (labels.classes[first] == labels.classes[second])
        first, second = first[is_twin], second[is_twin]
        np.maximum.at(double, first, box_iou(labels.xyxy[first].T, labels.xyxy[second].T))
    of_labels = [other * (1 - same), astray, 1 - np.maximum(same, other), double]
    of_images = [
        reduce_runs(np.maximum, scores, counts, empty=0.0)
        for scores, counts in (
            (np.max(of_labels, axis=0), labels.counts),
            (predictions.confidence * (1 - covered), predictions.counts),
        )
    ]
    return 1 - np.max(of_images, axis=0)
