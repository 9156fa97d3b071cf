"""What labels and predictions of an image say of each other, by their similarity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from odquality.core.overlaps import near_pairs, overlapping_pairs
from odquality.core.pairs import iter_image_pairs, iter_pairs_within, iter_same_class_pairs
from odquality.core.scenes import BoolArray, Boxes, FloatArray, Predictions
from odquality.methods.objectlab.similarity import MIN_UNION, compare

# Two labels of different classes with at least this IoU are on the same box.
LABEL_OVERLAP = 0.95

# Marks a box without any partner; a similarity is never negative.
NO_PARTNER = -1.0


@dataclass(frozen=True)
class ConfidentEvidence:
    """What highly confident predictions and labels of an image say of each other.

    Attributes:
        apart: (P,) bool, which predictions are highly confident and overlap no label.
        nearest_label: (P,) largest similarity of those to a label of the same class, or -1.
        other_class: (L,) largest similarity to a prediction of another class above the high
            probability, or -1.
    """

    apart: BoolArray
    nearest_label: FloatArray
    other_class: FloatArray


def confident_evidence(
    labels: Boxes, predictions: Predictions, high_probability: float, alpha: float
) -> ConfidentEvidence:
    """Compares labels with the predictions of at least a high probability."""
    nearest_label = np.full(len(predictions), NO_PARTNER)
    other_class = np.full(len(labels), NO_PARTNER)
    confident = predictions.confidence >= high_probability
    apart = confident.copy()
    for prediction, label in iter_image_pairs(predictions, labels, keep_first=confident):
        iou, similar = compare(labels, label, predictions, prediction, alpha)
        apart[prediction.take(np.flatnonzero(iou > 0))] = False
        is_same = labels.classes.take(label) == predictions.classes.take(prediction)
        same = np.flatnonzero(is_same)
        np.maximum.at(nearest_label, prediction.take(same), similar.take(same))
        above_high = predictions.confidence.take(prediction) > high_probability
        other = np.flatnonzero(~is_same & above_high)
        np.maximum.at(other_class, label.take(other), similar.take(other))
    return ConfidentEvidence(apart, nearest_label, other_class)


def best_location(
    labels: Boxes, predictions: Predictions, low_probability: float, alpha: float
) -> FloatArray:
    """Largest similarity of each label to an overlapping prediction of its class, or -1; (L,).

    Predictions above a low probability count.
    """
    best = np.full(len(labels), NO_PARTNER)
    likely = predictions.confidence > low_probability
    for prediction, label in iter_same_class_pairs(predictions, labels, keep_first=likely):
        label, prediction = near_pairs(labels, label, predictions, prediction)
        iou, similar = compare(labels, label, predictions, prediction, alpha)
        similar[iou == 0] = NO_PARTNER
        np.maximum.at(best, label, similar)
    return best


def conflicting(labels: Boxes) -> BoolArray:
    """Which labels share their box with a label of another class, (L,) bool."""
    found = np.zeros(len(labels), bool)
    for first, second in iter_pairs_within(labels):
        first, second, iou = overlapping_pairs(labels, first, labels, second, min_union=MIN_UNION)
        same_box = np.flatnonzero(iou >= LABEL_OVERLAP)
        first, second = first.take(same_box), second.take(same_box)
        differ = labels.classes.take(first) != labels.classes.take(second)
        found[first[differ]] = found[second[differ]] = True
    return found
