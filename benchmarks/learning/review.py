"""Simulated reviews: which boxes are asked about, and what is known after so many decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.accuracy.reliability import calibration_error
from benchmarks.learning.pool import CALIBRATED, OBJECTLAB, SIMPLE, Pool
from odquality.core.scenes import BoolArray, FloatArray
from odquality.kinds import ANY, KINDS, OVERLOOKED, with_total
from odquality.learning.decisions import Outcomes
from odquality.learning.lessons import lessons_of
from odquality.learning.remaining import Remaining
from odquality.learning.selection import TEACHING_SHARE, next_to_review
from odquality.learning.spectrum import Spectrum

# The state is looked at after so many decisions; every ten the method learns.
MARKS = (0, 20, 50, 100)
_AT_ONCE = 10
# As `recalibrate` does it: what is less likely wrong is not asked about.
_LEAST_PROBABILITY = 0.001
# Of several predictions that show one missing object the likeliest is the error, and none is any
# more once it was found.
ONCE = "once"


@dataclass(frozen=True)
class Way:
    """A way to review.

    Attributes:
        name: what to call it.
        suspicion: whose order is followed; None for a random one.
        learns: whether the order and the probabilities follow the decisions.
        teaching_share: share of the decisions that are there to teach.
        mistakes: share of the decisions that are wrong.
    """

    name: str
    suspicion: str | None
    learns: bool = False
    teaching_share: float = 0.0
    mistakes: float = 0.0


LEARNING = Way("learning", CALIBRATED, True, TEACHING_SHARE)
WAYS = (
    LEARNING,
    Way("learning, the likeliest only", CALIBRATED, True),
    Way("learning, 5% of the decisions wrong", CALIBRATED, True, TEACHING_SHARE, 0.05),
    Way("not learning", CALIBRATED),
    Way("by simple scores", SIMPLE),
    Way("by ObjectLab", OBJECTLAB),
    Way("in random order", None),
)


@dataclass(frozen=True)
class Estimate:
    """A number of errors left, as estimated and as it is."""

    remaining: Remaining
    true: float

    @property
    def off(self) -> float:
        """Distance as a share of the true number; NaN if that is 0."""
        return abs(self.remaining.expected - self.true) / self.true if self.true else np.nan

    @property
    def is_covered(self) -> bool:
        """Whether the interval holds the true number."""
        return self.remaining.low <= self.true <= self.remaining.high


@dataclass(frozen=True)
class State:
    """What is known after some decisions.

    Attributes:
        found: number of errors that were found.
        left: estimates by kind and in all, of ways that learn.
        calibration_error: of the boxes that nobody has decided on, for the kind ``overlooked``,
            for the same if each object is missing `ONCE`, and for all.
    """

    found: int
    left: dict[str, Estimate]
    calibration_error: dict[str, float]


def review(pool: Pool, way: Way, seed: int) -> dict[int, State]:
    """Simulates a review.

    A label that has an error is not asked about again: the reviewer has mended it.

    Args:
        pool: what can be asked.
        way: how it is chosen.
        seed: of random orders and mistakes.

    Returns:
        The state at each of `MARKS`.
    """
    rng = np.random.default_rng(seed)
    order = rng.random(len(pool)) if way.suspicion is None else pool.suspicion[way.suspicion]
    said = pool.suspicion[CALIBRATED]
    answer = pool.is_error ^ (rng.random(len(pool)) < way.mistakes)
    asked, closed = np.zeros(len(pool), bool), np.zeros(len(pool), bool)
    states, teaching, share = {}, np.zeros(len(pool)), 0.0
    for count in range(0, max(MARKS) + 1, _AT_ONCE):
        probability = said
        if way.learns:
            lessons = lessons_of(_outcomes(pool, answer, closed), _spectrum(pool, said))
            probability = order = _kind_by_kind(pool, said, lessons.correction.apply)
            teaching = _kind_by_kind(pool, said, lessons.teaching_value)
            share = 0.0 if lessons.is_well_known else way.teaching_share
        if count in MARKS:
            left = _estimates(pool, ~closed, lessons.remaining) if way.learns else {}
            states[count] = State(
                int(np.count_nonzero(pool.is_error & asked)),
                left,
                _calibration_errors(pool, probability, asked & answer, ~closed),
            )
        could_be = order >= (_LEAST_PROBABILITY if way.learns else -np.inf)
        for row in _next(order, teaching, ~closed & could_be, count, share):
            asked[row] = closed[row] = True
            if answer[row]:
                closed |= pool.box == pool.box[row]
    return states


def _next(
    order: FloatArray, teaching: FloatArray, is_open: BoolArray, decided: int, share: float
) -> list[int]:
    """Rows to ask about."""
    rows = np.flatnonzero(is_open)
    chosen = next_to_review(order[rows], teaching[rows], _AT_ONCE, decided, teaching_share=share)
    listed: list[int] = rows[chosen].tolist()
    return listed


def _outcomes(pool: Pool, answer: BoolArray, closed: BoolArray) -> Outcomes:
    said = pool.suspicion[CALIBRATED]
    return Outcomes.of(
        (KINDS[pool.kind[row]], float(said[row]), bool(answer[row]))
        for row in np.flatnonzero(closed).tolist()
    )


def _spectrum(pool: Pool, said: FloatArray) -> Spectrum:
    return Spectrum.of(pool.by_kind(said, np.ones(len(pool), bool)))


def _kind_by_kind(
    pool: Pool, said: FloatArray, of_kind: Callable[[str, FloatArray], FloatArray]
) -> FloatArray:
    """What a function of a kind and its probabilities gives, in the order of the pool."""
    values = np.empty(len(pool))
    for row, kind in enumerate(KINDS):
        mine = pool.kind == row
        values[mine] = of_kind(kind, said[mine])
    return values


def _estimates(
    pool: Pool, is_open: BoolArray, remaining: Mapping[str, Remaining]
) -> dict[str, Estimate]:
    true = with_total(
        {
            kind: float(np.count_nonzero(pool.is_error & is_open & (pool.kind == row)))
            for row, kind in enumerate(KINDS)
        }
    )
    return {kind: Estimate(left, true[kind]) for kind, left in remaining.items()}


def _calibration_errors(
    pool: Pool, probability: FloatArray, found: BoolArray, is_open: BoolArray
) -> dict[str, float]:
    missing = is_open & (pool.kind == KINDS.index(OVERLOOKED))
    is_first = _first_of_each_object(pool, found, missing)
    return {
        OVERLOOKED: calibration_error(pool.is_error[missing], probability[missing]),
        ONCE: calibration_error(is_first[missing], probability[missing]),
        ANY: calibration_error(pool.is_error[is_open], probability[is_open]),
    }


def _first_of_each_object(pool: Pool, found: BoolArray, is_open: BoolArray) -> BoolArray:
    """The likeliest of the open boxes that show one missing object, unless it was found, (n,)."""
    is_left = is_open & (pool.shows >= 0) & ~np.isin(pool.shows, pool.shows[found])
    rows = np.flatnonzero(is_left)
    rows = rows[np.argsort(-pool.suspicion[CALIBRATED][rows], kind="stable")]
    first = np.zeros(len(pool), bool)
    first[rows[np.unique(pool.shows[rows], return_index=True)[1]]] = True
    return first
