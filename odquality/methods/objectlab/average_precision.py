"""Average precision of a detector per class, over IoU .5, .55, ..., .95, mergeable and compact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from odquality.core.overlaps import overlapping_pairs
from odquality.core.pairs import iter_same_class_pairs
from odquality.core.scenes import Boxes, FloatArray, IntArray, Predictions, Scenes
from odquality.core.segments import place_in_run, run_starts

IOU_THRESHOLDS = np.linspace(0.5, 0.95, 10)

# One bit per threshold replaces the last bits of a confidence, so that a prediction takes eight
# bytes and one sort orders all. float32 confidences keep all their digits, float64 ones 13.
_FLAGS = np.uint64((1 << len(IOU_THRESHOLDS)) - 1)

_BLOCK = 1 << 20


@dataclass(frozen=True)
class _Matches:
    """What some images tell, class after class.

    Attributes:
        num_labels: number of labels of each of their classes.
        classes: (K,) int64 the predicted classes, ascending.
        offsets: (K + 1,) int64; the k-th class owns ``bits[offsets[k]:offsets[k + 1]]``.
        bits: (P,) uint64 confidence of each prediction and its flags.
    """

    num_labels: Mapping[int, int]
    classes: IntArray
    offsets: IntArray
    bits: NDArray[np.uint64]


@dataclass(frozen=True)
class AveragePrecision:
    """Matches of predictions to labels; takes eight bytes per prediction.

    A prediction is matched to the label of its class with which its IoU is largest. At each
    threshold, the most confident of the predictions matched to a label is a true positive and all
    others are false ones. Equally confident predictions count as if true positives came first.
    """

    parts: tuple[_Matches, ...] = ()

    @classmethod
    def observe(cls, scenes: Scenes) -> AveragePrecision:
        """The matches in some images."""
        labels, predictions = scenes.labels, scenes.predictions
        # Adding 0.0 turns -0.0 into 0.0, whose bits sort below those of all others.
        confidence = (predictions.confidence + 0.0).view(np.uint64)
        bits = (confidence & ~_FLAGS) | _true_positives(labels, predictions)
        order = np.argsort(predictions.classes, kind="stable")
        predicted = predictions.classes[order]
        starts = run_starts(predicted)
        of_labels, counts = np.unique(labels.classes, return_counts=True)
        matches = _Matches(
            dict(zip(of_labels.tolist(), counts.tolist(), strict=True)),
            predicted[starts],
            np.append(starts, len(predicted)),
            bits[order],
        )
        return cls((matches,))

    def merge(self, other: AveragePrecision) -> AveragePrecision:
        """The matches in the images of both."""
        return AveragePrecision(self.parts + other.parts)

    def per_class(self) -> tuple[IntArray, FloatArray]:
        """Mean average precision of each class over the thresholds.

        The area under the precision-recall curve, precision made monotonous (PASCAL VOC 2010).

        Returns:
            (K,) int64 the classes of all labels and predictions, ascending; and (K,) float64 in
            [0, 1], 0 for a class without labels or without predictions.
        """
        num_labels: Counter[int] = Counter()
        bits: dict[int, list[NDArray[np.uint64]]] = {}
        for part in self.parts:
            num_labels.update(part.num_labels)
            bounds = part.offsets.tolist()
            for row, number in enumerate(part.classes.tolist()):
                bits.setdefault(number, []).append(part.bits[bounds[row] : bounds[row + 1]])
        classes = sorted(num_labels.keys() | bits.keys())
        nothing = np.zeros(0, np.uint64)
        precisions = [
            _average_precision(np.concatenate(bits.get(number, [nothing])), num_labels[number])
            for number in classes
        ]
        return np.array(classes, np.int64), np.array(precisions, np.float64)


def _average_precision(matches: NDArray[np.uint64], num_labels: int) -> float:
    """Mean over the thresholds for the predictions of one class, which are sorted in place."""
    if not num_labels or not len(matches):
        return 0.0
    matches.sort()
    # Precision falls between true positives, so it matters at them alone.
    rows = _true_positive_rows(matches)
    # The most confident first.
    flags = matches[rows][::-1]
    confidence = flags & ~_FLAGS
    more_confident = len(matches) - np.searchsorted(matches, confidence | _FLAGS, side="right")
    total = 0.0
    for bit in range(len(IOU_THRESHOLDS)):
        positive = np.flatnonzero(flags & np.uint64(1 << bit))
        rank = more_confident[positive] + place_in_run(confidence[positive]) + 1
        precision = np.arange(1, len(rank) + 1) / rank
        total += np.maximum.accumulate(precision[::-1]).sum() / num_labels
    return total / len(IOU_THRESHOLDS)


def _true_positive_rows(matches: NDArray[np.uint64]) -> IntArray:
    """Rows that are true positives at any threshold, in blocks that need little memory."""
    starts = range(0, len(matches), _BLOCK)
    blocks = [np.flatnonzero(matches[start : start + _BLOCK] & _FLAGS) + start for start in starts]
    return np.concatenate(blocks)


def _true_positives(labels: Boxes, predictions: Predictions) -> NDArray[np.uint64]:
    """Per prediction, a bit for each threshold at which it is a true positive; (P,)."""
    iou, label = _best_labels(labels, predictions)
    flags = np.zeros(len(predictions), np.uint64)
    rows = np.flatnonzero(iou >= IOU_THRESHOLDS[0])
    # By label, and the most confident prediction first.
    rows = rows[np.lexsort((-predictions.confidence[rows], label[rows]))]
    for bit, threshold in enumerate(IOU_THRESHOLDS):
        rows = rows[iou[rows] >= threshold]
        first = np.diff(label[rows], prepend=-1) != 0
        flags[rows[first]] |= np.uint64(1 << bit)
    return flags


def _best_labels(labels: Boxes, predictions: Predictions) -> tuple[FloatArray, IntArray]:
    """Largest IoU of each prediction with a label of its class, and the first such label; (P,)."""
    pairs = []
    best = np.zeros(len(predictions))
    for prediction, label in iter_same_class_pairs(predictions, labels):
        label, prediction, iou = overlapping_pairs(labels, label, predictions, prediction)
        matching = np.flatnonzero(iou >= IOU_THRESHOLDS[0])
        label, prediction, iou = label[matching], prediction[matching], iou[matching]
        np.maximum.at(best, prediction, iou)
        pairs.append((label, prediction, iou))
    first = np.full(len(predictions), len(labels))
    for label, prediction, iou in pairs:
        equal = iou == best[prediction]
        np.minimum.at(first, prediction[equal], label[equal])
    return best, first
