"""Compares a method's suspicions with the injected errors, at image and at box level."""

from __future__ import annotations

import numpy as np

from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.metrics import Ranking, rank
from benchmarks.accuracy.overlaps import overlapping_pairs
from benchmarks.accuracy.suspicion import Suspicion
from odquality.core.scenes import BoolArray, Boxes, IntArray, Predictions
from odquality.demo.injection.labels import Corrupted, LabelErrors
from odquality.kinds import ANY, KINDS, LABEL_KINDS

MATCH_IOU = 0.5
# A prediction below this confidence is no candidate for an overlooked object.
MIN_CONFIDENCE = 0.01


def evaluate(
    data: DetectionData, corrupted: Corrupted, suspicion: Suspicion
) -> dict[tuple[str, str], Ranking]:
    """Ranks images and boxes.

    Each kind's suspicion is held against the errors of that kind; whatever has an error of another
    kind is left out. ``any`` is held against all errors, at box level against those of labels.

    Args:
        data: the images, with the labels before or after injection.
        corrupted: the labels that were scored.
        suspicion: the method's.

    Returns:
        The figures by level (``image`` or ``box``) and kind.
    """
    errors = corrupted.errors
    kinds = [kind for kind in KINDS if errors.of_kind(kind).any()]
    names = [ANY, *kinds] if len(kinds) > 1 else kinds
    rankings = {}
    for kind in names:
        wrong, counts = _image_truth(errors, kind, len(data))
        rankings["image", kind] = rank(wrong[counts], suspicion.images[kind][counts])
        if kind == "overlooked":
            counts = is_candidate(corrupted.labels, data.predictions)
            wrong, scores = (
                matches(data.predictions, errors.dropped(len(data))),
                suspicion.predictions,
            )
        else:
            (wrong, counts), scores = label_truth(corrupted, kind), suspicion.labels[kind]
        rankings["box", kind] = rank(wrong[counts], scores[counts])
    return rankings


def _image_truth(errors: LabelErrors, kind: str, num_images: int) -> tuple[BoolArray, BoolArray]:
    """Which images have an error of a kind, and which images count."""
    mine = np.zeros(num_images, bool)
    mine[errors.image[errors.of_kind(kind)]] = True
    others = np.zeros(num_images, bool)
    others[errors.image] = True
    return mine, mine | ~others


def label_truth(corrupted: Corrupted, kind: str) -> tuple[BoolArray, BoolArray]:
    """Which labels have an error of a kind, and which labels count.

    Regions to ignore do not, nor do labels with errors of other kinds, nor the originals of
    copies: of two boxes on one object either may be called the duplicate.
    """
    errors = corrupted.errors
    told = np.isin(errors.kind, LABEL_KINDS)
    wrong = np.zeros(len(corrupted.labels), bool)
    wrong[errors.row[told & errors.of_kind(kind)]] = True
    others = corrupted.iscrowd.copy()
    others[errors.row[told]] = True
    others[errors.source_row[errors.kind == "duplicate"]] = True
    return wrong, wrong | ~others


def is_candidate(labels: Boxes, predictions: Predictions) -> BoolArray:
    """Which predictions might be overlooked objects: no label of their class matches them."""
    candidate: BoolArray = unmatched(labels, predictions)
    candidate &= predictions.confidence > MIN_CONFIDENCE
    return candidate


def unmatched(labels: Boxes, predictions: Predictions) -> BoolArray:
    """Which predictions have an IoU below .5 with every label of their class."""
    return ~matches(predictions, labels)


def matches(predictions: Predictions, objects: Boxes) -> BoolArray:
    """Which predictions have an IoU of at least .5 with an object of their class."""
    return object_shown(predictions, objects) >= 0


def object_shown(predictions: Predictions, objects: Boxes) -> IntArray:
    """The object of its class that each prediction overlaps most, (P,) int64.

    -1 if it has an IoU of at least .5 with none.
    """
    pairs = overlapping_pairs(predictions, objects)
    rows = np.flatnonzero(pairs.same_class & (pairs.iou >= MATCH_IOU))
    rows = rows[np.argsort(pairs.iou[rows], kind="stable")]
    shown = np.full(len(predictions), -1)
    # Of several objects the last one, which overlaps most, stays.
    shown[pairs.first[rows]] = pairs.second[rows]
    return shown
