"""Joins the arrays of many images: quickly where they are well-formed, else one by one with care.

The quick way concatenates what it is given. Where that fails or looks wrong, the careful way looks
at each array by itself, accepts what is merely unusual (a list for an array, nothing in any form
where there are no boxes) and names the image whose content has no meaning.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from odquality.arrays.sequences import NO_SEQUENCES
from odquality.core.parameters import is_real, shown
from odquality.core.scenes import FloatArray, IntArray

# What numbers are, by the kinds of numpy's types: bool, integers, floats.
NUMBERS = "biuf"

# Called once for each image, these are quicker than Python's own code.
_shape, _dtype = attrgetter("shape"), attrgetter("dtype")

# Lists in lists deeper than this hold no detection data.
_DEEPEST = 6


@dataclass(frozen=True)
class Names:
    """The names of consecutive arrays in messages.

    Attributes:
        template: the name, with ``{}`` for the number of the image.
        first_image: number of the first array's image.
        per_image: how many arrays each image has.
    """

    template: str
    first_image: int = 0
    per_image: int = 1

    def __call__(self, position: int) -> str:
        """Name of the array at a position."""
        return self.template.format(self.first_image + position // self.per_image)


def concatenate(arrays: Sequence[Any]) -> NDArray[Any] | None:
    """The arrays in one piece; None where not all are plain arrays of numbers that fit together."""
    if set(map(type, arrays)) != {np.ndarray}:
        return None
    try:
        flat = np.concatenate(arrays)
    except (ValueError, TypeError):
        return None
    return flat if flat.dtype.kind in NUMBERS else None


def row_width(arrays: Sequence[Any]) -> int | None:
    """Numbers in a row, if all are plain arrays of rows of numbers, equally long; else None."""
    if set(map(type, arrays)) != {np.ndarray}:
        return None
    rows = {shape[1:] for shape in set(map(_shape, arrays))}
    if len(rows) > 1 or any(dtype.kind not in NUMBERS for dtype in types(arrays)):
        return None
    (row,) = rows
    return row[0] if len(row) == 1 else None


def types(arrays: Sequence[NDArray[Any]]) -> set[np.dtype[Any]]:
    """The types of arrays' elements."""
    return set(map(_dtype, arrays))


def lengths(arrays: Sequence[Any]) -> IntArray:
    """How many rows each array has, (n,)."""
    return np.fromiter(map(len, arrays), np.int64, len(arrays))


def stack(
    arrays: Sequence[Any], row: tuple[int, ...], names: Names, form: str
) -> tuple[NDArray[Any], IntArray]:
    """Joins arrays of numbers whose rows have one shape.

    Args:
        arrays: n arrays, or what may be read as such; any that holds nothing has no rows.
        row: shape of a row: ``(4,)`` for boxes, ``()`` for single numbers.
        names: of the arrays.
        form: what was expected, for the message.

    Returns:
        All rows, (sum of counts, *row), and how many each array has, (n,).

    Raises:
        ValueError: an array has another form or does not hold numbers.
    """
    flat = concatenate(arrays)
    if flat is not None and flat.shape[1:] == row:
        return flat, lengths(arrays)
    parts = [np.empty((0, *row))]
    for position, given in enumerate(arrays):
        part = as_numbers(given, names(position), form)
        if part.size and part.shape[1:] != row:
            raise ValueError(f"{names(position)} has shape {part.shape}; expected {form}")
        parts.append(part if part.size else parts[0])
    return np.concatenate(parts), lengths(parts[1:])


def align(arrays: Sequence[Any], counts: IntArray, names: Names, form: str) -> list[NDArray[Any]]:
    """One-dimensional arrays of given lengths, each by itself: the careful way.

    Args:
        arrays: n arrays, or what may be read as such.
        counts: (n,) the length that each must have.
        names: of the arrays.
        form: what was expected, for the message.

    Returns:
        The n arrays; their elements are yet to be looked at.

    Raises:
        ValueError: an array has another number of dimensions or another length.
    """
    parts = []
    for position, (given, count) in enumerate(zip(arrays, counts.tolist(), strict=True)):
        part = as_array(given, names(position), form)
        if part.size and part.ndim != 1:
            raise ValueError(f"{names(position)} has shape {part.shape}; expected {form}")
        if part.size != count:
            raise ValueError(
                f"{names(position)} has length {part.size} for {count} boxes; expected {form}"
            )
        parts.append(part.reshape(-1))
    return parts


def concatenate_aligned(arrays: Sequence[Any], counts: IntArray) -> NDArray[Any] | None:
    """The arrays in one piece, if they are plain one-dimensional ones of given lengths."""
    flat = concatenate(arrays)
    if flat is None or flat.ndim != 1 or (lengths(arrays) != counts).any():
        return None
    return flat


def as_float64(values: NDArray[Any]) -> FloatArray:
    """Numbers as float64; those of wider types that are too large become infinite."""
    if values.dtype == np.float64:
        return values
    with np.errstate(over="ignore"):
        return values.astype(np.float64)


def as_array(given: Any, name: str, form: str, *, least_dimensions: int = 1) -> NDArray[Any]:
    """An array of whatever type.

    Raises:
        ValueError: what was given is none, or a single value, or has rows of different lengths or
            masked values.
    """
    parts = given if isinstance(given, (list, tuple)) else [given]
    if any(isinstance(part, np.ma.MaskedArray) and np.ma.is_masked(part) for part in parts):
        raise ValueError(f"{name} has masked values; expected {form}")
    array = _converted(given, name, form)
    if array.ndim < least_dimensions:
        raise ValueError(f"{name} is {shown(given)}; expected an array: {form}")
    return array


def _converted(given: Any, name: str, form: str) -> NDArray[Any]:
    if isinstance(given, np.ndarray):
        return np.asarray(given)
    try:
        with warnings.catch_warnings():
            # That a masked element becomes NaN.
            warnings.simplefilter("error", UserWarning)
            return np.asarray(given)
    except MemoryError:
        raise
    except UserWarning:
        raise ValueError(f"{name} has masked values; expected {form}") from None
    except Exception as error:
        if holds_nothing(given):
            return np.empty(0)
        if isinstance(given, (list, tuple)):
            raise ValueError(f"{name} has rows of different lengths; expected {form}") from None
        raise ValueError(
            f"{name} is a {type(given).__name__} that cannot be read as an array ({error}); "
            f"expected {form}"
        ) from error


def as_numbers(given: Any, name: str, form: str) -> NDArray[Any]:
    """An array of at least one dimension that holds real numbers.

    Raises:
        ValueError: what was given is none, or holds something else, such as text.
    """
    array = as_array(given, name, form)
    if array.dtype.kind in NUMBERS:
        return array
    if not array.size:
        # What holds nothing is of no type.
        return np.zeros(array.shape)
    if array.dtype.kind != "O":
        raise ValueError(f"{name} holds {array.dtype} values; expected {form}")
    values = array.ravel().tolist()
    for value in values:
        if not (is_real(value) or isinstance(value, (bool, np.bool_, Decimal))):
            raise ValueError(f"{name} holds {type(value).__name__} values; expected {form}")
    try:
        exact = np.asarray(values)
        if exact.dtype.kind not in NUMBERS:
            exact = np.array([float(value) for value in values])
    except (OverflowError, ValueError):
        raise ValueError(
            f"{name} holds a number that is too large or none at all; expected {form}"
        ) from None
    return exact.reshape(array.shape)


def holds_nothing(given: Any, depth: int = 0) -> bool:
    """Whether an array, or arrays in lists, hold no element at all."""
    if isinstance(given, np.ndarray) and (given.dtype != object or not given.ndim):
        return given.size == 0
    if isinstance(given, NO_SEQUENCES) or depth > _DEEPEST:
        return False
    if isinstance(given, (Sequence, np.ndarray)):
        return all(holds_nothing(part, depth + 1) for part in given)
    return False
