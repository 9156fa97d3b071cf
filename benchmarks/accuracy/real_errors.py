"""How well errors that annotators made are found."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmarks.accuracy.comparison import RealErrors
from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.evaluation import MIN_CONFIDENCE, matches, unmatched
from benchmarks.accuracy.metrics import Ranking, fill_unscored, rank
from benchmarks.accuracy.overlaps import share_inside
from benchmarks.accuracy.suspicion import Suspicion
from odquality.core.ignored import IGNORED_SHARE
from odquality.core.scenes import BoolArray, FloatArray, IntArray
from odquality.kinds import ANY, KINDS, LABEL_KINDS, OVERLOOKED

# Shares of the images that a reviewer opens.
OPENED = (0.05, 0.1, 0.2)
# A level of its own: rankings of predictions down to the last one.
EVERY_BOX = "every box"


def prediction_truth(
    data: DetectionData, errors: RealErrors, *, min_confidence: float = MIN_CONFIDENCE
) -> tuple[BoolArray, BoolArray]:
    """Which predictions show a missing object, and which count.

    Those do that no label of their class matches, unless they lie by half in a region to ignore, of
    the labels or of the corrected ones, or show an object that is no error.

    Args:
        data: images with the original labels.
        errors: what is wrong in them.
        min_confidence: predictions that are not above it do not count.
    """
    shown = matches(data.predictions, errors.missing)
    counts = unmatched(data.labels, data.predictions)
    counts &= data.predictions.confidence > min_confidence
    counts &= shown | ~matches(data.predictions, errors.uncounted)
    for regions in (data.labels.take(np.flatnonzero(data.iscrowd)), errors.regions):
        counts &= share_inside(data.predictions, regions) < IGNORED_SHARE
    return shown & counts, counts


def rank_real(
    data: DetectionData, errors: RealErrors, suspicion: Suspicion
) -> dict[tuple[str, str], Ranking]:
    """Ranks images, labels and predictions.

    An image is wrong by a kind if it has such an error, and by ``any`` if it has an error at all;
    of the labels those with an error of another kind are left out.

    Args:
        data: images with the original labels.
        errors: what is wrong in them.
        suspicion: a method's, of the original labels.

    Returns:
        The figures by level (``image``, ``box``, ``every box``) and kind, of the kinds that occur.
    """
    kinds = [kind for kind in KINDS if errors.per_image(kind).any()]
    rankings = {
        ("image", kind): rank(errors.per_image(kind) > 0, suspicion.images[kind])
        for kind in (ANY, *kinds)
    }
    for level, least in (("box", MIN_CONFIDENCE), (EVERY_BOX, -1.0)):
        wrong, counts = prediction_truth(data, errors, min_confidence=least)
        rankings[level, OVERLOOKED] = rank(wrong[counts], suspicion.predictions[counts])
    for kind in (ANY, *(kind for kind in LABEL_KINDS if kind in kinds)):
        wrong, counts = errors.of_labels(kind)
        rankings["box", kind] = rank(wrong[counts], suspicion.labels[kind][counts])
    return rankings


def orders(suspicion: Suspicion) -> dict[str, FloatArray]:
    """The orders in which a reviewer could open the images, by name; highest first."""
    by_score = {
        "image score" if kind == ANY else f"{kind} alone": suspicion.images[kind]
        for kind in (ANY, *KINDS)
    }
    if suspicion.expected is None:
        return by_score
    return by_score | {"expected errors": suspicion.expected[ANY]}


def share_found(number: IntArray, order: FloatArray) -> tuple[float, ...]:
    """Share of all errors in the images that are opened first.

    Args:
        number: (N,) number of errors of each image.
        order: (N,) the images are opened from the highest value down, equal ones at random.

    Returns:
        The share for each of ``OPENED``, in [0, 1]; NaN without errors.
    """
    total = number.sum()
    if not total:
        return (np.nan,) * len(OPENED)
    filled = fill_unscored(order)
    return tuple(_errors_in_first(number, filled, share) / float(total) for share in OPENED)


def _errors_in_first(number: IntArray, order: FloatArray, share: float) -> float:
    count = round(share * len(order))
    if not count:
        return 0.0
    last = np.partition(order, -count)[-count]
    above, tied = order > last, order == last
    room = count - np.count_nonzero(above)
    return float(number[above].sum() + room * number[tied].mean())


def numbers_found(
    data: DetectionData, errors: RealErrors, suspicion: Suspicion
) -> Mapping[str, tuple[float, int]]:
    """Expected and true number of errors, by kind; of missing objects also as predictions.

    A method that gives no expected errors of an image is held to the sums of its probabilities, and
    so is every method where objects lack a label by policy, which it cannot know.
    """
    numbers = {}
    expected = None if len(errors.uncounted) else suspicion.expected
    for kind in (ANY, *KINDS):
        if expected is not None and kind in expected:
            numbers[kind] = (float(expected[kind].sum()), int(errors.per_image(kind).sum()))
        elif kind in LABEL_KINDS:
            wrong, counts = errors.of_labels(kind)
            total = float(np.nansum(suspicion.labels[kind][errors.counts]))
            numbers[kind] = (total, int(wrong[counts].sum()))
    wrong, counts = prediction_truth(data, errors)
    total = float(np.nansum(suspicion.predictions[counts]))
    return numbers | {"predictions": (total, int(wrong.sum()))}
