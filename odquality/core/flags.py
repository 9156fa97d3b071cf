"""Yes or no in the many ways in which datasets say it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from odquality.core.scenes import BoolArray

_YES = frozenset(("true", "t", "yes", "y", "on", "1"))
_NO = frozenset(("false", "f", "no", "n", "off", "0", "none", "null", "nan", ""))


def read_flags(values: Iterable[Any]) -> tuple[BoolArray, BoolArray]:
    """Reads flags: booleans, numbers, or words such as ``"true"``, ``"No"`` and ``"0"``.

    What is missing (None, NaN, an empty string) means no; so does what cannot be read.

    Args:
        values: n flags.

    Returns:
        Two (n,) bool arrays: which flags say yes, and which cannot be read.
    """
    if isinstance(values, np.ndarray) and values.dtype.kind in "biuf":
        return (values != 0) & (values == values), np.zeros(len(values), bool)
    read = [_read_flag(value) for value in values]
    flags = np.array([flag is True for flag in read], bool)
    return flags, np.array([flag is None for flag in read], bool)


def _read_flag(value: Any) -> bool | None:
    """What a flag says, or None for neither yes nor no."""
    if value is None:
        return False
    if isinstance(value, str):
        return _read_word(value.strip().lower())
    if isinstance(value, (bool, int, float, np.bool_, np.integer, np.floating)):
        # NaN, which stands for a missing value, is no number and unlike itself.
        return bool(value != 0 and value == value)
    return None


def _read_word(word: str) -> bool | None:
    if word in _NO:
        return False
    if word in _YES:
        return True
    try:
        return _read_flag(float(word))
    except ValueError:
        return None
