"""Geometry of boxes, element by element.

Boxes come as columns: (4, n) float64 ``x1, y1, x2, y2``.
"""

from __future__ import annotations

import numpy as np

from odquality.core.scenes import FloatArray

# Where there is no union, IoU is 0, not 0 / 0.
NO_UNION = float(np.finfo(np.float64).tiny)

# No coordinate of a real box lies farther from 0, in pixels or any other unit. Up to here areas and
# distances are far from overflow, and doubles still tell a ten-millionth from nothing.
MAX_COORDINATE = 1e9


def box_area(boxes: FloatArray) -> FloatArray:
    """Area of each box, (n,) in squared units of the boxes."""
    area = boxes[2] - boxes[0]
    area *= boxes[3] - boxes[1]
    return area


def box_intersection(first: FloatArray, second: FloatArray) -> FloatArray:
    """Area that the i-th box of ``first`` shares with the i-th of ``second``, (n,)."""
    width = np.minimum(first[2], second[2])
    width -= np.maximum(first[0], second[0])
    height = np.minimum(first[3], second[3])
    height -= np.maximum(first[1], second[1])
    np.maximum(width, 0.0, out=width)
    np.maximum(height, 0.0, out=height)
    width *= height
    return width


def box_iou(first: FloatArray, second: FloatArray, *, min_union: float = NO_UNION) -> FloatArray:
    """IoU of the i-th box of ``first`` with the i-th of ``second``, (n,) in [0, 1].

    Args:
        first: boxes.
        second: boxes.
        min_union: a smaller union counts as this many squared units of the boxes; by default IoU is
            the same in any unit.
    """
    intersection = box_intersection(first, second)
    union = box_area(first)
    union += box_area(second)
    union -= intersection
    np.maximum(union, min_union, out=union)
    intersection /= union
    return intersection


def squared_distance(first: FloatArray, second: FloatArray) -> FloatArray:
    """Squared distance of the centres of the i-th boxes of ``first`` and ``second``, (n,)."""
    dx = first[0] + first[2]
    dx -= second[0] + second[2]
    dy = first[1] + first[3]
    dy -= second[1] + second[3]
    dx *= dx
    dy *= dy
    dx += dy
    # These were sums of two corners, not their means.
    dx *= 0.25
    return dx
