"""How many errors are left to be found, and how much review finds most of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from odquality.core.log_odds import log_odds, logistic
from odquality.core.scenes import FloatArray
from odquality.kinds import ANY, BY_NAME, KINDS
from odquality.learning.correction import Correction
from odquality.learning.posterior import corrected_odds
from odquality.learning.spectrum import Spectrum

# The number left lies in its interval with this probability,
COVERAGE = 0.9
# and review is enough when it has found this share of what is left.
ENOUGH = 0.9

# Distributions are kept as this many values that are equally probable.
_LEVELS = (np.arange(200) + 0.5) / 200
_NORMAL = np.array([NormalDist().inv_cdf((row + 0.5) / 15) for row in range(15)])


@dataclass(frozen=True)
class Remaining:
    """What is left to be found among the boxes that nobody has decided on.

    It covers errors that some prediction or label gives evidence of. An object that the detector
    has not seen at all, or a wrong label that it agrees with, is not counted.

    Attributes:
        expected: number of errors.
        low: with `COVERAGE` the number is between this
        high: and this.
        to_review: decisions, the likeliest boxes first, that are expected to find `ENOUGH` of them.
    """

    expected: float
    low: float
    high: float
    to_review: int

    def __str__(self) -> str:
        return (
            f"{self.expected:,.0f} [{self.low:,.0f} to {self.high:,.0f}] left, "
            f"{self.to_review:,} more decisions find most of them"
        )


@dataclass(frozen=True)
class _OfKind:
    """One kind: its boxes by bin, errors for each box that has one, and the number left."""

    counts: FloatArray
    share: FloatArray
    errors_per_box: float
    number: FloatArray

    @property
    def expected(self) -> float:
        return float((self.counts * self.share).sum()) * self.errors_per_box


def remaining(spectrum: Spectrum, correction: Correction) -> dict[str, Remaining]:
    """What is left of each kind, and in all under the name ``any``.

    Args:
        spectrum: of the boxes that nobody has decided on, by the run's own probabilities.
        correction: what the decisions have taught.
    """
    kinds = {kind: _of_kind(kind, spectrum, correction) for kind in KINDS}
    told = {kind: _told([each]) for kind, each in kinds.items()}
    return {**told, ANY: _told(list(kinds.values()))}


def _of_kind(kind: str, spectrum: Spectrum, correction: Correction) -> _OfKind:
    boxes, probability = spectrum.of_kind(kind)
    counts = boxes.astype(np.float64)
    posterior, errors = correction.posteriors[kind], 1.0 / BY_NAME[kind].boxes
    share = logistic(corrected_odds(log_odds(probability), posterior.points))
    mean, variance = share @ counts, (share * (1.0 - share)) @ counts
    values = mean[:, None] + np.sqrt(variance)[:, None] * _NORMAL
    number = _quantiles(np.clip(values, 0.0, counts.sum()).ravel())
    return _OfKind(counts, correction.apply(kind, probability), errors, number * errors)


def _told(kinds: list[_OfKind]) -> Remaining:
    expected = sum(each.expected for each in kinds)
    number = np.zeros(1)
    for each in kinds:
        sums = np.add.outer(number, each.number).ravel()
        number = _quantiles(sums)
    tail = (1.0 - COVERAGE) / 2
    low, high = np.quantile(number, [tail, 1.0 - tail]).tolist()
    return Remaining(expected, min(low, expected), max(high, expected), _to_review(kinds, expected))


def _quantiles(values: FloatArray) -> FloatArray:
    """Fewer values, equally probable as those of (n,) are."""
    return np.quantile(values, _LEVELS)


def _to_review(kinds: Iterable[_OfKind], expected: float) -> int:
    """How many boxes, the likeliest first, have the most of the errors that are expected."""
    rows = [
        (each.share, each.counts, np.full(len(each.counts), each.errors_per_box)) for each in kinds
    ]
    share, counts, errors = (np.concatenate(column) for column in zip(*rows, strict=True))
    order = np.argsort(-share, kind="stable")
    share, counts, errors = share[order], counts[order], errors[order]
    found = np.cumsum(share * counts * errors)
    if expected <= 0.0:
        return 0
    last = int(np.searchsorted(found, ENOUGH * expected))
    before = found[last] - share[last] * counts[last] * errors[last]
    of_last = (ENOUGH * expected - before) / (share[last] * errors[last])
    return int(np.ceil(counts[:last].sum() + of_last))
