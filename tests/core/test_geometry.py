"""Overlap and distance of boxes."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.core.geometry import box_area, box_intersection, box_iou, squared_distance
from odquality.core.scenes import box_centre


def column(*box: float) -> np.ndarray:
    return np.array([box], float).T


@pytest.mark.parametrize(
    ("first", "second", "iou"),
    [
        ((0, 0, 10, 10), (0, 0, 10, 10), 1.0),
        ((0, 0, 10, 10), (5, 0, 15, 10), 1 / 3),
        ((0, 0, 10, 10), (2, 2, 4, 4), 0.04),
        ((0, 0, 10, 10), (10, 0, 20, 10), 0.0),
        ((0, 0, 10, 10), (30, 30, 40, 40), 0.0),
        ((0, 0, 10, 10), (-20, 2, -15, 4), 0.0),
        ((5, 5, 5, 5), (5, 5, 5, 5), 0.0),
        ((5, 5, 5, 9), (0, 0, 10, 10), 0.0),
    ],
)
def test_iou(first: tuple[float, ...], second: tuple[float, ...], iou: float) -> None:
    assert box_iou(column(*first), column(*second)) == pytest.approx([iou])
    assert box_iou(column(*second), column(*first)) == pytest.approx([iou])


@pytest.mark.parametrize("unit", [1e9, 1.0, 1e-4, 1e-9, 1e-100])
def test_iou_is_the_same_in_any_unit(unit: float) -> None:
    first, second = column(0, 0, unit, unit), column(0, 0, unit, unit / 2)
    assert box_iou(first, second) == pytest.approx([0.5])


def test_a_least_union() -> None:
    box = column(0, 0, 1e-4, 1e-4)
    assert box_iou(box, box, min_union=1e-6) == pytest.approx([0.01])


def test_area_and_intersection() -> None:
    assert box_area(column(1, 2, 4, 8)) == pytest.approx([18.0])
    assert box_intersection(column(0, 0, 10, 10), column(4, 6, 20, 20)) == pytest.approx([24.0])


def test_squared_distance_of_centres() -> None:
    assert squared_distance(column(0, 1, 2, 3), column(3, 6, 5, 6)).tolist() == [25.0]
    first, second = np.random.default_rng(0).normal(0, 500, (2, 4, 1_000))
    dx, dy = box_centre(first) - box_centre(second)
    np.testing.assert_array_equal(squared_distance(first, second), dx * dx + dy * dy)


def test_arguments_are_left_as_they_are() -> None:
    first, second = column(0, 0, 10, 10), column(5, 0, 15, 10)
    box_iou(first, second)
    squared_distance(first, second)
    assert first.ravel().tolist() == [0, 0, 10, 10]
    assert second.ravel().tolist() == [5, 0, 15, 10]
