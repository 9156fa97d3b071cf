"""From boxes to images."""

from __future__ import annotations

import numpy as np

from odquality.core.pooling import expected_number, lowest_score, pooled_probability

COUNTS = np.array([2, 0, 3])
PROBABILITY = np.array([0.5, 0.2, np.nan, 1.0, 0.0])


def test_the_lowest_score() -> None:
    np.testing.assert_allclose(lowest_score(1 - PROBABILITY, COUNTS), [0.5, 1, 0])


def test_the_expected_number() -> None:
    np.testing.assert_allclose(expected_number(PROBABILITY, COUNTS), [0.7, 0, 1])


def test_several_are_worse_than_one_and_many_small_ones_are_not() -> None:
    pooled = pooled_probability(PROBABILITY, COUNTS)
    np.testing.assert_allclose(pooled, [np.sqrt(1 - 0.75 * 0.96), 0, 1], atol=1e-6)
    many = pooled_probability(np.full(100, 0.01), np.array([100]))
    assert many[0] < 0.11
