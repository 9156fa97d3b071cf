"""Reductions over flat arrays whose elements belong to numbered segments (boxes to images)."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from odquality.core.scenes import FloatArray, IntArray

Number = TypeVar("Number", bound=np.generic)


def segment_max(values: FloatArray, segment: IntArray, size: int, *, empty: float) -> FloatArray:
    """Largest value of each of ``size`` segments, ``empty`` for one without values; (size,)."""
    result = np.full(size, -np.inf)
    np.maximum.at(result, segment, values)
    result[result == -np.inf] = empty
    return result


def reduce_runs(
    ufunc: np.ufunc, values: NDArray[Number], counts: IntArray, *, empty: float
) -> NDArray[Number]:
    """Reduces consecutive runs of ``values``, which is faster than by segment number.

    Args:
        ufunc: a reducing ufunc such as ``np.minimum``.
        values: (sum of counts,) the runs, one after another.
        counts: (size,) int64 length of each run.
        empty: result of a run of length 0.

    Returns:
        (size,) of the type of ``values``.
    """
    result = np.full(len(counts), empty, dtype=values.dtype)
    filled = counts > 0
    if filled.any():
        starts = (np.cumsum(counts) - counts)[filled]
        result[filled] = ufunc.reduceat(values, starts)
    return result


# Fixed-point numbers of this many binary places are summed exactly.
_BINARY_PLACES = 40


def exact_sums(values: FloatArray, counts: IntArray) -> FloatArray:
    """Sums of consecutive runs, the same to the last bit in whatever order the values come.

    Args:
        values: (sum of counts,) the runs, one after another; of magnitudes below 64, and at most
            100,000 in a run. They are rounded to 40 binary places.
        counts: (size,) int64 length of each run.

    Returns:
        (size,) float64; 0 for a run of length 0.
    """
    fixed = np.rint(np.ldexp(values, _BINARY_PLACES)).astype(np.int64)
    return np.ldexp(reduce_runs(np.add, fixed, counts, empty=0).astype(np.float64), -_BINARY_PLACES)


def sorting_order(segment: IntArray, size: int) -> IntArray:
    """The order that sorts elements by their segment; those of one segment stay in order.

    Args:
        segment: (n,) int64 in [0, size).
        size: number of segments.

    Returns:
        (n,) int64 rows.
    """
    # numpy sorts 16-bit numbers ten times as fast as wider ones.
    return np.argsort(segment.astype(np.min_scalar_type(size)), kind="stable")


def run_starts(*columns: NDArray[Any]) -> IntArray:
    """Rows at which a run of equal rows begins.

    Args:
        *columns: (n,) each; two rows are equal if they are in every column.

    Returns:
        (number of runs,) int64, ascending.
    """
    begins = np.zeros(len(columns[0]), bool)
    begins[:1] = True
    for column in columns:
        begins[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(begins)


def place_in_run(*columns: NDArray[Any]) -> IntArray:
    """How many equal rows come before each in its run, (n,) int64."""
    starts = run_starts(*columns)
    rows = np.arange(len(columns[0]))
    return rows - np.repeat(starts, np.diff(starts, append=len(rows)))


def segment_softmin(
    values: FloatArray, segment: IntArray, size: int, *, temperature: float
) -> FloatArray:
    """Average of each segment's values, weighted by ``softmax(-values / temperature)``.

    Args:
        values: (n,) scores; NaN counts as absent.
        segment: (n,) int64 in [0, size): the segment of each value.
        size: number of segments.
        temperature: > 0; towards 0 the average becomes the minimum.

    Returns:
        (size,) float64; 1.0 for a segment without values.
    """
    absent = np.isnan(values)
    if absent.any():
        values, segment = values[~absent], segment[~absent]
    lowest = -segment_max(-values, segment, size, empty=-1.0)
    # Towards a temperature of 0 the quotients exceed all floats, and the weights are 0.
    with np.errstate(over="ignore"):
        weights = np.exp((lowest[segment] - values) / temperature)
    total = np.bincount(segment, weights, minlength=size)
    weighted = np.bincount(segment, weights * values, minlength=size)
    result = np.ones(size)
    np.divide(weighted, total, out=result, where=total > 0)
    return result
