"""From the probabilities of boxes to those of their images."""

from __future__ import annotations

import numpy as np

from odquality.core.scenes import FloatArray, IntArray
from odquality.core.segments import reduce_runs


def chance_of_none(probability: FloatArray, counts: IntArray, boxes_per_error: int) -> FloatArray:
    """Probability that an image has no error of a kind.

    Args:
        probability: (n,) of each box to show an error, image after image; NaN counts as 0.
        counts: (N,) int64 number of boxes of each image.
        boxes_per_error: on how many boxes one error shows.

    Returns:
        (N,) float64 in [0, 1].
    """
    none = reduce_runs(np.multiply, 1.0 - np.nan_to_num(probability), counts, empty=1.0)
    return none if boxes_per_error == 1 else none ** (1.0 / boxes_per_error)


def expected_number(probability: FloatArray, counts: IntArray, boxes_per_error: int) -> FloatArray:
    """Expected number of errors of a kind of each image, (N,) float64; as `chance_of_none`."""
    return reduce_runs(np.add, np.nan_to_num(probability), counts, empty=0.0) / boxes_per_error
