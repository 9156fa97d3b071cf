"""Turns rows of numbers into columns, a piece at a time that stays in a core's cache.

What is done with each row of a wide array is slow in numpy; what is done with whole columns is
quick. Turning rows into columns is quick only while both fit the cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from odquality.core.scenes import IntArray
from odquality.core.segments import run_starts

# 2**16 numbers take 512 KB.
PIECE_NUMBERS = 1 << 16


def iter_pieces(
    arrays: Sequence[Any], counts: IntArray, width: int
) -> Iterator[tuple[Sequence[Any], IntArray]]:
    """Yields consecutive arrays of rows, some at a time.

    Args:
        arrays: n arrays.
        counts: (n,) int64 number of rows of each.
        width: numbers in a row.

    Yields:
        Arrays that have about `PIECE_NUMBERS` numbers together, and their numbers of rows.
    """
    starts = run_starts(np.cumsum(counts) * width // PIECE_NUMBERS).tolist()
    for start, stop in zip(starts, [*starts[1:], len(arrays)], strict=True):
        yield arrays[start:stop], counts[start:stop]


def as_columns(rows: NDArray[Any]) -> NDArray[Any]:
    """The columns of rows (n, width), each in one piece of memory; (width, n)."""
    return np.ascontiguousarray(rows.T)


def largest_column(columns: NDArray[Any]) -> IntArray:
    """Which column is the largest at each row, the first among equals.

    Args:
        columns: (K, n) of any numbers, K at least 1.

    Returns:
        (n,) int64 in [0, K); K for a row that has NaN.
    """
    number = len(columns)
    # Counted from the end, so that the first of equals has the largest number.
    from_end = np.arange(number, 0, -1, dtype=np.min_scalar_type(number))
    largest = (columns == columns.max(axis=0)) * from_end[:, None]
    return number - largest.max(axis=0).astype(np.int64)
