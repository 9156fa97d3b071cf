"""The area under a precision-recall curve, at several IoU thresholds at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from odquality.core.scenes import IntArray
from odquality.core.segments import run_starts

# So many confidences at a time need some megabytes.
_BLOCK = 1 << 14


def area_under_curve(
    confidence: NDArray[np.generic],
    flags: NDArray[np.uint64],
    more_confident: IntArray,
    num_labels: int,
    num_thresholds: int,
) -> float:
    """Mean average precision of one class over the thresholds.

    The area under the precision-recall curve, precision made monotonous (PASCAL VOC 2010). Equally
    confident predictions count as if true positives came first.

    Args:
        confidence: (n,) of the true positives, ascending.
        flags: (n,) a bit for each threshold at which each is a true positive.
        more_confident: (n,) how many predictions of the class are more confident.
        num_labels: of the class, at least 1.
        num_thresholds: how many bits count.

    Returns:
        The mean, in [0, 1].
    """
    bits = np.arange(num_thresholds, dtype=np.uint64)[:, None]
    # True positives of the confidences from here on, and the best precision of those before.
    left = np.array([[np.count_nonzero(flags & bit)] for bit in np.uint64(1) << bits[:, 0]])
    best = np.zeros((num_thresholds, 1))
    area = 0.0
    starts = run_starts(confidence)
    ends = np.append(starts[1:], len(confidence))
    for begin in range(0, len(starts), _BLOCK):
        runs = starts[begin : begin + _BLOCK]
        rows = slice(runs[0], ends[begin : begin + _BLOCK][-1])
        is_found = (flags[rows] >> bits & np.uint64(1)).astype(np.int64)
        found = np.add.reduceat(is_found, runs - runs[0], axis=1)
        positive = left - np.cumsum(found, axis=1) + found
        rank = more_confident.take(runs) + found
        precision = np.divide(positive, rank, out=np.zeros(found.shape), where=found > 0)
        precision[:, :1] = np.maximum(precision[:, :1], best)
        precision = np.maximum.accumulate(precision, axis=1)
        area += float((found * precision).sum())
        left, best = positive[:, -1:] - found[:, -1:], precision[:, -1:]
    return area / num_labels / num_thresholds
