"""Logistic regression on few columns, towards known parameters, some of which keep their sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from odquality.core.scenes import BoolArray, FloatArray

_MAX_STEPS = 100
_MAX_HALVINGS = 30
# exp() of larger numbers overflows.
_MAX_EXPONENT = 700.0
# What changes by less than this, relative to itself, has not changed but for rounding.
_ROUNDING = 1e-13


@dataclass(frozen=True)
class LogisticRegression:
    """A logistic regression with a Gaussian prior.

    Attributes:
        columns: K arrays (n,): the variables.
        sign: (n,) 1 or -1: the outcomes.
        share: (n,) how much each row counts.
        offset: log odds that are added to those of each row.
        prior: (K,) the parameters' most probable values before seeing data; bounded ones are at
            least 0.
        precision: (K,) the inverses of their variances, above 0.
        bounded: (K,) bool, which parameters must be at least 0.
    """

    columns: Sequence[FloatArray]
    sign: FloatArray
    share: FloatArray
    offset: float
    prior: FloatArray
    precision: FloatArray
    bounded: BoolArray

    def fit(self) -> FloatArray:
        """The most probable parameters after seeing data, (K,), exact but for rounding.

        The loss is strictly convex, and Newton's method finds its minimum in some ten steps. A step
        that would take a bounded parameter below 0 ends at 0; there the parameter stays for as long
        as the loss falls no further upwards.
        """
        parameters, loss = self.prior, self._loss(self.prior)
        for _ in range(_MAX_STEPS):
            step = self._step(parameters)
            falling = self.bounded & (step < 0)
            step *= np.min(parameters[falling] / -step[falling], initial=1.0)
            for _ in range(_MAX_HALVINGS):
                moved = parameters + step
                moved[self.bounded & (moved < _ROUNDING)] = 0.0
                new_loss = self._loss(moved)
                if new_loss <= loss * (1 + _ROUNDING):
                    break
                step /= 2
            parameters, loss = moved, new_loss
            if (np.abs(step) <= _ROUNDING * (1 + np.abs(parameters))).all():
                break
        return parameters

    def _margin(self, parameters: FloatArray) -> FloatArray:
        """The log odds of each row's outcome, (n,)."""
        terms = (value * column for value, column in zip(parameters, self.columns, strict=True))
        return self.sign * sum(terms, start=np.full(len(self.sign), self.offset))

    def _loss(self, parameters: FloatArray) -> float:
        """Minus the logarithm of the parameters' probability, up to a constant."""
        data = self.share * np.logaddexp(0.0, -self._margin(parameters))
        return float(data.sum() + (self.precision * (parameters - self.prior) ** 2).sum() / 2)

    def _step(self, parameters: FloatArray) -> FloatArray:
        """The step to the minimum of the loss's second-order approximation, (K,)."""
        # Sums are not left to matrix products, whose order of summation depends on the machine.
        surprise = 1 / (1 + np.exp(np.minimum(self._margin(parameters), _MAX_EXPONENT)))
        slope = self.share * self.sign * surprise
        curvature = self.share * surprise * (1 - surprise)
        gradient = self.precision * (parameters - self.prior)
        gradient -= [(slope * column).sum() for column in self.columns]
        hessian = np.diag(self.precision)
        for row, first in enumerate(self.columns):
            weighted = curvature * first
            for column, second in enumerate(self.columns):
                hessian[row, column] += (weighted * second).sum()
        at_bound = self.bounded & (parameters <= 0)
        fixed = at_bound & (gradient > 0)
        while True:
            step, free = np.zeros(len(parameters)), np.flatnonzero(~fixed)
            step[free] = np.linalg.solve(hessian[np.ix_(free, free)], -gradient[free])
            leaving = at_bound & (step < 0)
            if not leaving.any():
                return step
            fixed |= leaving
