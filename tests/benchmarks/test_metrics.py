"""The figures of a ranking, against worked examples and their definitions."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from benchmarks.accuracy.metrics import precision_at, rank


def test_a_worked_example() -> None:
    is_error = np.array([True, False, True, False, False])
    ranking = rank(is_error, np.array([0.9, 0.8, 0.7, 0.2, 0.1]))
    assert ranking.auroc == pytest.approx(5 / 6)
    assert ranking.average_precision == pytest.approx((1 + 2 / 3) / 2)
    assert ranking.precision_at_t == 0.5
    assert np.isnan(ranking.precision_at_100)
    assert (ranking.positives, ranking.items) == (2, 5)


def test_higher_suspicion_ranks_first() -> None:
    is_error = np.arange(200) >= 180
    best, worst = rank(is_error, np.arange(200.0)), rank(is_error, -np.arange(200.0))
    assert (best.auroc, best.precision_at_t, best.precision_at_100) == (1, 1, 0.2)
    assert (worst.auroc, worst.precision_at_t) == (0, 0)


def test_what_is_not_scored_counts_as_least_suspicious() -> None:
    is_error = np.array([True, True, False, False])
    unscored = rank(is_error, np.array([-5.0, np.nan, -7.0, -6.0]))
    lowest = rank(is_error, np.array([-5.0, -8.0, -7.0, -6.0]))
    assert unscored.auroc == lowest.auroc == 0.5
    assert unscored.average_precision == lowest.average_precision


def test_nothing_scored_is_chance() -> None:
    ranking = rank(np.array([True, False, False, False]), np.full(4, np.nan))
    assert ranking.auroc == 0.5
    assert ranking.average_precision == ranking.precision_at_t == 0.25


def test_ties_count_as_in_random_order() -> None:
    is_error = np.array([True, False, True, False, False])
    suspicion = np.array([3.0, 2.0, 2.0, 2.0, 1.0])
    orders = [(0, *tied, 4) for tied in permutations((1, 2, 3))]
    expected = np.mean([is_error[list(order)][:3].mean() for order in orders])
    assert precision_at(is_error, suspicion, 3) == pytest.approx(expected)


@pytest.mark.parametrize("is_error", [np.zeros(3, bool), np.ones(3, bool)])
def test_without_two_sorts_of_items_there_is_no_figure(is_error: np.ndarray) -> None:
    ranking = rank(is_error, np.arange(3.0))
    assert np.isnan([ranking.auroc, ranking.average_precision, ranking.precision_at_t]).all()
