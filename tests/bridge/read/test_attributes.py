"""Values of detections become arrays, one by one where they do not fit together."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from bson.decimal128 import Decimal128
from bson.int64 import Int64

from odquality.bridge.read.attributes import Sieve, is_number, read_corners, read_numbers


def corners(values: list[Any], sieve: Sieve) -> Any:
    return read_corners(values, np.ones((len(values), 2)), sieve)


def test_boxes_become_corners_in_the_unit_of_their_images() -> None:
    sieve = Sieve("gt", 2, Counter())
    boxes = [[0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1]]
    scale = np.array([[10.0, 100.0], [640.0, 480.0]])
    expected = [[1.0, 20.0, 4.0, 60.0], [0.0, 0.0, 640.0, 480.0]]
    np.testing.assert_allclose(read_corners(boxes, scale, sieve), expected, rtol=1e-15)
    assert sieve.usable.all()


def test_each_bad_box_is_counted_for_one_reason() -> None:
    values = [
        *(None, []),
        *([0.1] * 3, [0.1, None, 0.1, 0.1], "box", [0, 0, -1, np.nan], [0.1] * 6),
        *({"x": 1, "y": 2, "w": 3, "h": 4}, ["0", "0", "1", "1"], b"abcd", [[0.1] * 4] * 4),
        [0, 0, -1, 1],
        *([0, 0, 1e300, 1], [1e308, 0, 1e308, 1], [-1e10, 0, 1, 1]),
    ]
    treated: Counter[str] = Counter()
    sieve = Sieve("gt", len(values) + 1, treated)
    boxes = corners([*values, [0.0, 0.0, 0.5, 0.5]], sieve)
    assert np.flatnonzero(sieve.usable).tolist() == [len(values)]
    assert boxes.tolist() == [[0.0] * 4] * len(values) + [[0.0, 0.0, 0.5, 0.5]]
    assert treated == {
        "gt without a bounding box (or 3D): left out": 2,
        "gt with a box that is not four numbers: left out": 9,
        "gt with a box of negative width or height: left out": 1,
        "gt with a box beyond all images: left out": 3,
    }


def test_no_boxes() -> None:
    assert corners([], Sieve("gt", 0, Counter())).shape == (0, 4)


def test_a_box_among_bad_ones_is_read_as_it_is_among_good_ones() -> None:
    boxes = [[0.1, 0.2, 0.3, 0.4], [Int64(0), 0, True, 1.0]]
    alone = corners(boxes, Sieve("gt", 2, Counter()))
    among = corners([*boxes, "bad"], Sieve("gt", 3, Counter()))
    assert alone.tolist() == among[:2].tolist()


@pytest.mark.parametrize(
    "value",
    [None, "half", "0.5", [0.5], {}, b"5", 1j, float("nan"), Decimal128("NaN")],
    ids=repr,
)
def test_whatever_is_no_number_is_nan(value: Any) -> None:
    np.testing.assert_array_equal(read_numbers([0.5, value, 1]), [0.5, np.nan, 1.0])
    np.testing.assert_array_equal(read_numbers([value]), [np.nan])
    assert not is_number(value)


@pytest.mark.parametrize("value", [Decimal128("0.25"), 0.25], ids=repr)
def test_numbers_of_the_database(value: Any) -> None:
    assert read_numbers([value, Int64(2)]).tolist() == [0.25, 2.0]
    assert is_number(value)


def test_rows_of_numbers() -> None:
    found = read_numbers([[1, 2], [3.5, 4], [1], None, ["1", 2]], 2)
    nan = [np.nan] * 2
    np.testing.assert_array_equal(found, [[1, 2], [3.5, 4], nan, nan, [np.nan, 2]])
