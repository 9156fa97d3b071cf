"""From the probabilities of boxes to those of their images."""

from __future__ import annotations

from collections.abc import Iterable

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


def missing_score(probabilities: FloatArray, counts: IntArray, hidden: FloatArray) -> FloatArray:
    """Score of each image for missing labels, (N,) in [0, 1]: lower = more likely some.

    Args:
        probabilities: (P,) that each prediction shows one, image after image; NaN counts as 0.
        counts: (N,) int64 number of predictions of each image.
        hidden: (N,) expected number of missing labels that no prediction shows.
    """
    return (1.0 - pooled_probability(probabilities, counts)) * np.exp(-hidden)


def hidden_number(score: FloatArray, probabilities: FloatArray, counts: IntArray) -> FloatArray:
    """What `missing_score` was given as ``hidden``, by the score that it returned, (N,).

    Where the score is 0 there is no telling, and 0 is returned.
    """
    shown = 1.0 - pooled_probability(probabilities, counts)
    ratio = np.divide(score, shown, out=np.ones_like(shown), where=(score > 0) & (shown > 0))
    return -np.log(ratio.clip(max=1.0))


def right_probability(wrong: Iterable[FloatArray]) -> FloatArray:
    """Probability that each label is right, (L,) in [0, 1], by those of each kind of error."""
    return np.maximum(1.0 - np.sum(list(wrong), axis=0), 0.0)


def number_where_any(mean: float) -> float:
    """How many errors an image with any has on average, if errors fall on images at random.

    Args:
        mean: errors of an image, on average of all images.

    Returns:
        The mean of a Poisson distribution without its zeros: at least 1, which it is where errors
        are few.
    """
    return mean / -np.expm1(-mean) if mean > 0 else 1.0


def image_quality(
    overlooked: FloatArray, label_quality: FloatArray, counts: IntArray, clustering: float
) -> FloatArray:
    """Score of each image for any error, (N,) in [0, 1]: lower = more likely one.

    It is the product of the lowest label's and that for missing labels, to a power that is above 1
    where errors are frequent, for others than the likeliest label may be wrong then. The power is
    the same for all images, and so leaves them in order.

    Args:
        overlooked: (N,) scores of the images for missing labels.
        label_quality: (L,) scores of the labels, image after image.
        counts: (N,) int64 number of labels of each image.
        clustering: how many labels are wrong in an image that has a wrong one, at least 1.
    """
    return (overlooked * lowest_score(label_quality, counts)) ** clustering
