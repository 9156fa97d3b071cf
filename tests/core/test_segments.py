"""Reductions by segment, empty segments among them."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.core.segments import reduce_runs, segment_max, segment_softmin


def test_largest_value_of_each_segment() -> None:
    found = segment_max(np.array([3.0, 1.0, 5.0]), np.array([2, 0, 2]), 4, empty=-1.0)
    assert found.tolist() == [1.0, -1.0, 5.0, -1.0]


def test_runs() -> None:
    counts = np.array([0, 2, 0, 1, 0])
    found = reduce_runs(np.minimum, np.array([3.0, 1.0, 5.0]), counts, empty=9.0)
    assert found.tolist() == [9.0, 1.0, 9.0, 5.0, 9.0]


def test_no_runs_have_values() -> None:
    assert reduce_runs(np.maximum, np.empty(0), np.array([0, 0]), empty=0.5).tolist() == [0.5, 0.5]


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
