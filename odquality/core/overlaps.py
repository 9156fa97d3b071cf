"""IoU of pairs of boxes, computed only where they overlap.

Most pairs of boxes of an image lie apart, and one axis shows that for most of these. What is taken
out of arrays costs more time here than what is computed from it.
"""

from __future__ import annotations

import numpy as np

from odquality.core.geometry import NO_UNION, box_iou
from odquality.core.scenes import Boxes, FloatArray, IntArray


def near_pairs(
    first: Boxes, first_rows: IntArray, second: Boxes, second_rows: IntArray
) -> tuple[IntArray, IntArray]:
    """Those of n pairs of boxes that neither axis shows apart, in order.

    All others share no area. These do, unless one box has none or it is too small for a float.

    Args:
        first: boxes.
        first_rows: (n,) int64 rows of ``first``.
        second: boxes.
        second_rows: (n,) int64 rows of ``second``.

    Returns:
        (m,) int64 rows of ``first``, and (m,) int64 rows of ``second``.
    """
    for start, end in ((0, 2), (1, 3)):
        # `take` is several times as fast as indexing by brackets.
        sharing = first.columns[start].take(first_rows) < second.columns[end].take(second_rows)
        sharing &= second.columns[start].take(second_rows) < first.columns[end].take(first_rows)
        pairs = np.flatnonzero(sharing)
        first_rows, second_rows = first_rows.take(pairs), second_rows.take(pairs)
    return first_rows, second_rows


def overlapping_pairs(
    first: Boxes,
    first_rows: IntArray,
    second: Boxes,
    second_rows: IntArray,
    *,
    min_union: float = NO_UNION,
) -> tuple[IntArray, IntArray, FloatArray]:
    """Those of n pairs of boxes that share any area, in order.

    Arguments are as of `near_pairs`, and ``min_union`` as of `geometry.box_iou`.

    Returns:
        (m,) int64 rows of ``first``, (m,) int64 rows of ``second``, and (m,) float64 IoU in (0, 1].
    """
    first_rows, second_rows = near_pairs(first, first_rows, second, second_rows)
    boxes = first.columns.take(first_rows, axis=1), second.columns.take(second_rows, axis=1)
    iou = box_iou(*boxes, min_union=min_union)
    if not iou.all():
        shared = np.flatnonzero(iou)
        return first_rows.take(shared), second_rows.take(shared), iou.take(shared)
    return first_rows, second_rows, iou
