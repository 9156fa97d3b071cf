"""Which boxes to show the reviewer next: mostly those that are likeliest wrong."""

from __future__ import annotations

import numpy as np

from odquality.core.log_odds import log_odds, logistic
from odquality.core.scenes import BoolArray, FloatArray, IntArray
from odquality.kinds import BY_NAME
from odquality.learning.correction import Correction
from odquality.learning.posterior import corrected_odds
from odquality.learning.spectrum import NUM_BINS, Spectrum, bin_of

# One decision in four is about a box that teaches. Without such the method learns nothing of the
# boxes that it holds for right, which are most, and cannot tell how many errors they hide.
TEACHING_SHARE = 0.25

# Multiples of this, without their whole part, spread evenly over [0, 1), however many there are.
_GOLDEN_RATIO = 0.6180339887498949


def teaching_value(
    spectrum: Spectrum, correction: Correction, kind: str, probability: FloatArray
) -> FloatArray:
    """What a decision on each box would teach of the number of errors that are left.

    Args:
        spectrum: of the boxes that nobody has decided on.
        correction: what the decisions so far have taught.
        kind: of error.
        probability: (n,) in [0, 1], by the run itself, of some of the boxes.

    Returns:
        (n,) float64, by how much the variance of the number is expected to fall.
    """
    counts, said = spectrum.of_kind(kind)
    posterior = correction.posteriors[kind]
    share = logistic(corrected_odds(log_odds(said), posterior.points))
    number = share @ counts
    mean = share.mean(axis=0)
    together = (number - number.mean()) @ (share - mean) / len(number)
    value = np.zeros(NUM_BINS)
    value[spectrum.places(kind)] = together**2 / (mean * (1.0 - mean))
    return value[bin_of(probability)] / BY_NAME[kind].boxes ** 2


def next_to_review(
    probability: FloatArray,
    teaching: FloatArray,
    count: int,
    decided: int,
    *,
    teaching_share: float = TEACHING_SHARE,
) -> IntArray:
    """Rows to decide on next, in this order.

    Most are the likeliest errors. A share teaches: these are spread over the boxes by what they
    teach. To take those that teach most would be to ask of boxes of one or two probabilities
    alone, and to see nothing of what lies between.

    Args:
        probability: (n,) in [0, 1] of the boxes that nobody has decided on, of all kinds of error,
            corrected by the decisions so far.
        teaching: (n,) their `teaching_value`.
        count: how many rows to return, if there are as many.
        decided: number of decisions so far, by which the teaching ones are counted on.
        teaching_share: in [0, 1], the share of those that teach.

    Returns:
        (m,) int64 rows, m at most ``count``; the same for the same arguments.
    """
    order = np.argsort(-probability, kind="stable")
    value = teaching[order]
    free = np.ones(len(order), bool)
    first, chosen = 0, []
    for slot in range(decided, decided + min(count, len(order))):
        # The share is reached evenly: at a quarter, at every fourth slot.
        number = int((slot + 1) * teaching_share)
        if number > int(slot * teaching_share):
            place = _teacher(value, free, number)
        else:
            first += int(free[first:].argmax())
            place = first
        free[place] = False
        chosen.append(place)
    return order[np.array(chosen, np.int64)]


def _teacher(value: FloatArray, free: BoolArray, number: int) -> int:
    """The place of the ``number``-th box that teaches, of those that are free."""
    places = np.flatnonzero(free)
    total = np.cumsum(value[places])
    target = total[-1] * (number * _GOLDEN_RATIO % 1.0)
    return int(places[min(np.searchsorted(total, target, side="right"), len(places) - 1)])
