"""Every pair of boxes that share a group (an image, or an image and a class), block by block."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from odquality.core.class_numbers import ClassNumbers
from odquality.core.scenes import BoolArray, Boxes, IntArray
from odquality.core.segments import sorting_order

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
    return _iter_pairs_of(group, keep_first, second_counts, block_pairs)


def iter_image_pairs(
    first: Boxes, second: Boxes, *, keep_first: BoolArray | None = None
) -> Iterator[tuple[IntArray, IntArray]]:
    """Yields all pairs of a first and a second box of the same image, as `iter_pairs` does.

    Args:
        first: boxes of N images.
        second: boxes of the same images.
        keep_first: (number of first boxes,) which of them to pair; all of them if None.
    """
    return _iter_pairs_of(first.image, keep_first, second.counts, BLOCK_PAIRS)


def iter_pairs_within(boxes: Boxes) -> Iterator[tuple[IntArray, IntArray]]:
    """Yields all pairs of two boxes of the same image, each once, the first of them first.

    Yields:
        Two (n,) int64 arrays: rows of the first boxes, rows of the second boxes.
    """
    after = boxes.offsets[1:].take(boxes.image) - np.arange(1, len(boxes) + 1)
    rows = np.flatnonzero(after)
    return _iter_runs(rows, rows + 1, after.take(rows), BLOCK_PAIRS)


def iter_same_class_pairs(
    first: Boxes, second: Boxes, *, keep_first: BoolArray | None = None
) -> Iterator[tuple[IntArray, IntArray]]:
    """Yields all pairs of a first and a second box of the same image and the same class.

    Pairs come in the order of `iter_pairs`, in blocks of as many.

    Args:
        first: boxes of N images.
        second: boxes of the same images. They are sorted: let them be the fewer ones.
        keep_first: (number of first boxes,) which of them to pair; all of them if None.

    Yields:
        Two (n,) int64 arrays: rows of the first boxes, rows of the second boxes.
    """
    numbers = ClassNumbers()
    first_classes, second_classes = map(numbers.encode, (first.classes, second.classes))
    num_classes = 1 + max(first_classes.max(initial=0), second_classes.max(initial=0))
    group = first.image * num_classes + first_classes
    second_group = second.image * num_classes + second_classes
    second_counts = np.bincount(second_group, minlength=len(second.counts) * num_classes)
    order = sorting_order(second_group, len(second_counts))
    for a, b in _iter_pairs_of(group, keep_first, second_counts, BLOCK_PAIRS):
        yield a, order.take(b)


def _iter_pairs_of(
    group: IntArray, keep: BoolArray | None, second_counts: IntArray, block_pairs: int
) -> Iterator[tuple[IntArray, IntArray]]:
    """The pairs of first boxes, of which the groups are given, with all of their group."""
    if keep is None:
        rows = np.arange(len(group))
    else:
        rows = np.flatnonzero(keep)
        group = group.take(rows)
    offsets = np.cumsum(second_counts) - second_counts
    return _iter_runs(rows, offsets.take(group), second_counts.take(group), block_pairs)


def _iter_runs(
    rows: IntArray, first_partner: IntArray, partners: IntArray, block_pairs: int
) -> Iterator[tuple[IntArray, IntArray]]:
    """The pairs of first boxes with runs of second boxes, of which start and length are given."""
    ends = np.cumsum(partners)
    # What a pair's number lacks to the row of its second box.
    shifts = first_partner - ends + partners
    start = 0
    while start < len(rows):
        done = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + block_pairs, side="right")))
        # Most runs are short, and to repeat takes longer than to take.
        run = np.repeat(np.arange(start, stop), partners[start:stop])
        if len(run):
            second = shifts.take(run)
            second += np.arange(done, done + len(run))
            yield rows.take(run), second
        start = stop
