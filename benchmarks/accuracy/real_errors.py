"""Real errors: boxes that annotators overlooked and others added afterwards."""

from __future__ import annotations

import numpy as np

from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.evaluation import is_candidate, matches
from benchmarks.accuracy.metrics import Ranking, rank
from benchmarks.accuracy.overlaps import same_class_iou
from benchmarks.accuracy.suspicion import Suspicion
from odquality.core.scenes import Boxes

MISSING_IOU = 0.1


def missing_boxes(original: Boxes, corrected: Boxes) -> Boxes:
    """The corrected boxes with an IoU below .1 to every original label of their class."""
    return corrected.take(np.flatnonzero(same_class_iou(corrected, original) < MISSING_IOU))


def evaluate_missing(data: DetectionData, corrected: Boxes, suspicion: Suspicion) -> Ranking:
    """Ranks the unmatched predictions; those on a missing box are errors.

    Args:
        data: images with the original labels.
        corrected: their corrected labels.
        suspicion: a method's, of the original labels.
    """
    candidate = is_candidate(data.labels, data.predictions)
    found = matches(data.predictions, missing_boxes(data.labels, corrected))
    return rank(found[candidate], suspicion.predictions[candidate])
