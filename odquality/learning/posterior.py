"""How far off the probabilities of one kind of error are: what decisions tell of it.

A probability stands for its log odds. The true log odds are taken to rise with them along a curve
of straight pieces: the kind may be more or less frequent than the method thinks, and its evidence
worth more or less, in some places more than in others. What is not known of the curve is Gaussian
around "no change": its height, and the logarithms of its slopes, of which neighbours are alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from odquality.core.log_odds import HIGHEST, LOWEST, log_odds, logistic
from odquality.core.scenes import BoolArray, FloatArray

# Where the slope may change; it goes on beyond the first and the last.
_BENDS = np.arange(-6.0, 3.1, 0.5)
_EDGES = np.array([LOWEST, *_BENDS, HIGHEST])
_NUM_PIECES = len(_EDGES) - 1
# The height is that at these log odds, about which most decisions are made.
_ANCHOR = -2.0

# Standard deviations of the height, and of the logarithm of the slope: of all pieces together, and
# of each; pieces are alike over about this many units of log odds. On real errors log odds are off
# by up to 4, and slopes by up to a factor of 4 where a method is unsure of itself.
_HEIGHT, _ALL_SLOPES, _EACH_SLOPE, _ALIKE = 1.25, 0.1, 0.6, 1.0

# The share of decisions that are slips of the hand, whatever there was to see. It bounds what any
# single decision can say. Where errors are as rare as slips, they would be taken for slips: so few.
LAPSE = 0.002

# Decisions resemble each other, for errors and what they look like come in images and classes, and
# most are about boxes of one sort, the likeliest: they tell as much of the curve as this share of
# them would if they did not.
_INDEPENDENT = 0.3

# The posterior is summed over this many points.
_NUM_POINTS = 400

_MAX_STEPS = 100
_SMALLEST_STEP = 1e-9


@dataclass(frozen=True)
class Posterior:
    """What is known of the height and the logarithms of the slopes.

    Attributes:
        mode: (k,) the likeliest values; exactly 0 without decisions.
        points: (n, k) equally probable values.
    """

    mode: FloatArray
    points: FloatArray


def fit(probability: FloatArray, is_error: BoolArray) -> Posterior:
    """The posterior after n decisions, in an order that the caller keeps the same.

    Args:
        probability: (n,) in [0, 1], as the method said.
        is_error: (n,) what the reviewer found.
    """
    problem = _Problem(_lengths(log_odds(probability)), is_error)
    mode = problem.mode()
    spread = np.linalg.cholesky(np.linalg.inv(problem.information(mode)))
    return Posterior(mode, mode + _NORMAL_POINTS @ spread.T)


def corrected_odds(odds: FloatArray, parameters: FloatArray) -> FloatArray:
    """Log odds (n,) by m sets of parameters (m, k), as (m, n)."""
    if len(parameters) == 1:
        # Of millions of boxes, one at a time.
        heights = _along(_lengths(_EDGES), parameters)[0]
        return np.interp(odds, _EDGES, heights)[None]
    return _along(_lengths(odds), parameters)


def _along(lengths: FloatArray, parameters: FloatArray) -> FloatArray:
    return _ANCHOR + parameters[:, :1] + np.exp(parameters[:, 1:]) @ lengths


def _lengths(odds: FloatArray) -> FloatArray:
    """How far each piece is gone along from the anchor to some log odds (n,); (pieces, n)."""
    low, high = _EDGES[:-1, None], _EDGES[1:, None]
    return np.clip(odds, low, high) - np.clip(_ANCHOR, low, high)


def _prior() -> FloatArray:
    """Covariance of the parameters before any decision, (k, k)."""
    middle = (_EDGES[:-1] + _EDGES[1:]) / 2
    # The outer pieces are as long as it takes; what counts is where they begin.
    middle[[0, -1]] = _BENDS[0] - 0.25, _BENDS[-1] + 0.25
    distance = np.subtract.outer(middle, middle) / _ALIKE
    slopes = _ALL_SLOPES**2 + _EACH_SLOPE**2 * np.exp(-0.5 * distance**2)
    covariance = np.zeros((_NUM_PIECES + 1, _NUM_PIECES + 1))
    covariance[0, 0] = _HEIGHT**2
    covariance[1:, 1:] = slopes + 1e-4 * np.eye(_NUM_PIECES)
    return covariance


def _normal_points(number: int, dimensions: int) -> FloatArray:
    """Points that fill a standard normal distribution evenly, (number, dimensions).

    Their mean is exactly 0 and their covariance the identity: few points in many dimensions would
    have others by chance.
    """
    # Multiples of powers of this ratio, in one dimension the golden one, fill the unit cube
    # (Roberts, The unreasonable effectiveness of quasirandom sequences, 2018).
    ratio = 2.0
    for _ in range(50):
        ratio = (1.0 + ratio) ** (1.0 / (dimensions + 1))
    shares = ratio ** -np.arange(1.0, dimensions + 1)
    uniform = (0.5 + np.outer(np.arange(1, number // 2 + 1), shares)) % 1.0
    half = np.vectorize(NormalDist().inv_cdf, otypes=[float])(np.clip(uniform, 1e-9, 1 - 1e-9))
    half = np.linalg.solve(np.linalg.cholesky(half.T @ half / len(half)), half.T).T
    return np.concatenate([half, -half])


PRIOR = _prior()
_PRIOR_INFORMATION = np.linalg.inv(PRIOR)
_NORMAL_POINTS = _normal_points(_NUM_POINTS, _NUM_PIECES + 1)


@dataclass(frozen=True)
class _Problem:
    """Decisions by the lengths of the pieces (pieces, n) and what they found (n,)."""

    lengths: FloatArray
    is_error: BoolArray

    def log_density(self, parameters: FloatArray) -> float:
        """Of a set of parameters (k,), up to a constant."""
        said = _answered(logistic(_along(self.lengths, parameters[None])[0]))
        likelihood = np.log(np.where(self.is_error, said, 1.0 - said)).sum()
        return float(_INDEPENDENT * likelihood - 0.5 * parameters @ _PRIOR_INFORMATION @ parameters)

    def information(self, parameters: FloatArray) -> FloatArray:
        """Expected curvature of the log density at a set of parameters, (k, k)."""
        moves, said, rise = self._parts(parameters)
        weight = _INDEPENDENT * rise**2 / (said * (1.0 - said))
        return (moves * weight) @ moves.T + _PRIOR_INFORMATION

    def mode(self) -> FloatArray:
        """The parameters of the highest density, by scoring steps that never go down; (k,)."""
        at = np.zeros(len(PRIOR))
        height = self.log_density(at)
        for _ in range(_MAX_STEPS):
            step = np.linalg.solve(self.information(at), self._gradient(at))
            while np.abs(step).max() > _SMALLEST_STEP:
                higher = self.log_density(at + step)
                if higher > height:
                    break
                step = step / 2
            else:
                return at
            at, height = at + step, higher
        return at

    def _gradient(self, parameters: FloatArray) -> FloatArray:
        moves, said, rise = self._parts(parameters)
        pull = np.where(self.is_error, rise / said, -rise / (1.0 - said))
        return _INDEPENDENT * moves @ pull - _PRIOR_INFORMATION @ parameters

    def _parts(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """How log odds move with the parameters (k, n), and answers with the log odds, (n,)."""
        share = logistic(_along(self.lengths, parameters[None])[0])
        pieces = np.exp(parameters[1:, None]) * self.lengths
        moves = np.concatenate([np.ones((1, len(share))), pieces])
        return moves, _answered(share), (1.0 - 2.0 * LAPSE) * share * (1.0 - share)


def _answered(share: FloatArray) -> FloatArray:
    """How probably a reviewer says that there is an error, in (0, 1)."""
    return LAPSE + (1.0 - 2.0 * LAPSE) * share
