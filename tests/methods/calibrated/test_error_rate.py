"""The estimated rate of errors."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.methods.calibrated.error_rate import PRIOR_RATE, error_rate


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5])
def test_a_rate_is_found_where_errors_stand_out(rate):
    rng = np.random.default_rng(0)
    wrong = rng.normal(6, 1, 2000)
    count = int(10_000 * rate)
    present = np.concatenate([rng.normal(0, 1, 10_000 - count), rng.normal(6, 1, count)])
    assert error_rate(present, len(present), wrong, len(wrong)) == pytest.approx(rate, rel=0.25)


def test_the_rate_is_a_bound_where_right_boxes_look_wrong():
    rng = np.random.default_rng(1)
    wrong = rng.normal(6, 1, 2000)
    present = np.concatenate([rng.normal(0, 1, 9000), rng.normal(6, 1, 1000)])
    assert 0.08 < error_rate(present, len(present), wrong, len(wrong)) < 0.12


def test_a_clean_dataset_has_a_rate_near_0():
    rng = np.random.default_rng(2)
    wrong = rng.normal(6, 1, 2000)
    assert error_rate(rng.normal(0, 1, 10_000), 10_000, wrong, 2000) < 0.001


def test_few_boxes_leave_the_rate_near_the_prior():
    nothing = np.zeros(0)
    assert error_rate(nothing, 0, np.ones(5), 5) == pytest.approx(PRIOR_RATE)
    assert error_rate(nothing, 3, nothing, 0) == PRIOR_RATE
    assert error_rate(np.ones(3), 3, np.ones(5), 5) < 0.1


def test_a_kind_that_is_never_the_likeliest_has_the_prior_rate():
    assert error_rate(np.ones(10), 1000, np.ones(5), 1000) == PRIOR_RATE


def test_a_worked_example():
    present = np.repeat([1.0, 0.0], [9, 991])
    # 9 suspects and a standard deviation of 3, one more box that was not drawn, then the prior.
    expected = (9 + 3 + 1 + 50 * PRIOR_RATE) / (1000 + 50)
    assert error_rate(present, 1000, np.ones(100), 100) == pytest.approx(expected)
