"""Turns attributes of detections into arrays; sets aside the detections that cannot be scored."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import numpy as np
from bson.decimal128 import Decimal128

from odquality.core.geometry import MAX_COORDINATE
from odquality.core.scenes import BoolArray, FloatArray


class Sieve:
    """Which of a field's detections are usable so far, and how many were set aside and why.

    Attributes:
        usable: (n,) bool.
    """

    def __init__(self, field: str, size: int, treated: Counter[str]) -> None:
        self.usable = np.ones(size, bool)
        self._field = field
        self._treated = treated

    def set_aside(self, wrong: BoolArray, why: str) -> None:
        """Sets detections aside, counting those that were not set aside before."""
        self.count(wrong, f"{why}: left out")
        self.usable &= ~wrong

    def count(self, which: BoolArray, what: str) -> None:
        """Counts the usable ones of some detections."""
        number = int(np.count_nonzero(which & self.usable))
        if number:
            self._treated[f"{self._field} {what}"] += number


def read_corners(values: Sequence[Any], scale: FloatArray, sieve: Sieve) -> FloatArray:
    """Corners of boxes; sets aside those that are absent, not finite, inverted or absurd.

    Args:
        values: n boxes ``[x, y, width, height]``, relative to their images, or what stands there.
        scale: (n, 2) width and height of each box's image, in the unit of the result.
        sieve: knows which boxes are usable.

    Returns:
        (n, 4) ``x1, y1, x2, y2``; zeros for boxes set aside.
    """
    boxes = read_numbers(values, 4)
    if not np.isfinite(boxes).all():
        absent = np.fromiter((_is_absent(box) for box in values), bool, len(values))
        sieve.set_aside(absent, "without a bounding box (or 3D)")
        sieve.set_aside(np.any(~np.isfinite(boxes), axis=1), "with a box that is not four numbers")
        boxes[~sieve.usable] = 0.0
    sieve.set_aside(np.any(boxes[:, 2:] < 0, axis=1), "with a box of negative width or height")
    # Numbers near the largest of all would overflow.
    with np.errstate(over="ignore"):
        corners = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
        corners *= np.tile(scale, 2)
    if len(corners) and not (corners.max() <= MAX_COORDINATE and corners.min() >= -MAX_COORDINATE):
        absurd = ~np.all(np.abs(corners) <= MAX_COORDINATE, axis=1)
        sieve.set_aside(absurd, "with a box beyond all images")
    corners[~sieve.usable] = 0.0
    without_area = np.any(corners[:, :2] == corners[:, 2:], axis=1)
    sieve.count(without_area, "with a box without area: kept, its IoU is 0")
    return corners


def read_numbers(values: Sequence[Any], columns: int | None = None) -> FloatArray:
    """Numbers (n,), or n rows of some columns, from whatever stands there.

    Args:
        values: n numbers; or n lists, each of as many numbers as there are columns.
        columns: how many, or None for plain numbers.

    Returns:
        (n,) or (n, columns) float64; NaN for what is no number, a row of NaN for what is no row.
    """
    try:
        # Quick, and as strict as reading one by one: no text, though it may look like a number.
        if columns is None:
            return np.array(array("d", values))
        if set(map(type, values)) == {list} and set(map(len, values)) == {columns}:
            return np.array(array("d", chain.from_iterable(values))).reshape(-1, columns)
    except TypeError:
        pass
    read_one: Callable[[Any], Any] = _number if columns is None else _row(columns)
    shape = (len(values),) if columns is None else (len(values), columns)
    return np.array([read_one(value) for value in values], np.float64).reshape(shape)


def is_number(value: Any) -> bool:
    """Whether a value is a number and not NaN."""
    return not np.isnan(_number(value))


def _number(value: Any) -> float:
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, Decimal128):
        decimal = value.to_decimal()
        return np.nan if decimal.is_nan() else float(decimal)
    return np.nan


def _row(columns: int) -> Callable[[Any], list[float]]:
    nothing = [np.nan] * columns

    def read(value: Any) -> list[float]:
        if not isinstance(value, (list, tuple)) or len(value) != columns:
            return nothing
        return [_number(number) for number in value]

    return read


def _is_absent(box: Any) -> bool:
    return box is None or (isinstance(box, (list, tuple)) and not box)
