"""Values of detections become arrays, one by one where they do not fit together."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from odquality.bridge.read.attributes import Sieve, read_classes, read_numbers, read_xywh
from odquality.bridge.read.classes import ClassCodes


def test_good_boxes_are_taken_as_they_are() -> None:
    sieve = Sieve("gt", 2, Counter())
    boxes = [[0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1]]
    assert read_xywh(boxes, sieve).tolist() == boxes
    assert sieve.usable.all()


def test_each_bad_box_is_counted_for_one_reason() -> None:
    values = [None, [], [0.1] * 3, [0.1, None, 0.1, 0.1], "box", [0, 0, -1, np.nan], [0, 0, -1, 1]]
    treated: Counter[str] = Counter()
    sieve = Sieve("gt", len(values) + 1, treated)
    boxes = read_xywh([*values, [0.0, 0.0, 0.5, 0.5]], sieve)
    assert np.flatnonzero(sieve.usable).tolist() == [len(values)]
    assert np.isfinite(boxes).all()
    assert treated == {
        "gt without a bounding box (or 3D): left out": 2,
        "gt with a box that is not four numbers: left out": 4,
        "gt with a box of negative width or height: left out": 1,
    }


def test_no_boxes() -> None:
    assert read_xywh([], Sieve("gt", 0, Counter())).shape == (0, 4)


@pytest.mark.parametrize("value", [None, "half", [0.5], {}])
def test_whatever_is_no_number_is_nan(value: Any) -> None:
    found = read_numbers([0.5, value, 1])
    np.testing.assert_array_equal(found, [0.5, np.nan, 1.0])


def test_classes_are_numbered() -> None:
    codes = ClassCodes(["dog"])
    assert read_classes(["cat", "dog", None, 3, "cat"], codes).tolist() == [1, 0, -1, -1, 1]
    assert codes.names == ["dog", "cat"]
