"""The area under the curve is that of the definition, with ties and over several blocks."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.methods.objectlab.matching import IOU_THRESHOLDS
from odquality.methods.objectlab.precision_curve import FLAGS, area_under_curve


def bits(confidence: np.ndarray, flags: np.ndarray) -> np.ndarray:
    return (confidence.view(np.uint64) & ~FLAGS) | flags


def by_definition(confidence: np.ndarray, flags: np.ndarray, num_labels: int) -> float:
    """Prediction after prediction, the most confident first and true before false positives."""
    total = 0.0
    for bit in range(len(IOU_THRESHOLDS)):
        positive = (flags >> np.uint64(bit) & np.uint64(1)).astype(bool)
        order = np.lexsort((~positive, -confidence))
        positive = positive[order]
        precision = np.cumsum(positive) / np.arange(1, len(positive) + 1)
        envelope = np.maximum.accumulate(precision[::-1])[::-1]
        total += envelope[positive].sum() / num_labels
    return total / len(IOU_THRESHOLDS)


@pytest.mark.parametrize("digits", [0, 1, 3, 12])
@pytest.mark.parametrize("number", [1, 30, 60_000])
def test_equals_the_definition(number: int, digits: int) -> None:
    rng = np.random.default_rng(number)
    confidence = rng.random(number).round(digits)
    # To as many digits as are kept.
    confidence = bits(confidence, np.zeros(number, np.uint64)).view(np.float64)
    flags = rng.integers(0, 1 << len(IOU_THRESHOLDS), number, dtype=np.uint64)
    flags[rng.random(number) < 0.4] = 0
    flags[:1] = 1
    rows = np.flatnonzero(flags)
    positives = np.sort(bits(confidence[rows], flags[rows]))
    ordered = np.sort(confidence)
    kept = (positives & ~FLAGS).view(np.float64)
    more_confident = number - np.searchsorted(ordered, kept, side="right")
    steps = -np.diff(more_confident, append=0)
    found = area_under_curve(positives, steps, 2 * number)
    assert found == pytest.approx(by_definition(confidence, flags, 2 * number), rel=1e-12)
