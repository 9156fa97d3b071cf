"""Reductions by segment, empty segments among them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odquality.core.segments import (
    exact_sums,
    reduce_runs,
    segment_max,
    segment_softmin,
    sorting_order,
)


def test_largest_value_of_each_segment() -> None:
    found = segment_max(np.array([3.0, 1.0, 5.0]), np.array([2, 0, 2]), 4, empty=-1.0)
    assert found.tolist() == [1.0, -1.0, 5.0, -1.0]


@pytest.mark.parametrize("size", [1, 2**8, 2**8 + 1, 2**16, 2**16 + 1, 2**40])
def test_order_of_segments_keeps_that_within_them(size: int) -> None:
    segment = np.random.default_rng(0).choice([0, size // 3, size - 1], 100)
    order = sorting_order(segment, size)
    assert order.tolist() == sorted(range(100), key=lambda row: segment[row])


def test_runs() -> None:
    counts = np.array([0, 2, 0, 1, 0])
    found = reduce_runs(np.minimum, np.array([3.0, 1.0, 5.0]), counts, empty=9.0)
    assert found.tolist() == [9.0, 1.0, 9.0, 5.0, 9.0]


def test_no_runs_have_values() -> None:
    assert reduce_runs(np.maximum, np.empty(0), np.array([0, 0]), empty=0.5).tolist() == [0.5, 0.5]


@settings(deadline=None)
@given(
    st.lists(st.lists(st.floats(-63, 63), max_size=8), max_size=6),
    st.integers(0, 2**32),
)
def test_exact_sums_are_the_same_in_any_order(runs: list[list[float]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = np.array([len(run) for run in runs], np.int64)

    def sums(runs: list[list[float]]) -> list[float]:
        values = np.array([value for run in runs for value in run], float)
        return exact_sums(values, counts).tolist()

    found = sums(runs)
    assert found == sums([rng.permutation(run).tolist() for run in runs])
    assert found == pytest.approx([sum(run) for run in runs], abs=1e-10)


def test_exact_sums_of_numbers_that_floats_would_round() -> None:
    values = np.array([0.1, 0.2, 0.3, 63.0, -63.0, 1e-3])
    assert sum(values) != sum(values[::-1])
    orders = [values[np.random.default_rng(seed).permutation(6)] for seed in range(20)]
    assert len({exact_sums(order, np.array([6]))[0] for order in orders}) == 1


def test_exact_sums_of_negative_values_and_of_none() -> None:
    counts = np.array([0, 2, 0, 1])
    assert exact_sums(np.array([-0.5, 0.25, -3.0]), counts).tolist() == [0, -0.25, 0, -3]
    assert exact_sums(np.empty(0), np.array([0, 0])).tolist() == [0, 0]
    assert len(exact_sums(np.empty(0), np.empty(0, np.int64))) == 0


def test_exact_sums_of_as_many_and_as_large_numbers_as_may_be() -> None:
    values = np.full(100_000, -63.999)
    assert exact_sums(values, np.array([len(values)])) == pytest.approx([-63.999 * len(values)])


def test_softmin_is_a_weighted_mean() -> None:
    values = np.array([0.2, 0.5])
    weights = np.exp(-values / 0.1)
    found = segment_softmin(values, np.array([0, 0]), 1, temperature=0.1)
    assert found == pytest.approx([np.average(values, weights=weights)])


def test_softmin_passes_over_nan_and_empty_segments() -> None:
    values, segment = np.array([np.nan, 0.3, np.nan]), np.array([0, 0, 1])
    assert segment_softmin(values, segment, 3, temperature=0.1).tolist() == [0.3, 1.0, 1.0]


def test_softmin_nears_the_minimum_without_overflow() -> None:
    values = np.array([0.2, 0.5, 0.9])
    found = segment_softmin(values, np.zeros(3, int), 1, temperature=1e-6)
    assert found == pytest.approx([0.2])
