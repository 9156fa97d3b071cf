"""How good labels are, held against the corrected labels of the same images."""

from __future__ import annotations

import numpy as np

from benchmarks.accuracy.comparison import Rules, compare
from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.overlaps import (
    match_one_to_one,
    overlapping_pairs,
    share_inside,
)
from odquality.core.ignored import IGNORED_SHARE
from odquality.kinds import ANY

# Those of COCO.
IOUS = tuple(np.linspace(0.5, 0.95, 10).round(2).tolist())


def number_of_errors(labels: DetectionData, corrected: DetectionData, rules: Rules) -> int:
    """How many errors the labels have, of all kinds."""
    return int(compare(labels, corrected, rules).per_image(ANY).sum())


def average_precision(
    labels: DetectionData, corrected: DetectionData, iou: float = IOUS[0]
) -> float:
    """Precision times recall of each class at an IoU, mean over the classes of the corrected ones.

    That is the area under the curve of boxes that are all equally confident, as labels are. Regions
    to ignore do not count, nor does a label that matches nothing and lies by half in such a region
    of the corrected labels.
    """
    given = labels.labels.take(np.flatnonzero(~labels.iscrowd))
    objects = corrected.labels.take(np.flatnonzero(~corrected.iscrowd))
    regions = corrected.labels.take(np.flatnonzero(corrected.iscrowd))
    pairs = overlapping_pairs(given, objects)
    is_match = pairs.same_class & (pairs.iou >= iou)
    partner, _ = match_one_to_one(pairs, pairs.iou * is_match, len(given))
    is_right = partner >= 0
    counts = is_right | (share_inside(given, regions) < IGNORED_SHARE)
    areas = []
    for code in np.unique(objects.classes):
        mine = counts & (given.classes == code)
        right = int(np.count_nonzero(is_right & mine))
        precision = right / max(int(np.count_nonzero(mine)), 1)
        areas.append(precision * right / int(np.count_nonzero(objects.classes == code)))
    return float(np.mean(areas)) if areas else np.nan


def mean_average_precision(labels: DetectionData, corrected: DetectionData) -> float:
    """The mean over `IOUS`."""
    return float(np.mean([average_precision(labels, corrected, iou) for iou in IOUS]))
