"""How much predictions support a label: that there is an object, and that it is of its class."""

from __future__ import annotations

import numpy as np

from odquality.core.scenes import Boxes, FloatArray, Predictions
from odquality.core.segments import segment_max
from odquality.methods.calibrated.overlap import Overlaps

# Offset that keeps the logarithm of a piece of evidence of 0 finite. Detectors' outputs are cut at
# about this confidence.
SMALLEST = 0.003

# How far a prediction that is another label's supports this one too, at an IoU of 1.
_SHARED = 0.3


def height(support: FloatArray) -> FloatArray:
    """Support on a logarithmic scale from 0, for none, to 1."""
    return np.log1p(support / SMALLEST) / np.log1p(1 / SMALLEST)


def class_confidence(pairs: Overlaps, labels: Boxes, predictions: Predictions) -> FloatArray:
    """How confident the prediction of each pair is of the label's class, (number of pairs,)."""
    wanted = labels.classes.take(pairs.first)
    own = wanted == predictions.classes.take(pairs.second)
    confidence = np.where(own, predictions.confidence.take(pairs.second), 0.0)
    others = np.flatnonzero(~own)
    prediction = pairs.second.take(others)
    named = predictions.alternatives.take(prediction, axis=0) == wanted.take(others)[:, None]
    pair, which = np.nonzero(named)
    possible = predictions.alternative_confidence[prediction.take(pair), which]
    np.maximum.at(confidence, others.take(pair), possible)
    return confidence


def fair_support(
    pairs: Overlaps, confidence: FloatArray, num_labels: int, num_predictions: int
) -> FloatArray:
    """Support of each label by a prediction of its own, or a share of another label's.

    In a crowd any box overlaps a prediction. Predictions are given to labels one to one, the
    strongest pairs of confidence x IoU first, and count fully for their own label alone. For any
    other label they count by IoU^3, and less than half.

    Args:
        pairs: of labels and predictions of the same class.
        confidence: (number of pairs,) of the predictions.
        num_labels: number of labels.
        num_predictions: number of predictions.

    Returns:
        (num_labels,) float64 in [0, 1].
    """
    shared = _SHARED * confidence * pairs.iou * pairs.iou * pairs.iou
    support = segment_max(shared, pairs.first, num_labels, empty=0.0)
    first, second, value = pairs.first, pairs.second, confidence * pairs.iou
    while len(first):
        # Pairs that are each other's best are those that come first, whatever else comes.
        best_of_label = segment_max(value, first, num_labels, empty=0.0)
        best_of_prediction = segment_max(value, second, num_predictions, empty=0.0)
        given = (value >= best_of_label[first]) & (value >= best_of_prediction[second])
        np.maximum.at(support, first[given], value[given])
        free = np.ones(num_labels, bool), np.ones(num_predictions, bool)
        free[0][first[given]] = False
        free[1][second[given]] = False
        left = np.flatnonzero(free[0][first] & free[1][second] & (value > 0))
        first, second, value = first[left], second[left], value[left]
    return support
