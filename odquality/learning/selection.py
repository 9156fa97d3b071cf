"""Which boxes to show the reviewer next: mostly those that are likeliest wrong."""

from __future__ import annotations

import numpy as np

from odquality.core.scenes import BoolArray, FloatArray, IntArray

# One decision in three is about a box that teaches most. Without such the method learns nothing of
# the boxes that it holds for right, which are most, and cannot tell how many errors they hide.
TEACHING_SHARE = 1 / 3

# Multiples of this, without their whole part, spread evenly over [0, 1), however many there are.
_GOLDEN_RATIO = 0.6180339887498949


def next_to_review(
    probability: FloatArray,
    count: int,
    decided: int,
    *,
    teaching_share: float = TEACHING_SHARE,
) -> IntArray:
    """Rows to decide on next, in this order.

    Most are the likeliest errors. A share is spread over all boxes, as often as the outcome of each
    is uncertain (by its standard deviation; survey samplers call it Neyman's allocation): the
    number of errors among boxes is best estimated so.

    Args:
        probability: (n,) in [0, 1] of the boxes that nobody has decided on, of all kinds of error,
            corrected by the decisions so far.
        count: how many rows to return, if there are as many.
        decided: number of decisions so far, by which the teaching ones are counted on.
        teaching_share: in [0, 1], the share of those that teach.

    Returns:
        (m,) int64 rows, m at most ``count``; the same for the same arguments.
    """
    order = np.argsort(-probability, kind="stable")
    likely = probability[order]
    spread = np.sqrt(likely * (1.0 - likely))
    free = np.ones(len(order), bool)
    first, chosen = 0, []
    for slot in range(decided, decided + min(count, len(order))):
        # The share is reached evenly: at a third, at every third slot.
        number = int((slot + 1) * teaching_share)
        if number > int(slot * teaching_share):
            place = _teacher(spread, free, number)
        else:
            first += int(free[first:].argmax())
            place = first
        free[place] = False
        chosen.append(place)
    return order[np.array(chosen, np.int64)]


def _teacher(spread: FloatArray, free: BoolArray, number: int) -> int:
    """The place of the ``number``-th box that teaches, of those that are free."""
    places = np.flatnonzero(free)
    weight = np.cumsum(spread[places])
    target = weight[-1] * (number * _GOLDEN_RATIO % 1.0)
    return int(places[min(np.searchsorted(weight, target, side="right"), len(places) - 1)])
