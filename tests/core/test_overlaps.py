"""IoU that is computed for few pairs is what it is for all of them."""

from __future__ import annotations

import numpy as np

from odquality.core.geometry import box_iou
from odquality.core.overlaps import near_pairs, overlapping_pairs
from odquality.core.scenes import Boxes


def boxes(xyxy: np.ndarray) -> Boxes:
    return Boxes(xyxy, np.zeros(len(xyxy), np.int64), np.array([len(xyxy)]))


def random_boxes(seed: int, number: int) -> Boxes:
    """Boxes on whole numbers, many of which touch and some of which have no area."""
    rng = np.random.default_rng(seed)
    corner = rng.integers(0, 20, (number, 2))
    return boxes(np.hstack([corner, corner + rng.integers(0, 8, (number, 2))]).astype(float))


FIRST, SECOND = random_boxes(0, 40), random_boxes(1, 50)
PAIRS = np.indices((40, 50)).reshape(2, -1)
EXPECTED = box_iou(FIRST.columns[:, PAIRS[0]], SECOND.columns[:, PAIRS[1]])


def test_near_pairs_are_those_that_neither_axis_shows_apart_in_order() -> None:
    a, b = FIRST.xyxy[PAIRS[0]], SECOND.xyxy[PAIRS[1]]
    rows = np.flatnonzero(((a[:, :2] < b[:, 2:]) & (b[:, :2] < a[:, 2:])).all(axis=1))
    assert 0 < np.count_nonzero(EXPECTED) <= len(rows) < len(EXPECTED)
    assert set(np.flatnonzero(EXPECTED)) <= set(rows)
    first, second = near_pairs(FIRST, PAIRS[0], SECOND, PAIRS[1])
    np.testing.assert_array_equal(first, PAIRS[0][rows])
    np.testing.assert_array_equal(second, PAIRS[1][rows])


def test_overlapping_pairs_are_those_with_an_iou_in_order() -> None:
    rows = np.flatnonzero(EXPECTED)
    first, second, iou = overlapping_pairs(FIRST, PAIRS[0], SECOND, PAIRS[1])
    np.testing.assert_array_equal(first, PAIRS[0][rows])
    np.testing.assert_array_equal(second, PAIRS[1][rows])
    np.testing.assert_array_equal(iou, EXPECTED[rows])


def test_an_area_too_small_for_a_float_is_none() -> None:
    tiny = boxes(np.array([[0.0, 0, 1e-200, 1e-200]]))
    row = np.array([0])
    assert [len(column) for column in near_pairs(tiny, row, tiny, row)] == [1, 1]
    assert [len(column) for column in overlapping_pairs(tiny, row, tiny, row)] == [0, 0, 0]


def test_no_pairs() -> None:
    none = np.zeros(0, np.int64)
    assert all(len(one) == 0 for one in near_pairs(FIRST, none, SECOND, none))
    assert all(len(one) == 0 for one in overlapping_pairs(FIRST, none, SECOND, none))
