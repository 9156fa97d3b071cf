"""How many objects lack a label, if the detector's confidences are taken at their word.

A prediction of confidence c is of an object with a probability q(c), and an object that is seen
with that confidence lacks a label with a probability m(c). So a prediction finds a label with the
probability q(c) (1 - m(c)), which the data show. Nothing in them tells q from m; but detectors'
confidences are roughly probabilities, if anything too low (`_MEANS`), and annotators rather miss
what is hard to see:

    logit q = a + b logit c, with a and b near their means, and b at least beta
    logit m = mu - beta logit c, with beta in [0, 1]

With beta at most b, a more confident prediction is never the less likely missing label.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from odquality.core.log_odds import log_odds, logistic
from odquality.core.scenes import BoolArray, FloatArray

# Predictions below this confidence say nothing: detectors are not honest about those.
_LEAST_CONFIDENCE = 0.05

# Means and standard deviations of a, b and mu before seeing data, and of beta. Taken at its word, a
# detector has a = 0 and b = 1; those of labels that are nearly right show more of both (PASCAL VOC
# and a YOLOv2: .7 and 1.3). This is about half-way.
_MEANS = np.array([0.3, 1.2, -3.0])
_DEVIATIONS = np.array([0.4, 0.1, 2.0])
_BETA_MEAN, _BETA_DEVIATION = 0.8, 0.5
# No number of predictions tells a and b for sure: what the two lines get wrong would in the end
# outweigh what is known beforehand. From this many predictions on that keeps its weight.
_MOST_PREDICTIONS = 2000

# All values of beta that are tried, and of mu that the search starts from.
_BETAS = np.linspace(0.0, 1.0, 11)
_STARTS = (-4.0, -1.0, 1.0)
# Parameters are about as probable as the best if they are no less so than by this power of e.
_LIKELY = 2.0
_MAX_STEPS = 50
_MAX_HALVINGS = 20
_CONVERGED = 1e-9

# Confidences are grouped by their logit into steps of this width.
_STEP = 0.15
_LARGEST_LOGIT = 9.0
_LEAST_PROBABILITY = 1e-9


@dataclass(frozen=True)
class Annotators:
    """What is missed, by confidence; parameters as above.

    Attributes:
        least_beta: the least beta that is about as probable; 0 where nobody looked.
    """

    a: float
    b: float
    mu: float
    beta: float
    least_beta: float = 0.0

    def missed(self, confidence: FloatArray) -> FloatArray:
        """Probability that an unlabelled prediction is an object, hence a missing label, (n,)."""
        logit = _logit(confidence)
        is_object = logistic(self.a + self.b * logit)
        unlabelled = logistic(self.mu - self.beta * logit)
        return is_object * unlabelled / (1 - is_object * (1 - unlabelled))


def fit_annotators(confidence: FloatArray, labelled: BoolArray) -> Annotators | None:
    """The most probable parameters.

    Args:
        confidence: (n,) of predictions, in [0, 1].
        labelled: (n,) whether each has found a label.

    Returns:
        The parameters; None where no prediction is confident enough to tell any.
    """
    used = confidence >= _LEAST_CONFIDENCE
    if not used.any():
        return None
    curve = _Curve.of(_logit(confidence[used]), labelled[used])
    found = [curve.search(beta, start) for beta in _BETAS.tolist() for start in _STARTS]
    least, best = min(found, key=lambda each: each[0])
    likely = [one.beta for loss, one in found if loss <= least + _LIKELY]
    return replace(best, least_beta=min(likely))


@dataclass(frozen=True)
class _Curve:
    """Predictions in groups of about the same confidence.

    Attributes:
        logits: (G,) mean logit of each group's confidences.
        labelled: (G,) how many of a group have found a label.
        total: (G,) how many there are.
    """

    logits: FloatArray
    labelled: FloatArray
    total: FloatArray

    @classmethod
    def of(cls, logits: FloatArray, labelled: BoolArray) -> _Curve:
        _, group = np.unique(np.floor(logits / _STEP), return_inverse=True)
        total = np.bincount(group).astype(np.float64)
        found = np.bincount(group, labelled).astype(np.float64)
        return cls(np.bincount(group, logits) / total, found, total)

    def search(self, beta: float, start: float) -> tuple[float, Annotators]:
        """The least loss at a value of beta, by Fisher's method of scoring."""
        least = np.array([-np.inf, beta, -np.inf])
        parameters = np.array([*_MEANS[:2], start])
        loss = self._loss(parameters, beta)
        for _ in range(_MAX_STEPS):
            step = self._step(parameters, beta)
            for _ in range(_MAX_HALVINGS):
                there = np.maximum(parameters + step, least)
                moved = self._loss(there, beta)
                if moved <= loss:
                    break
                step = step / 2
            else:
                break
            parameters, gain, loss = there, loss - moved, moved
            if gain <= _CONVERGED * (1 + abs(loss)):
                break
        a, b, mu = parameters.tolist()
        return loss, Annotators(a, b, mu, beta)

    @cached_property
    def _precision(self) -> FloatArray:
        weight = max(1.0, float(self.total.sum()) / _MOST_PREDICTIONS)
        return np.array([weight, weight, 1.0]) / _DEVIATIONS**2

    def _probabilities(self, parameters: FloatArray, beta: float) -> tuple[FloatArray, FloatArray]:
        a, b, mu = parameters
        return logistic(a + b * self.logits), logistic(mu - beta * self.logits)

    def _loss(self, parameters: FloatArray, beta: float) -> float:
        """Minus the logarithm of the parameters' probability, up to a constant."""
        is_object, unlabelled = self._probabilities(parameters, beta)
        finds = (is_object * (1 - unlabelled)).clip(_LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
        missed = self.total - self.labelled
        data = (self.labelled * np.log(finds) + missed * np.log1p(-finds)).sum()
        prior = (self._precision * (parameters - _MEANS) ** 2).sum()
        prior += ((beta - _BETA_MEAN) / _BETA_DEVIATION) ** 2
        return float(prior / 2 - data)

    def _step(self, parameters: FloatArray, beta: float) -> FloatArray:
        is_object, unlabelled = self._probabilities(parameters, beta)
        finds = (is_object * (1 - unlabelled)).clip(_LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
        by_a = is_object * (1 - is_object) * (1 - unlabelled)
        slopes = [by_a, by_a * self.logits, -is_object * unlabelled * (1 - unlabelled)]
        variance = finds * (1 - finds)
        surprise = (self.labelled - self.total * finds) / variance
        gradient = np.array([(slope * surprise).sum() for slope in slopes])
        gradient -= self._precision * (parameters - _MEANS)
        weights = self.total / variance
        information = np.array([[(weights * x * y).sum() for y in slopes] for x in slopes])
        return np.linalg.solve(information + np.diag(self._precision), gradient)


def _logit(confidence: FloatArray) -> FloatArray:
    return log_odds(confidence).clip(-_LARGEST_LOGIT, _LARGEST_LOGIT)
