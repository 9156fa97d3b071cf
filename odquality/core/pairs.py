"""Every pair of boxes that share a group (an image, or an image and a class), block by block."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from odquality.core.class_numbers import ClassNumbers
from odquality.core.scenes import BoolArray, Boxes, IntArray

# 2**14 pairs make arrays of 128 KB: what is done with one block stays in a core's cache.
BLOCK_PAIRS = 1 << 14


def iter_pairs(
    first_counts: IntArray,
    second_counts: IntArray,
    *,
    keep_first: BoolArray | None = None,
    block_pairs: int = BLOCK_PAIRS,
) -> Iterator[tuple[IntArray, IntArray]]:
    """Yields all pairs of a first and a second box of the same group.

    Pairs come ordered by the first box, then by the second; a block holds all pairs of each first
    box in it, so memory is bounded by ``block_pairs`` or by the largest group's second boxes.

    Args:
        first_counts: (G,) number of first boxes of each group; boxes lie group after group.
        second_counts: (G,) number of second boxes of each group.
        keep_first: (sum of first_counts,) which first boxes to pair; all of them if None.
        block_pairs: how many pairs a block holds at most, unless one first box has more.

    Yields:
        Two (n,) int64 arrays: rows of the first boxes, rows of the second boxes.
    """
    group = np.repeat(np.arange(len(first_counts)), first_counts)
    rows = np.arange(len(group)) if keep_first is None else np.flatnonzero(keep_first)
    group = group[rows]
    partners = second_counts[group]
    has_partner = partners > 0
    rows, group, partners = rows[has_partner], group[has_partner], partners[has_partner]
    first_partner = (np.cumsum(second_counts) - second_counts)[group]
    ends = np.cumsum(partners)
    start = 0
    while start < len(rows):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + block_pairs, side="right")))
        counts = partners[start:stop]
        before = ends[start:stop] - counts - done
        first = np.repeat(rows[start:stop], counts)
        second = np.repeat(first_partner[start:stop] - before, counts)
        second += np.arange(len(second))
        yield first, second
        start = stop


def iter_same_class_pairs(first: Boxes, second: Boxes) -> Iterator[tuple[IntArray, IntArray]]:
    """Yields all pairs of a first and a second box of the same image and the same class.

    Pairs come image by image, as from `iter_pairs`, but within an image class by class.

    Yields:
        Two (n,) int64 arrays: rows of the first boxes, rows of the second boxes.
    """
    numbers = ClassNumbers()
    first_classes, second_classes = map(numbers.encode, (first.classes, second.classes))
    num_classes = 1 + max(first_classes.max(initial=0), second_classes.max(initial=0))
    first_order, first_counts = _by_class(first, first_classes, num_classes)
    second_order, second_counts = _by_class(second, second_classes, num_classes)
    for a, b in iter_pairs(first_counts, second_counts):
        yield first_order.take(a), second_order.take(b)


def _by_class(boxes: Boxes, classes: IntArray, num_classes: int) -> tuple[IntArray, IntArray]:
    """The order that sorts boxes by image and class, and the number of boxes of each such group."""
    group = boxes.image * num_classes + classes
    counts = np.bincount(group, minlength=len(boxes.counts) * num_classes)
    # numpy sorts 16-bit numbers several times as fast as wider ones.
    narrow = group.astype(np.min_scalar_type(len(counts)))
    return np.argsort(narrow, kind="stable"), counts
