"""IoU of pairs of boxes, computed only where they overlap.

Most pairs of boxes of an image lie apart, and one axis shows that for most of these. What is taken
out of arrays costs more time here than what is computed from it.
"""

from __future__ import annotations

import numpy as np

from odquality.core.geometry import box_iou
from odquality.core.scenes import Boxes, FloatArray, IntArray


def overlapping_pairs(
    first: Boxes, first_rows: IntArray, second: Boxes, second_rows: IntArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Those of n pairs of boxes that share any area, in order.

    Args:
        first: boxes.
        first_rows: (n,) int64 rows of ``first``.
        second: boxes.
        second_rows: (n,) int64 rows of ``second``.

    Returns:
        (m,) int64 rows of ``first``, (m,) int64 rows of ``second``, and (m,) float64 IoU in (0, 1].
    """
    pairs, iou = _overlapping(first, first_rows, second, second_rows)
    return first_rows.take(pairs), second_rows.take(pairs), iou


def pair_iou(
    first: Boxes, first_rows: IntArray, second: Boxes, second_rows: IntArray
) -> FloatArray:
    """IoU of n pairs of boxes, (n,) float64 in [0, 1]; arguments as of `overlapping_pairs`."""
    iou = np.zeros(len(first_rows))
    pairs, shared = _overlapping(first, first_rows, second, second_rows)
    iou[pairs] = shared
    return iou


def _overlapping(
    first: Boxes, first_rows: IntArray, second: Boxes, second_rows: IntArray
) -> tuple[IntArray, FloatArray]:
    """Which pairs overlap, as positions, and their IoU."""
    pairs = _sharing(0, first, first_rows, second, second_rows)
    first_rows, second_rows = first_rows.take(pairs), second_rows.take(pairs)
    both = _sharing(1, first, first_rows, second, second_rows)
    # `take` is several times as fast as indexing by brackets.
    iou = box_iou(
        first.columns.take(first_rows.take(both), axis=1),
        second.columns.take(second_rows.take(both), axis=1),
    )
    # An area that is too small for a float is none.
    shared = np.flatnonzero(iou > 0)
    return pairs.take(both.take(shared)), iou.take(shared)


def _sharing(
    axis: int, first: Boxes, first_rows: IntArray, second: Boxes, second_rows: IntArray
) -> IntArray:
    """Which pairs share a stretch of an axis, 0 for x and 1 for y; positions, ascending."""
    start, end = axis, axis + 2
    sharing = first.columns[start].take(first_rows) < second.columns[end].take(second_rows)
    sharing &= second.columns[start].take(second_rows) < first.columns[end].take(first_rows)
    return np.flatnonzero(sharing)
