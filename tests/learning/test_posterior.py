"""What decisions tell of how far off probabilities are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtools.property_cases import cases
from odquality.core.scenes import BoolArray, FloatArray
from odquality.learning.log_odds import log_odds, logistic
from odquality.learning.posterior import PRIOR_SCALES, corrected_odds, fit

decided = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60)


def drawn(seed: int, intercept: float, slope: float, number: int) -> tuple[FloatArray, BoolArray]:
    """Probabilities whose log odds are off by an intercept and a slope, and what there is."""
    rng = np.random.default_rng(seed)
    odds = rng.uniform(-5, 3, number)
    return logistic(odds), rng.random(number) < logistic(intercept + slope * odds)


def correct(probability: float, parameters: FloatArray) -> float:
    odds = corrected_odds(log_odds(np.array([probability])), parameters[None])
    return float(logistic(odds)[0, 0])


def test_without_decisions_it_is_the_prior() -> None:
    posterior = fit(np.empty(0), np.empty(0, bool))
    assert posterior.mode.tolist() == [0.0, 0.0]
    spread = np.sqrt(posterior.weights @ np.square(posterior.points))
    np.testing.assert_allclose(spread, PRIOR_SCALES, rtol=0.01)


@pytest.mark.parametrize(("intercept", "slope"), [(0, 1), (2.5, 1), (-2, 1.3), (1, 0.7)])
def test_many_decisions_tell_the_truth(intercept: float, slope: float) -> None:
    posterior = fit(*drawn(1, intercept, slope, 3000))
    assert posterior.mode[0] == pytest.approx(intercept, abs=0.3)
    assert np.exp(posterior.mode[1]) == pytest.approx(slope, abs=0.2)
    spread = np.sqrt(posterior.weights @ np.square(posterior.points - posterior.mode))
    assert (spread < 0.15).all()


def test_the_truth_lies_where_the_posterior_says() -> None:
    inside = 0
    for seed in range(60):
        rng = np.random.default_rng(1000 + seed)
        truth = rng.normal(0, PRIOR_SCALES)
        posterior = fit(*drawn(seed, truth[0], np.exp(truth[1]), 40))
        order = np.argsort(posterior.points[:, 0], kind="stable")
        below = np.cumsum(posterior.weights[order])
        low, high = np.interp([0.05, 0.95], below, posterior.points[order, 0])
        inside += low <= truth[0] <= high
    assert 48 <= inside <= 60


@given(decided)
@cases(60)
def test_it_is_a_distribution_whatever_was_decided(rows: list[tuple[float, bool]]) -> None:
    probability = np.array([row[0] for row in rows], np.float64)
    posterior = fit(probability, np.array([row[1] for row in rows], bool))
    assert np.isfinite(posterior.mode).all()
    assert np.isfinite(posterior.points).all()
    assert (posterior.weights >= 0).all()
    assert posterior.weights.sum() == pytest.approx(1.0)
    assert np.abs(posterior.mode / PRIOR_SCALES).max() < 8


@given(decided, st.floats(0, 1))
@cases(60)
def test_an_error_more_lowers_no_estimate_there(rows: list[tuple[float, bool]], at: float) -> None:
    """What is found at a probability moves the estimate at that probability its way."""
    probability = np.array([*(row[0] for row in rows), at], np.float64)
    is_error = [row[1] for row in rows]
    wrong = fit(probability, np.array([*is_error, True], bool))
    right = fit(probability, np.array([*is_error, False], bool))
    assert correct(at, wrong.mode) >= correct(at, right.mode) - 1e-6


@pytest.mark.parametrize("is_error", [False, True])
def test_all_alike_moves_far_but_not_for_ever(is_error: bool) -> None:
    probability = np.full(200, 0.5)
    posterior = fit(probability, np.full(200, is_error))
    estimate = correct(0.5, posterior.mode)
    assert (estimate > 0.97) == is_error
    assert 0.001 < estimate < 0.999


def test_a_few_wrong_decisions_do_not_upset_it() -> None:
    """The three likeliest of sixty are taken for the contrary of what they are."""
    probability, is_error = drawn(3, 0.0, 1.0, 60)
    slips = np.argsort(-probability)[:3]
    upset = is_error.copy()
    upset[slips] = ~upset[slips]
    honest, other = fit(probability, is_error).mode, fit(probability, upset).mode
    for at in (0.01, 0.1, 0.5):
        assert abs(correct(at, other) - correct(at, honest)) < 0.2
