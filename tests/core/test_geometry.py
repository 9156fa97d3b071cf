"""Overlap and distance of boxes."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.core.geometry import box_area, box_intersection, box_iou, squared_distance


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


def test_tiny_boxes_do_not_divide_by_zero() -> None:
    box = column(0, 0, 1e-4, 1e-4)
    # A union below a millionth of a square pixel counts as that much.
    assert box_iou(box, box) == pytest.approx([0.01])


def test_area_and_intersection() -> None:
    assert box_area(column(1, 2, 4, 8)) == pytest.approx([18.0])
    assert box_intersection(column(0, 0, 10, 10), column(4, 6, 20, 20)) == pytest.approx([24.0])


def test_squared_distance() -> None:
    assert squared_distance(np.array([[1.0], [2.0]]), np.array([[4.0], [6.0]])).tolist() == [25.0]


def test_arguments_are_left_as_they_are() -> None:
    first, second = column(0, 0, 10, 10), column(5, 0, 15, 10)
    box_iou(first, second)
    squared_distance(first[:2], second[:2])
    assert first.ravel().tolist() == [0, 0, 10, 10]
    assert second.ravel().tolist() == [5, 0, 15, 10]
