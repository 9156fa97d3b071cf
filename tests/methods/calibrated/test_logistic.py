"""The fitted parameters minimise the loss, within their bounds, on easy and on degenerate data."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.core.scenes import FloatArray
from odquality.methods.calibrated.logistic import LogisticRegression


def _regression(rng: np.random.Generator, number: int, *, scale: float) -> LogisticRegression:
    variables = int(rng.integers(1, 4))
    columns = [rng.normal(0, scale, number) for _ in range(variables)]
    if rng.random() < 0.3:
        columns[-1] = columns[0].copy()
    return LogisticRegression(
        columns=[*columns, np.ones(number)],
        sign=rng.choice([-1.0, 1.0], number),
        share=rng.choice([0.05, 1.0], number),
        offset=float(rng.normal()),
        prior=np.append(np.ones(variables), rng.normal(0, 3)),
        precision=np.append(np.full(variables, 16.0), 1.0),
        bounded=np.arange(variables + 1) < variables,
    )


def _gradient(regression: LogisticRegression, parameters: FloatArray) -> FloatArray:
    columns = np.stack(regression.columns, axis=1)
    margin = regression.sign * (columns @ parameters + regression.offset)
    slope = regression.sign * regression.share / (1 + np.exp(np.clip(margin, -700, 700)))
    return regression.precision * (parameters - regression.prior) - columns.T @ slope


@pytest.mark.parametrize("scale", [0.01, 1.0, 30.0])
@pytest.mark.parametrize("number", [1, 7, 2000])
def test_the_slope_is_0_or_leads_out_of_bounds(number: int, scale: float) -> None:
    rng = np.random.default_rng(number)
    at_bound = 0
    for _ in range(30):
        regression = _regression(rng, number, scale=scale)
        found = regression.fit()
        gradient = _gradient(regression, found)
        bound = regression.bounded & (found == 0)
        at_bound += bound.sum()
        assert (found[regression.bounded] >= 0).all()
        assert (gradient[bound] >= -1e-8 * number * scale).all()
        np.testing.assert_allclose(gradient[~bound], 0, atol=1e-8 * max(1.0, number * scale))
    assert at_bound > 0 or number * scale < 30


def test_rows_that_a_parameter_separates_leave_it_finite() -> None:
    values = np.repeat([-50.0, 50.0], 500)
    regression = LogisticRegression(
        columns=[values, np.ones(1000)],
        sign=np.sign(values),
        share=np.ones(1000),
        offset=0.0,
        prior=np.array([1.0, 0.0]),
        precision=np.array([16.0, 1.0]),
        bounded=np.array([True, False]),
    )
    assert np.isfinite(regression.fit()).all()


def test_an_error_of_sign_ends_at_0() -> None:
    values = np.linspace(-1, 1, 1000)
    regression = LogisticRegression(
        columns=[values, np.ones(1000)],
        sign=np.where(values > 0, -1.0, 1.0),
        share=np.ones(1000),
        offset=0.0,
        prior=np.array([1.0, 0.0]),
        precision=np.array([16.0, 1.0]),
        bounded=np.array([True, False]),
    )
    weight, intercept = regression.fit()
    assert weight == 0
    assert intercept == pytest.approx(0, abs=1e-9)
