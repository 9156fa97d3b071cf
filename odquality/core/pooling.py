"""From the probabilities of boxes to those of their images."""

from __future__ import annotations

import numpy as np

from odquality.core.scenes import FloatArray, IntArray
from odquality.core.segments import exact_sums, reduce_runs

# The logarithm of what is left of 1 is finite.
_ALMOST_ONE = 1 - 1e-12


def lowest_score(scores: FloatArray, counts: IntArray) -> FloatArray:
    """Lowest score of each image's boxes, (N,); 1 without boxes, and NaN counts as none.

    Args:
        scores: (n,) image after image.
        counts: (N,) int64 number of boxes of each image.
    """
    return reduce_runs(np.fmin, np.nan_to_num(scores, nan=1.0), counts, empty=1.0)


def expected_number(probabilities: FloatArray, counts: IntArray) -> FloatArray:
    """Sum over each image's boxes, (N,); NaN counts as 0. As `lowest_score`."""
    return exact_sums(np.nan_to_num(probabilities), counts)


def pooled_probability(probabilities: FloatArray, counts: IntArray) -> FloatArray:
    """How suspicious each image is of errors that come in clusters, (N,) in [0, 1].

    Between the largest probability, which overlooks that several are worse than one, and that of
    any error, to which many small ones add up: the root of that of any error by their squares.
    NaN counts as 0. As `lowest_score`.
    """
    squares = np.nan_to_num(probabilities) ** 2
    none = exact_sums(np.log1p(-np.minimum(squares, _ALMOST_ONE)), counts)
    return np.sqrt(-np.expm1(none))
