"""The area under a precision-recall curve, at several IoU thresholds at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from odquality.core.scenes import IntArray
from odquality.core.segments import run_starts
from odquality.methods.objectlab.matching import IOU_THRESHOLDS

# One bit per threshold replaces the last bits of a confidence, so that a prediction takes eight
# bytes and one sort orders all. float32 confidences keep all their digits, float64 ones 13.
FLAGS = np.uint64((1 << len(IOU_THRESHOLDS)) - 1)

Bits = NDArray[np.uint64]

# This many true positives at a time take some megabytes.
_BLOCK = 1 << 14


def area_under_curve(positives: Bits, steps: NDArray[Any], num_labels: int) -> float:
    """Mean average precision of one class over the thresholds.

    The area under the precision-recall curve, precision made monotonous (PASCAL VOC 2010). Equally
    confident predictions count as if true positives came first.

    Args:
        positives: (n,) confidence and flags of the true positives, ascending.
        steps: (n,) integers: how many predictions of the class are more confident than each of
            them, and not more confident than the next one.
        num_labels: of the class, at least 1.

    Returns:
        The mean, in [0, 1].
    """
    thresholds = len(IOU_THRESHOLDS)
    # True positives from here on, and the best precision up to here, by threshold.
    left = sum(
        (_count(positives[block])[1].sum(axis=1, keepdims=True) for block in _blocks(positives)),
        np.zeros((thresholds, 1), np.int64),
    )
    best = np.zeros((thresholds, 1))
    above = int(steps.sum(dtype=np.int64))
    area = 0.0
    for block in _blocks(positives):
        rows, found = _count(positives[block])
        positive = left - np.cumsum(found, axis=1) + found
        passed = np.cumsum(steps[block], dtype=np.int64)
        rank = above - (passed - steps[block]).take(rows) + found
        precision = np.divide(positive, rank, out=np.zeros(found.shape), where=found > 0)
        np.maximum(precision[:, :1], best, out=precision[:, :1])
        precision = np.maximum.accumulate(precision, axis=1)
        area += float((found * precision).sum())
        left, best = positive[:, -1:] - found[:, -1:], precision[:, -1:]
        above -= int(passed[-1])
    return area / num_labels / thresholds


def _blocks(positives: Bits) -> Iterator[slice]:
    """Consecutive parts, between which the confidence changes."""
    stop = 0
    while stop < len(positives):
        start = stop
        last = positives[min(start + _BLOCK, len(positives)) - 1]
        stop = int(np.searchsorted(positives, last | FLAGS, side="right"))
        yield slice(start, stop)


def _count(positives: Bits) -> tuple[IntArray, IntArray]:
    """The rows at which a confidence begins, (n,), and its true positives, (thresholds, n)."""
    # Where confidences are all the same, this leaves few rows of millions.
    distinct = run_starts(positives)
    times = np.diff(distinct, append=len(positives))
    positives = positives.take(distinct)
    bits = np.arange(len(IOU_THRESHOLDS), dtype=np.uint64)[:, None]
    found = (positives >> bits & np.uint64(1)).astype(np.int64) * times
    starts = run_starts(positives & ~FLAGS)
    return distinct.take(starts), np.add.reduceat(found, starts, axis=1)
