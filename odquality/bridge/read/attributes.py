"""Turns attributes of detections into arrays; sets aside the detections that cannot be scored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from odquality.bridge.read.classes import ClassCodes
from odquality.core.scenes import BoolArray, FloatArray, IntArray


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


def read_xywh(values: Sequence[Any], sieve: Sieve) -> FloatArray:
    """Normalised boxes (n, 4); sets aside those that are absent, not finite or inverted."""
    boxes = _convert(values, (len(values), 4), _box)
    if not np.isfinite(boxes).all():
        absent = np.fromiter((not box for box in values), bool, len(values))
        sieve.set_aside(absent, "without a bounding box (or 3D)")
        sieve.set_aside(np.any(~np.isfinite(boxes), axis=1), "with a box that is not four numbers")
        boxes[~sieve.usable] = 0.0
    sieve.set_aside(np.any(boxes[:, 2:] < 0, axis=1), "with a box of negative width or height")
    sieve.count(np.any(boxes[:, 2:] == 0, axis=1), "with a box without area: kept, its IoU is 0")
    return boxes


def read_classes(values: Sequence[Any], codes: ClassCodes) -> IntArray:
    """Class codes (n,); -1 for a detection without a label."""
    codes_or_none = [codes[name] if isinstance(name, str) else -1 for name in values]
    return np.array(codes_or_none, np.int64)


def read_numbers(values: Sequence[Any]) -> FloatArray:
    """Numbers (n,); NaN for whatever is none."""
    return _convert(values, (len(values),), _number)


def _convert(
    values: Sequence[Any], shape: tuple[int, ...], convert_one: Callable[[Any], Any]
) -> FloatArray:
    """The values as an array, one by one only where they do not fit together."""
    try:
        array = np.array(values, dtype=np.float64)
        if array.shape == shape:
            return array
    except (ValueError, TypeError):
        pass
    return np.array([convert_one(value) for value in values], np.float64).reshape(shape)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else np.nan


def _box(value: Any) -> list[float]:
    if not isinstance(value, (list, tuple)) or len(value) != 4:
        return [np.nan] * 4
    return [_number(number) for number in value]
