"""Predictions in ignored regions: crowds and "don't care", in which no object lacks a label."""

from __future__ import annotations

import numpy as np

from odquality.core.geometry import box_area, box_intersection
from odquality.core.pairs import iter_image_pairs
from odquality.core.scenes import BoolArray, Boxes, Predictions

# A prediction that lies by this share of its area in an ignored region is no missing label (the
# rule by which COCO's evaluation matches crowds).
IGNORED_SHARE = 0.5


def mostly_ignored(regions: Boxes, predictions: Predictions, keep: BoolArray) -> BoolArray:
    """Which of the predictions ``keep`` lie mostly in an ignored region of their image.

    Args:
        regions: of N images.
        predictions: P boxes of the same images.
        keep: (P,) bool, which of them to look at.

    Returns:
        (P,) bool; False for those that were not looked at, and for those without area.
    """
    ignored = np.zeros(len(predictions), bool)
    if not len(regions):
        return ignored
    for prediction, region in iter_image_pairs(predictions, regions, keep_first=keep):
        box = predictions.columns.take(prediction, axis=1)
        inside = box_intersection(regions.columns.take(region, axis=1), box)
        area = box_area(box)
        ignored[prediction[(inside >= IGNORED_SHARE * area) & (area > 0)]] = True
    return ignored
