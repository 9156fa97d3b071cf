"""Probabilities as they are after the decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from odquality.core.log_odds import log_odds, logistic
from odquality.core.scenes import FloatArray
from odquality.kinds import KINDS
from odquality.learning import posterior
from odquality.learning.decisions import Outcomes
from odquality.learning.posterior import Posterior


@dataclass(frozen=True)
class Correction:
    """What decisions have taught about the probabilities of a run.

    A function of the decisions alone: with some of them taken back it is what it was before, and
    without any it changes nothing, to the last bit. A kind is corrected by its own decisions.

    Attributes:
        posteriors: what is known of each kind.
    """

    posteriors: Mapping[str, Posterior]

    def changes(self, kind: str) -> bool:
        """Whether decisions have taught anything about a kind."""
        return bool(self.posteriors[kind].mode.any())

    def apply(self, kind: str, probability: FloatArray) -> FloatArray:
        """Corrected probabilities of one kind.

        Args:
            kind: of the error.
            probability: (n,) in [0, 1] by the run; NaN stays NaN.

        Returns:
            (n,) in [0, 1], in the same order of size.
        """
        if not self.changes(kind):
            return probability
        return logistic(self.corrected_odds(kind, log_odds(probability)))

    def corrected_odds(self, kind: str, odds: FloatArray) -> FloatArray:
        """Corrected log odds of one kind, (n,), of those by the run, (n,)."""
        return posterior.corrected_odds(odds, self.posteriors[kind].mode[None])[0]

    def apply_to_labels(self, probabilities: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Corrected probabilities of the kinds of error that labels have.

        Args:
            probabilities: (n,) by kind. A label has one error at most.

        Returns:
            (n,) by kind; where they would add up to more than 1 they are scaled down to it.
        """
        corrected = {kind: self.apply(kind, values) for kind, values in probabilities.items()}
        if all(corrected[kind] is values for kind, values in probabilities.items()):
            return corrected
        excess = np.maximum(1.0, np.sum(list(corrected.values()), axis=0))
        return {kind: values / excess for kind, values in corrected.items()}


def fit_correction(outcomes: Outcomes) -> Correction:
    """What decisions teach about each kind."""
    return Correction({kind: posterior.fit(*outcomes.of_kind(kind)) for kind in KINDS})
