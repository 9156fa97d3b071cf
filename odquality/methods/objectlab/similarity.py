"""How alike a label and a prediction are, after ObjectLab (https://arxiv.org/abs/2309.00832)."""

from __future__ import annotations

import numpy as np

from odquality.core.geometry import box_iou, squared_distance
from odquality.core.scenes import Boxes, FloatArray, IntArray

# Weight of IoU; the rest is that of the centres' nearness.
ALPHA = 0.9

# A smaller union of two boxes counts as this many square pixels, as in the reference.
MIN_UNION = 1e-6

# Nearness is rounded to multiples of this.
NEARNESS_STEP = 2.0**-53

# Nearness falls by a factor of e per ten pixels.
DISTANCE_FACTOR = 0.1


def similarity(iou: FloatArray, squared_distance: FloatArray, alpha: float) -> FloatArray:
    """``alpha * IoU + (1 - alpha) * exp(-distance / 10 px)``, as the reference rounds it.

    The reference turns nearness into a distance and back. That rounds it to a multiple of 2**-53,
    to exactly 0 beyond some 374 px, which the logarithm in an image's score makes visible.

    Args:
        iou: (n,) in [0, 1].
        squared_distance: (n,) of the centres, in squared pixels.
        alpha: weight of IoU, in [0, 1].

    Returns:
        (n,) float64 in [0, 1].
    """
    nearness = np.sqrt(squared_distance)
    nearness *= -DISTANCE_FACTOR
    np.exp(nearness, out=nearness)
    np.subtract(1.0, nearness, out=nearness)
    np.subtract(1.0, nearness, out=nearness)
    nearness *= 1.0 - alpha
    nearness += iou * alpha
    return nearness


def compare(
    labels: Boxes, label: IntArray, predictions: Boxes, prediction: IntArray, alpha: float
) -> tuple[FloatArray, FloatArray]:
    """Compares n pairs of a label and a prediction.

    Args:
        labels: boxes.
        label: (n,) int64 rows of ``labels``.
        predictions: boxes.
        prediction: (n,) int64 rows of ``predictions``.
        alpha: weight of IoU, in [0, 1].

    Returns:
        (n,) float64 IoU in [0, 1], and (n,) float64 similarity in [0, 1].
    """
    first = labels.columns.take(label, axis=1)
    second = predictions.columns.take(prediction, axis=1)
    iou = box_iou(first, second, min_union=MIN_UNION)
    return iou, similarity(iou, squared_distance(first, second), alpha)


def least_distance(value: float, alpha: float) -> float:
    """A distance in pixels, nearer than which every similarity is at least ``value``."""
    nearness = 1.0 - alpha
    if value >= nearness:
        return 0.0
    # Rounding takes at most half a step from a nearness.
    return float(-np.log(value / nearness + NEARNESS_STEP / 2) / DISTANCE_FACTOR)
