"""How real errors are held against a method's suspicions."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.accuracy.comparison import Rules, compare
from benchmarks.accuracy.data import DetectionData, make_boxes, make_predictions
from benchmarks.accuracy.real_errors import (
    numbers_found,
    orders,
    prediction_truth,
    rank_real,
    share_found,
)
from benchmarks.accuracy.suspicion import Suspicion
from odquality.kinds import ANY, KINDS, LABEL_KINDS

FIRST, SECOND, AT_BORDER = (10, 10, 30, 30), (50, 10, 70, 30), (0, 60, 20, 80)
REGION = (40, 40, 99, 99)


def make_data(boxes: list, iscrowd: list[bool]) -> DetectionData:
    """One image; predictions on three objects, in a region, and of low confidence on the second."""
    found = np.array([FIRST, SECOND, AT_BORDER, (60, 60, 80, 80), SECOND], np.float64)
    zeros = np.zeros(5, np.int64)
    image = np.zeros(len(boxes), np.int64)
    return DetectionData(
        "made",
        ("a",),
        np.full((1, 2), 100.0),
        make_boxes(image, np.array(boxes, np.float64), image, 1),
        np.array(iscrowd),
        make_predictions(zeros, found, zeros, np.array([0.9, 0.8, 0.7, 0.6, 0.005]), 1),
    )


ORIGINAL = make_data([FIRST, REGION], [False, True])
CORRECTED = make_data([FIRST, SECOND, AT_BORDER], [False] * 3)


def test_what_predictions_are_held_against() -> None:
    errors = compare(ORIGINAL, CORRECTED, Rules(border=3))
    shown, counts = prediction_truth(ORIGINAL, errors)
    assert shown.tolist() == [False, True, False, False, False]
    assert counts.tolist() == [False, True, False, False, False]
    shown, counts = prediction_truth(ORIGINAL, errors, min_confidence=-1)
    assert counts.tolist() == [False, True, False, False, True]
    shown, _ = prediction_truth(ORIGINAL, compare(ORIGINAL, CORRECTED, Rules()))
    assert shown.tolist() == [False, True, True, False, False]


def test_share_of_errors_in_the_images_opened_first() -> None:
    number = np.array([10, 0, 4, 6] + [0] * 16)
    assert share_found(number, number.astype(float)) == (0.5, 0.8, 1.0)
    assert share_found(number, -number.astype(float)) == (0.0, 0.0, 0.0)
    # In no order at all as many as images are opened.
    assert share_found(number, np.zeros(20)) == pytest.approx((0.05, 0.1, 0.2))
    # What is not scored is opened last.
    unscored = np.where(number == 10, np.nan, number)
    assert share_found(number, unscored) == (0.3, 0.5, 0.5)
    assert np.isnan(share_found(np.zeros(20, np.int64), np.zeros(20))).all()


def make_suspicion(expected: float | None = None) -> Suspicion:
    return Suspicion(
        {kind: np.array([0.5]) for kind in (ANY, *KINDS)},
        {kind: np.array([0.25, np.nan]) for kind in (ANY, *LABEL_KINDS)},
        np.array([np.nan, 0.5, 0.3, np.nan, 0.1]),
        None if expected is None else {ANY: np.array([expected])},
    )


def test_expected_and_true_numbers() -> None:
    errors = compare(ORIGINAL, CORRECTED, Rules())
    numbers = numbers_found(ORIGINAL, errors, make_suspicion())
    assert numbers["swap"] == (0.25, 0)
    assert numbers["predictions"] == (pytest.approx(0.8), 2)
    assert ANY not in numbers
    assert numbers_found(ORIGINAL, errors, make_suspicion(1.5))[ANY] == (1.5, 2)


def test_expected_errors_are_an_order_where_a_method_gives_them() -> None:
    assert "expected errors" not in orders(make_suspicion())
    assert orders(make_suspicion(3.0))["expected errors"].tolist() == [3.0]
    assert orders(make_suspicion())["image score"].tolist() == [0.5]


def test_rankings_are_of_the_kinds_that_occur() -> None:
    errors = compare(ORIGINAL, CORRECTED, Rules())
    found = rank_real(ORIGINAL, errors, make_suspicion())
    assert set(found) == {
        ("image", ANY),
        ("image", "overlooked"),
        ("box", "overlooked"),
        ("every box", "overlooked"),
        ("box", ANY),
    }
    assert (found["box", "overlooked"].positives, found["every box", "overlooked"].items) == (2, 3)
