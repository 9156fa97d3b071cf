"""All that boxes can tell of a label or a prediction, for an oracle to learn from.

No method that must learn without the truth could weigh so many columns; they are here to bound what
any of them can reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.overlaps import (
    Pairs,
    largest,
    match_one_to_one,
    overlapping_pairs,
    share_inside,
)
from odquality.core.scenes import BoolArray, Boxes, FloatArray, IntArray

_NO_EDGE = 9.0
Column = NDArray[Any]
IOUS = (0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True)
class RichEvidence:
    """Evidence, one row per box.

    Attributes:
        labels: (number of labels, columns) float64.
        predictions: (number of predictions, columns) float64.
    """

    labels: FloatArray
    predictions: FloatArray


def gather_rich_evidence(data: DetectionData) -> RichEvidence:
    """Describes every label and every prediction of the images."""
    pairs = overlapping_pairs(data.labels, data.predictions)
    support = data.predictions.confidence[pairs.second] * pairs.iou
    return RichEvidence(_of_labels(data, pairs, support), _of_predictions(data, pairs, support))


def _of_labels(data: DetectionData, pairs: Pairs, support: FloatArray) -> FloatArray:
    labels, found = data.labels, data.predictions
    size = len(labels)
    confidence = found.confidence[pairs.second]
    same, other = pairs.same_class, ~pairs.same_class
    fit = largest(pairs.iou, pairs.second, len(found))
    own_fit = largest(pairs.iou * same, pairs.second, len(found))
    nearest_fit = np.where(same, own_fit[pairs.second], fit[pairs.second])
    columns: list[Column] = []
    for of in (same, other):
        columns += [
            largest(confidence * (of & (pairs.iou >= iou)), pairs.first, size) for iou in IOUS
        ]
        for power in (1, 2, 3):
            columns.append(largest(support * pairs.iou ** (power - 1) * of, pairs.first, size))
        columns.append(largest(pairs.iou * of, pairs.first, size))
        columns += _best_partner(data, pairs, np.where(of, support, 0.0))
        # Only by predictions that fit no other label better.
        nearest = of & (pairs.iou >= nearest_fit)
        columns += [
            largest(support * nearest, pairs.first, size),
            largest(confidence * (1 - pairs.iou) * pairs.iou * nearest, pairs.first, size),
            np.bincount(pairs.first[of], support[of], minlength=size),
        ]
        partner, matched = match_one_to_one(pairs, np.where(of, support, 0.0), size)
        columns += [matched, np.where(partner >= 0, found.confidence[partner], 0.0)]
    columns += _class_probabilities(data, pairs)
    columns += _neighbours(labels, data.iscrowd)
    columns += _geometry(labels, data.image_sizes)
    columns += [
        np.bincount(found.image, found.confidence > 0.5, minlength=len(data))[labels.image],
        labels.counts[labels.image],
        labels.classes,
    ]
    return np.column_stack(columns).astype(np.float64)


def _best_partner(data: DetectionData, pairs: Pairs, value: FloatArray) -> list[FloatArray]:
    """IoU, confidence, and place and size relative to the label, of the best prediction."""
    labels, found = data.labels, data.predictions
    best = largest(value, pairs.first, len(labels))
    partner = np.full(len(labels), -1)
    is_best = (value > 0) & (value == best[pairs.first])
    partner[pairs.first[is_best]] = pairs.second[is_best]
    iou = np.zeros(len(labels))
    iou[pairs.first[is_best]] = pairs.iou[is_best]
    side = np.maximum(labels.xyxy[:, 2:] - labels.xyxy[:, :2], 1e-6)
    edges = np.abs(found.xyxy[partner] - labels.xyxy) / np.tile(side, 2) if len(found) else None
    if edges is None:
        edges = np.zeros((len(labels), 4))
    none = partner < 0
    edges[none] = _NO_EDGE
    confidence = np.zeros(len(labels))
    confidence[~none] = found.confidence[partner[~none]]
    return [iou, confidence, *edges.T, edges.max(1), np.sort(edges, 1)[:, 2]]


def _class_probabilities(data: DetectionData, pairs: Pairs) -> list[FloatArray]:
    """Best probability x IoU of the label's class, and of any other."""
    if data.probabilities is None:
        return []
    size, classes = len(data.labels), data.labels.classes[pairs.first]
    own = data.probabilities[pairs.second, classes]
    others = data.probabilities[pairs.second].copy()
    others[np.arange(len(classes)), classes] = 0
    other = others.max(1, initial=0.0)
    return [
        largest(own * pairs.iou, pairs.first, size),
        largest(own * (pairs.iou >= 0.5), pairs.first, size),
        largest(other * pairs.iou, pairs.first, size),
        largest(other * (1 - own) * pairs.iou**2, pairs.first, size),
    ]


def _neighbours(labels: Boxes, iscrowd: BoolArray) -> list[FloatArray]:
    """Overlap with other labels of the image, of the class and of others."""
    pairs = overlapping_pairs(labels, labels)
    others = pairs.first != pairs.second
    size = len(labels)
    return [
        largest(pairs.iou * (others & pairs.same_class), pairs.first, size),
        largest(pairs.iou * (others & ~pairs.same_class), pairs.first, size),
        share_inside(labels, labels.take(np.flatnonzero(iscrowd))),
        np.bincount(pairs.first[others], minlength=size).astype(np.float64),
    ]


def _geometry(boxes: Boxes, sizes: FloatArray) -> list[FloatArray]:
    """Size, aspect, place and distance to the border, relative to the image."""
    size = sizes[boxes.image]
    low, high = boxes.xyxy[:, :2] / size, boxes.xyxy[:, 2:] / size
    side = np.maximum(high - low, 1e-6)
    area = np.log(side.prod(1))
    to_border = np.hstack([low, 1 - high]).min(1, initial=1)
    aspect = np.log(side[:, 0] * size[:, 0] / (side[:, 1] * size[:, 1]))
    return [area, aspect, to_border, *((low + high) / 2).T, area - _class_mean(area, boxes.classes)]


def _class_mean(values: FloatArray, classes: IntArray) -> FloatArray:
    total = np.bincount(classes, values)
    mean: FloatArray = (total / np.maximum(np.bincount(classes), 1))[classes]
    return mean


def _of_predictions(data: DetectionData, pairs: Pairs, support: FloatArray) -> FloatArray:
    labels, found = data.labels, data.predictions
    size = len(found)
    # How well the label that a prediction overlaps is supported by the other predictions.
    taken = largest(support * pairs.same_class, pairs.first, len(labels))[pairs.first] - support
    twins = overlapping_pairs(found, found)
    rival = twins.first != twins.second
    rival &= found.confidence[twins.second] >= found.confidence[twins.first]
    columns: list[Column] = [
        found.confidence,
        largest(pairs.iou, pairs.second, size),
        largest(pairs.iou * pairs.same_class, pairs.second, size),
        largest(pairs.iou * np.maximum(taken, 0), pairs.second, size),
        largest(pairs.iou * (taken > 0), pairs.second, size),
        share_inside(found, labels),
        share_inside(found, labels.take(np.flatnonzero(data.iscrowd))),
        largest(twins.iou * (rival & twins.same_class), twins.first, size),
        largest(twins.iou * (rival & ~twins.same_class), twins.first, size),
        largest(found.confidence[twins.second] * twins.iou * rival, twins.first, size),
        *_geometry(found, data.image_sizes),
        labels.counts[found.image],
        np.bincount(found.image, found.confidence, minlength=len(data))[found.image],
        found.classes,
    ]
    if data.probabilities is not None:
        columns.append(np.sort(data.probabilities, 1)[:, -2:].sum(1))
    return np.column_stack(columns).astype(np.float64)
