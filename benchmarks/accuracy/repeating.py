"""A detector that has learnt errors of the labels that it is held against, as a simulation."""

from __future__ import annotations

import numpy as np

from benchmarks.accuracy.data import DetectionData, make_predictions
from benchmarks.accuracy.evaluation import MATCH_IOU
from benchmarks.accuracy.overlaps import largest, overlapping_pairs
from odquality.core.scenes import Boxes, FloatArray, IntArray
from odquality.demo.injection.labels import Corrupted

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


def repeat_errors(data: DetectionData, corrupted: Corrupted, share: float) -> DetectionData:
    """Labels with errors, and predictions that repeat a share of them.

    Of an overlooked object every prediction is gone. A wrong class and a wrong place are those of
    every prediction of the object. A label too many has a prediction of its own, as confident as
    some prediction that matches a label. Class probabilities are left out.

    Args:
        data: images with labels that count as right.
        corrupted: those labels with errors.
        share: how many of the errors the detector repeats, in [0, 1]; drawn at random.
    """
    errors, found = corrupted.errors, data.predictions
    rng = np.random.default_rng(0)
    learnt = np.sort(rng.permutation(len(errors))[: round(share * len(errors))])
    image, row = errors.image[learnt], errors.row[learnt]
    added = errors.true_class[learnt] < 0

    # The predictions of each object that is labelled wrongly, by the error that they repeat.
    objects = Boxes(
        errors.true_xyxy[learnt][~added],
        errors.true_class[learnt][~added],
        np.bincount(image[~added], minlength=len(data)),
    )
    pairs = overlapping_pairs(objects, found)
    shown = pairs.same_class & (pairs.iou >= MATCH_IOU)
    error_of = np.full(len(found), -1)
    error_of[pairs.second[shown]] = pairs.first[shown]
    label_of = np.append(row[~added], -1)[error_of]
    changed = (error_of >= 0) & (label_of >= 0)
    xyxy, classes = found.xyxy.copy(), found.classes.copy()
    xyxy[changed] = corrupted.labels.xyxy[label_of[changed]]
    classes[changed] = corrupted.labels.classes[label_of[changed]]
    kept = (error_of < 0) | changed

    new = row[added]
    predictions = make_predictions(
        np.concatenate([found.image[kept], image[added]]),
        np.concatenate([xyxy[kept], corrupted.labels.xyxy[new]]),
        np.concatenate([classes[kept], corrupted.labels.classes[new]]),
        np.concatenate([found.confidence[kept], _confidences(data, len(new), rng)]),
        len(data),
    )
    return DetectionData(
        data.name,
        data.class_names,
        data.image_sizes,
        corrupted.labels,
        corrupted.iscrowd,
        predictions,
    )


def _confidences(data: DetectionData, number: int, rng: np.random.Generator) -> FloatArray:
    """Confidences of predictions that match labels, drawn at random."""
    pairs = overlapping_pairs(data.labels, data.predictions)
    support = data.predictions.confidence[pairs.second] * (pairs.iou >= MATCH_IOU)
    best = largest(support * pairs.same_class, pairs.first, len(data.labels))
    matched: FloatArray = best[best > 0]
    drawn: IntArray = rng.integers(max(len(matched), 1), size=number)
    return matched[drawn] if len(matched) else np.ones(number)
