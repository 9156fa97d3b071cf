"""Probabilities and their log odds."""

from __future__ import annotations

import numpy as np

from odquality.core.log_odds import HIGHEST, LOWEST, log_odds, logistic


def test_one_undoes_the_other() -> None:
    probability = np.array([[0.001, 0.25, 0.5], [0.75, 0.9, 0.999]])
    np.testing.assert_allclose(logistic(log_odds(probability)), probability, rtol=1e-12)


def test_log_odds_are_finite() -> None:
    lowest, even, highest = log_odds(np.array([0.0, 0.5, 1.0])).tolist()
    assert LOWEST < lowest < even == 0.0 < highest < HIGHEST


def test_no_log_odds_are_too_large() -> None:
    assert logistic(np.array([-1e6, 0.0, 1e6])).tolist() == [0.0, 0.5, 1.0]
