"""What decisions tell of how far off probabilities are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtools.property_cases import cases
from odquality.core.log_odds import HIGHEST, LOWEST, log_odds, logistic
from odquality.core.scenes import BoolArray, FloatArray
from odquality.learning.posterior import PRIOR, corrected_odds, fit

Curve = Callable[[FloatArray], FloatArray]
decided = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60)
PLACES = np.linspace(-4, 2, 13)


def drawn(seed: int, truth: Curve, number: int) -> tuple[FloatArray, BoolArray]:
    """Probabilities, and whether there is an error where the true log odds lie on a curve."""
    rng = np.random.default_rng(seed)
    odds = rng.uniform(-5, 3, number)
    return logistic(odds), rng.random(number) < logistic(truth(odds))


def corrected(probability: float, parameters: FloatArray) -> float:
    odds = corrected_odds(log_odds(np.array([probability])), parameters[None])
    return float(logistic(odds)[0, 0])


def test_without_decisions_it_is_the_prior() -> None:
    posterior = fit(np.empty(0), np.empty(0, bool))
    assert not posterior.mode.any()
    assert posterior.points.mean(axis=0) == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(np.cov(posterior.points.T, bias=True), PRIOR, atol=1e-9)


def test_no_change_leaves_log_odds_as_they_are() -> None:
    odds = np.linspace(LOWEST, HIGHEST, 200)
    nothing = np.zeros((2, len(PRIOR)))
    np.testing.assert_allclose(corrected_odds(odds, nothing), [odds, odds], atol=1e-12)
    np.testing.assert_allclose(corrected_odds(odds, nothing[:1]), [odds], atol=1e-12)


def test_one_curve_or_many_are_the_same() -> None:
    odds = np.random.default_rng(0).uniform(LOWEST, HIGHEST, 300)
    parameters = np.random.default_rng(1).normal(0, 0.5, (3, len(PRIOR)))
    each = [corrected_odds(odds, one[None])[0] for one in parameters]
    np.testing.assert_allclose(corrected_odds(odds, parameters), each, atol=1e-9)


CURVES: dict[str, Curve] = {
    "as the method says": lambda odds: odds,
    "more": lambda odds: odds + 2.0,
    "fewer": lambda odds: odds - 1.5,
    "steep in the middle": lambda odds: np.interp(odds, [-6, -3, -1, 3], [-6, -5, 2, 5]),
    "flat": lambda odds: 0.5 * odds,
}


@pytest.mark.parametrize("name", CURVES)
def test_many_decisions_tell_the_truth(name: str) -> None:
    posterior = fit(*drawn(1, CURVES[name], 4000))
    found = logistic(corrected_odds(PLACES, posterior.mode[None])[0])
    np.testing.assert_allclose(found, logistic(CURVES[name](PLACES)), atol=0.07)


def test_what_the_likeliest_boxes_teach_says_less_of_others() -> None:
    # Nothing of 40 boxes was to be expected but that two or three are right.
    mode = fit(np.full(40, 0.93), np.ones(40, bool)).mode
    assert corrected(0.93, mode) > 0.98
    assert 0.5 < corrected(0.5, mode) < 0.75
    assert 0.1 < corrected(0.1, mode) < 0.15


@pytest.mark.parametrize("name", CURVES)
def test_the_truth_lies_where_the_posterior_says(name: str) -> None:
    inside = []
    for seed in range(20):
        posterior = fit(*drawn(seed, CURVES[name], 60))
        low, high = np.quantile(corrected_odds(PLACES, posterior.points), [0.05, 0.95], axis=0)
        truth = CURVES[name](PLACES)
        inside.append((low <= truth) & (truth <= high))
    assert np.mean(inside) >= 0.8


@given(decided)
@cases(60)
def test_it_is_a_distribution_whatever_was_decided(rows: list[tuple[float, bool]]) -> None:
    probability = np.array([row[0] for row in rows], np.float64)
    posterior = fit(probability, np.array([row[1] for row in rows], bool))
    assert np.isfinite(posterior.mode).all()
    assert np.isfinite(posterior.points).all()
    assert np.abs(posterior.mode / np.sqrt(np.diag(PRIOR))).max() < 8


@given(decided, st.floats(0, 1))
@cases(60)
def test_an_error_more_lowers_no_estimate_there(rows: list[tuple[float, bool]], at: float) -> None:
    """What is found at a probability moves the estimate at that probability its way."""
    probability = np.array([*(row[0] for row in rows), at], np.float64)
    is_error = [row[1] for row in rows]
    wrong = fit(probability, np.array([*is_error, True], bool))
    right = fit(probability, np.array([*is_error, False], bool))
    assert corrected(at, wrong.mode) >= corrected(at, right.mode) - 1e-6


@pytest.mark.parametrize("is_error", [False, True])
def test_all_alike_moves_far_but_not_for_ever(is_error: bool) -> None:
    probability = np.full(200, 0.5)
    estimate = corrected(0.5, fit(probability, np.full(200, is_error)).mode)
    assert (estimate > 0.97) == is_error
    assert 0.001 < estimate < 0.999


def test_a_few_wrong_decisions_do_not_upset_it() -> None:
    """The three likeliest of sixty are taken for the contrary of what they are."""
    probability, is_error = drawn(3, CURVES["as the method says"], 60)
    slips = np.argsort(-probability)[:3]
    upset = is_error.copy()
    upset[slips] = ~upset[slips]
    honest, other = fit(probability, is_error).mode, fit(probability, upset).mode
    for at in (0.01, 0.1, 0.5):
        assert abs(corrected(at, other) - corrected(at, honest)) < 0.2
