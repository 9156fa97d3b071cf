"""How many times as frequent some evidence is among wrong boxes as among the boxes as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from odquality.core.scenes import FloatArray
from odquality.methods.calibrated.logistic import LogisticRegression
from odquality.methods.calibrated.support import SMALLEST

# How sure the prior weights are: their relative standard deviation is a quarter.
_PRIOR_PRECISION = 16.0
# The intercept's standard deviation is one.
_INTERCEPT_PRECISION = 1.0

# exp() of larger exponents adds nothing but overflow.
_MAX_EXPONENT = 30.0


@dataclass(frozen=True)
class Term:
    """One addend of a log density ratio.

    Attributes:
        piece: name of the piece of evidence.
        weight: prior weight; its sign is that of every fitted weight.
        log: whether the term is ``weight * log(SMALLEST + evidence)``, else ``weight * evidence``.
    """

    piece: str
    weight: float
    log: bool = False

    def of(self, evidence: Mapping[str, FloatArray]) -> FloatArray:
        """The term of n boxes with this evidence, before weighting, (n,)."""
        values = evidence[self.piece]
        return np.log(SMALLEST + values) if self.log else values


@dataclass(frozen=True)
class DensityRatio:
    """``exp(intercept + sum of terms)``, monotone in every piece of evidence.

    Attributes:
        terms: with prior or fitted weights.
        intercept: of the logarithm.
    """

    terms: tuple[Term, ...]
    intercept: float

    def log(self, evidence: Mapping[str, FloatArray]) -> FloatArray:
        """Log density ratio of n boxes with this evidence, (n,)."""
        exponent = sum((term.weight * term.of(evidence) for term in self.terms), self.intercept)
        return np.clip(exponent, -_MAX_EXPONENT, _MAX_EXPONENT)

    def fitted(
        self,
        present: Mapping[str, FloatArray],
        wrong: Mapping[str, FloatArray],
        copies: int,
    ) -> DensityRatio:
        """The density ratio after seeing data, with this one as the prior.

        A logistic regression that tells wrong boxes from those as they are: with the logarithm of
        their numbers' ratio as an offset, its log odds are the log density ratio. The weights keep
        the sign of the prior weights (maximum a posteriori under a Gaussian around the prior).

        Args:
            present: evidence of n boxes as they are.
            wrong: evidence of m wrong boxes.
            copies: how many times the boxes as they are were corrupted to get the wrong ones,
                which count in total as one copy's.
        """
        num_present, num_wrong = (_size(pieces) for pieces in (present, wrong))
        if num_present == 0 or num_wrong == 0:
            return self
        prior = np.array([term.weight for term in self.terms])
        # In units of the prior weights, all of them are non-negative and of about the same size.
        columns = [
            term.weight * np.concatenate([term.of(present), term.of(wrong)]) for term in self.terms
        ]
        number = len(columns)
        found = LogisticRegression(
            columns=[*columns, np.ones(num_present + num_wrong)],
            sign=np.repeat([-1.0, 1.0], [num_present, num_wrong]),
            share=np.repeat([1.0, 1.0 / copies], [num_present, num_wrong]),
            offset=float(np.log(num_wrong / copies / num_present)),
            prior=np.append(np.ones(number), self.intercept),
            precision=np.append(np.full(number, _PRIOR_PRECISION), _INTERCEPT_PRECISION),
            bounded=np.arange(number + 1) < number,
        ).fit()
        weights = prior * found[:-1]
        terms = tuple(
            Term(term.piece, float(weight), term.log)
            for term, weight in zip(self.terms, weights, strict=True)
        )
        return DensityRatio(terms, float(found[-1]))


def _size(evidence: Mapping[str, FloatArray]) -> int:
    """Number of boxes."""
    return len(next(iter(evidence.values())))
