"""Turns rows of numbers into columns, a piece at a time that stays in a core's cache.

What numpy does row by row is slow; what it does with whole columns is quick.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from odquality.arrays.flattening import types
from odquality.core.scenes import FloatArray, IntArray
from odquality.core.segments import run_starts

# 2**17 numbers take 1 MB.
PIECE_NUMBERS = 1 << 17

_UNSIGNED = {np.dtype(f"f{size}"): np.dtype(f"u{size}") for size in (2, 4, 8)}


def iter_columns(
    arrays: Sequence[NDArray[Any]], counts: IntArray, width: int
) -> Iterator[NDArray[Any]]:
    """Yields the columns of all rows of some arrays, then of the next ones.

    Args:
        arrays: at least one array (n, width) of numbers.
        counts: (number of arrays,) int64, the n of each.
        width: numbers in a row.

    Yields:
        (width, rows) of a type that holds them all, each column in one piece of memory, which the
        next ones overwrite. Arrays stay whole, and as many go together as have about
        `PIECE_NUMBERS` numbers.
    """
    dtype = np.result_type(*types(arrays))
    starts = run_starts(np.cumsum(counts) * width // PIECE_NUMBERS)
    rows = np.add.reduceat(counts, starts).tolist()
    bounds = [*starts.tolist(), len(arrays)]
    # The same memory each time, which is in the cache.
    buffer = np.empty(width * max(rows, default=0), dtype)
    for start, stop, number in zip(bounds, bounds[1:], rows, strict=False):
        columns = buffer[: width * number].reshape(width, number)
        np.concatenate(arrays[start:stop], out=columns.T)
        yield columns


def join_columns(arrays: Sequence[Any], width: int) -> tuple[FloatArray, IntArray] | None:
    """The columns of all rows of some arrays, of which many may have no rows.

    Args:
        arrays: n of them, or whatever else.
        width: numbers in a row.

    Returns:
        (width, rows) float64, and how many rows each array has, (n,); None if there are no rows, or
        if not all are plain arrays (rows, width) of numbers.
    """
    if set(map(type, arrays)) != {np.ndarray}:
        return None
    try:
        # To choose by, a list is quicker than an array of `lengths`.
        counts = list(map(len, arrays))
        # An array without rows costs as much time as one with some.
        filled = list(compress(arrays, counts))
        columns = np.empty((width, sum(counts)))
        with np.errstate(over="ignore"):
            np.concatenate(filled, out=columns.T)
    except (ValueError, TypeError):
        return None
    return columns, np.array(counts, np.int64)


def first_equal(columns: NDArray[Any], values: NDArray[Any]) -> IntArray:
    """The first column that has a given value at each row.

    Args:
        columns: (K, n), K at least 1.
        values: (n,)

    Returns:
        (n,) int64 in [0, K); K for a row that lacks its value.
    """
    number = len(columns)
    # Numbers of one byte are multiplied as they lie, where bools would be copied first.
    places = (columns == values).view(np.uint8) * _from_end(number)
    return np.subtract(number, places.max(axis=0), dtype=np.int64)


def largest_and_range(columns: NDArray[Any]) -> tuple[NDArray[Any], float, float]:
    """The largest value of each row, and the lowest and the highest of all values and 0.

    Args:
        columns: (K, n) numbers, K at least 1.

    Returns:
        (n,) largest values, NaN for a row with a NaN; the lowest, for which NaN may count as 0;
        and the highest, NaN if any is.
    """
    unsigned = _UNSIGNED.get(columns.dtype)
    if unsigned is not None:
        # The bits of floats are in the order of the floats, but those below 0 come last.
        largest = columns.view(unsigned).max(axis=0)
        highest = largest.max(initial=0).view(columns.dtype)
        if not np.signbit(highest):
            return largest.view(columns.dtype), 0.0, float(highest)
    largest = columns.max(axis=0)
    return largest, float(columns.min(initial=0.0)), float(largest.max(initial=0.0))


@cache
def _from_end(number: int) -> NDArray[Any]:
    """Numbers of columns, counted so that the first of equals has the largest; (number, 1)."""
    return np.arange(number, 0, -1, dtype=np.min_scalar_type(number))[:, None]
