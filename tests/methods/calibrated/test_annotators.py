"""What annotators miss, told by which predictions have found a label."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from odquality.core.scenes import BoolArray, FloatArray
from odquality.methods.calibrated.annotators import Annotators, fit_annotators

GRID = np.linspace(0, 1, 101)


def _simulated(known: Annotators, number: int, seed: int = 0) -> tuple[FloatArray, BoolArray]:
    """Predictions, and which of them find a label, of a detector and annotators as they are known.

    By the formulas of the method's description, and not by its code.
    """
    rng = np.random.default_rng(seed)
    confidence = rng.uniform(0.01, 0.99, number)
    logit = np.log(confidence / (1 - confidence))
    is_object = rng.random(number) < 1 / (1 + np.exp(-known.a - known.b * logit))
    is_missed = rng.random(number) < 1 / (1 + np.exp(-known.mu + known.beta * logit))
    return confidence, is_object & ~is_missed


def _fit(confidence: FloatArray, labelled: BoolArray) -> Annotators:
    found = fit_annotators(confidence, labelled)
    assert found is not None
    return found


@pytest.mark.parametrize("mu", [-4.0, -2.0, 0.0, 1.0])
@pytest.mark.parametrize("beta", [0.2, 0.8])
def test_known_annotators_are_recovered(mu: float, beta: float) -> None:
    # Of a detector about as modest as those that are known.
    known = Annotators(a=0.2, b=1.15, mu=mu, beta=beta)
    confidence, labelled = _simulated(known, 50_000)
    found = _fit(confidence, labelled)
    # What the data show, which is how often a prediction finds a label, is met closely; ...
    for low in (0.1, 0.3, 0.5, 0.7, 0.9):
        group = (confidence >= low) & (confidence < low + 0.1)
        logit = np.log(confidence[group] / (1 - confidence[group]))
        is_object = 1 / (1 + np.exp(-found.a - found.b * logit))
        finds = is_object / (1 + np.exp(found.mu - found.beta * logit))
        assert finds.mean() == pytest.approx(labelled[group].mean(), abs=0.02)
    # ... what they do not tell, whether an object or a label is lacking, as the prior allows.
    assert found.a == pytest.approx(known.a, abs=0.5)
    inner = GRID[10:91]
    np.testing.assert_allclose(found.missed(inner), known.missed(inner), atol=0.15)


def test_what_they_miss_is_bayes_rule() -> None:
    """Of unlabelled predictions, the share that is an object."""
    known = Annotators(a=0.0, b=1.0, mu=0.0, beta=0.5)
    rng = np.random.default_rng(1)
    confidence = np.full(200_000, 0.6)
    logit = np.log(1.5)
    is_object = rng.random(len(confidence)) < 0.6
    labelled = is_object & (rng.random(len(confidence)) > 1 / (1 + np.exp(0.5 * logit)))
    share = np.count_nonzero(is_object & ~labelled) / np.count_nonzero(~labelled)
    assert known.missed(confidence[:1]) == pytest.approx([share], abs=0.01)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 200), st.floats(0, 1), st.integers(0, 2**32))
@example(number=191, share=0.625, seed=837584)
def test_the_more_confident_the_likelier_missing(number: int, share: float, seed: int) -> None:
    """Whatever finds a label: to that end the parameters are bounded."""
    rng = np.random.default_rng(seed)
    confidence, labelled = rng.random(number), rng.random(number) < share
    if rng.random() < 0.5:
        labelled = confidence < share
    found = fit_annotators(confidence, labelled)
    if found is None:
        assert not (confidence >= 0.05).any()
        return
    assert 0 <= found.beta <= 1
    with np.errstate(all="raise"):
        missed = found.missed(GRID)
    assert ((missed >= 0) & (missed <= 1)).all()
    assert (np.diff(missed) >= -1e-12).all()


def test_predictions_that_are_hardly_confident_tell_nothing() -> None:
    assert fit_annotators(np.zeros(0), np.zeros(0, bool)) is None
    assert fit_annotators(np.array([0.0, 0.049]), np.array([True, False])) is None
    confidence, labelled = _simulated(Annotators(0.0, 1.0, -2.0, 0.8), 2000)
    more = np.concatenate([confidence, np.full(500, 0.04)])
    some = confidence >= 0.05
    assert _fit(more, np.concatenate([labelled, np.ones(500, bool)])) == _fit(
        confidence[some], labelled[some]
    )


@pytest.mark.parametrize("confidence", [np.full(500, 1.0), np.full(500, 0.5), GRID.repeat(5)])
def test_where_all_is_labelled_nothing_is_missing(confidence: FloatArray) -> None:
    with np.errstate(divide="raise", over="raise", invalid="raise"):
        found = _fit(confidence, np.ones(len(confidence), bool))
        assert found.missed(np.array([0.5, 0.9, 1.0]))[0] < 0.1


def test_where_nothing_is_labelled_confident_predictions_are_missing() -> None:
    confidence = np.linspace(0.05, 0.99, 500)
    found = _fit(confidence, np.zeros(500, bool)).missed(np.array([0.1, 0.5, 0.95]))
    assert found[0] < found[1] < found[2]
    assert found[2] > 0.7


def test_the_less_is_labelled_the_more_is_missing() -> None:
    missed = [
        _fit(*_simulated(Annotators(0.0, 1.0, mu, 0.5), 5000)).missed(np.array([0.8]))[0]
        for mu in (-5.0, -2.0, 0.0, 2.0)
    ]
    assert (np.diff(missed) > 0).all()


def test_the_same_predictions_give_the_same_parameters() -> None:
    confidence, labelled = _simulated(Annotators(0.0, 1.0, -1.0, 0.5), 3000)
    assert _fit(confidence, labelled) == _fit(confidence.copy(), labelled.copy())
    order = np.random.default_rng(3).permutation(len(confidence))
    other = _fit(confidence[order], labelled[order])
    np.testing.assert_allclose(
        other.missed(GRID), _fit(confidence, labelled).missed(GRID), rtol=0, atol=1e-6
    )


def test_more_predictions_of_the_same_kind_do_not_change_what_they_cannot_tell() -> None:
    """Misses that level off, unlike those of the form, would else outweigh what is known."""
    rng = np.random.default_rng(4)
    confidence = rng.uniform(0.05, 0.99, 2500)
    is_object = rng.random(2500) < confidence
    labelled = is_object & (rng.random(2500) < np.clip(confidence**6, 0.1, 0.9))
    once = _fit(confidence, labelled).missed(GRID)
    often = _fit(np.tile(confidence, 20), np.tile(labelled, 20)).missed(GRID)
    np.testing.assert_allclose(often, once, atol=0.05)
    assert once[50] > 0.2


def test_few_predictions_leave_open_how_misses_depend_on_the_confidence() -> None:
    known = Annotators(a=0.3, b=1.2, mu=-1.0, beta=0.9)
    few, many = (_fit(*_simulated(known, number)) for number in (100, 20_000))
    assert 0 <= few.least_beta < few.beta
    assert few.least_beta < 0.4
    assert many.least_beta > 0.6
