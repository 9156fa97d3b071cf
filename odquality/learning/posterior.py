"""How far off the probabilities of one kind of error are: what decisions tell of it.

A probability p stands for the log odds x. The truth is taken to be ``intercept + slope * x``: the
kind may be more or less frequent than the method thinks, and its evidence worth more or less. Both
are drawn towards 0 and 1 by a prior that says how far methods have been seen to be off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from odquality.core.scenes import BoolArray, FloatArray
from odquality.learning.log_odds import log_odds, logistic

# Standard deviations of the intercept and of the logarithm of the slope. On real errors, detectors
# and annotators put log odds off by up to 4 and slopes by up to a factor of 2.
PRIOR_SCALES = np.array([2.0, 0.3])

# The share of decisions that are slips of the hand, whatever there was to see. It bounds what any
# single decision can say. Where errors are as rare as slips, they would be taken for slips: so few.
LAPSE = 0.002

# The posterior is summed over this grid of standard deviations around its mode.
_REACH, _STEPS = 4.0, 21

_MAX_STEPS = 100
_SMALLEST_STEP = 1e-9


@dataclass(frozen=True)
class Posterior:
    """What is known of the intercept and the logarithm of the slope.

    Attributes:
        mode: (2,) the likeliest values; exactly 0 without decisions.
        points: (n, 2) values around it.
        weights: (n,) probability of each; they add up to 1.
    """

    mode: FloatArray
    points: FloatArray
    weights: FloatArray


def fit(probability: FloatArray, is_error: BoolArray) -> Posterior:
    """The posterior after n decisions, in an order that the caller keeps the same.

    Args:
        probability: (n,) in [0, 1], as the method said.
        is_error: (n,) what the reviewer found.
    """
    problem = _Problem(log_odds(probability), is_error)
    mode = problem.mode()
    spread = np.linalg.cholesky(np.linalg.inv(problem.information(mode)))
    steps = np.linspace(-_REACH, _REACH, _STEPS)
    grid = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    points = mode + grid @ spread.T
    log_density = problem.log_density(points)
    weights = np.exp(log_density - log_density.max())
    return Posterior(mode, points, weights / weights.sum())


def corrected_odds(odds: FloatArray, parameters: FloatArray) -> FloatArray:
    """Log odds (n,) by m pairs of parameters (m, 2), as (m, n)."""
    intercept, slope = parameters[:, :1], np.exp(parameters[:, 1:])
    return intercept + slope * odds


@dataclass(frozen=True)
class _Problem:
    """Decisions at log odds (n,) and what they found (n,)."""

    odds: FloatArray
    is_error: BoolArray

    def log_density(self, parameters: FloatArray) -> FloatArray:
        """Of m pairs of parameters (m, 2), up to a constant; (m,)."""
        said = _answered(corrected_odds(self.odds, parameters))
        likelihood = np.log(np.where(self.is_error, said, 1.0 - said)).sum(axis=1)
        return likelihood - 0.5 * np.square(parameters / PRIOR_SCALES).sum(axis=1)

    def information(self, parameters: FloatArray) -> FloatArray:
        """Expected curvature of the log density at a pair of parameters, (2, 2)."""
        slopes, said, rise = self._parts(parameters)
        weight = rise**2 / (said * (1.0 - said))
        return (slopes * weight) @ slopes.T + np.diag(PRIOR_SCALES**-2.0)

    def mode(self) -> FloatArray:
        """The pair of the highest density, by scoring steps that never go down; (2,)."""
        at = np.zeros(2)
        height = self.log_density(at[None])[0]
        for _ in range(_MAX_STEPS):
            step = np.linalg.solve(self.information(at), self._gradient(at))
            while np.abs(step).max() > _SMALLEST_STEP:
                higher = self.log_density((at + step)[None])[0]
                if higher > height:
                    break
                step = step / 2
            else:
                return at
            at, height = at + step, higher
        return at

    def _gradient(self, parameters: FloatArray) -> FloatArray:
        slopes, said, rise = self._parts(parameters)
        pull = np.where(self.is_error, rise / said, -rise / (1.0 - said))
        return slopes @ pull - parameters / PRIOR_SCALES**2

    def _parts(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """How log odds move with the parameters (2, n), and answers with the log odds, (n,)."""
        odds = corrected_odds(self.odds, parameters[None])[0]
        share = logistic(odds)
        slopes = np.stack([np.ones(len(odds)), odds - parameters[0]])
        return slopes, _answered(odds), (1.0 - 2.0 * LAPSE) * share * (1.0 - share)


def _answered(odds: FloatArray) -> FloatArray:
    """How probably a reviewer says that there is an error, in (0, 1)."""
    return LAPSE + (1.0 - 2.0 * LAPSE) * logistic(odds)
