"""Checks of single parameters: what one gave, under which name, and what was expected."""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import Enum
from numbers import Real
from typing import Any, Final

import numpy as np


class NotGiven(Enum):
    """The default of a parameter that is told from every value that one may give, None too."""

    NOT_GIVEN = "not given"

    def __repr__(self) -> str:
        return "<not given>"


NOT_GIVEN: Final = NotGiven.NOT_GIVEN

# A value is shown in a message up to this many characters.
_MOST_SHOWN = 80


def number(
    name: str,
    value: Any,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    open_low: bool = False,
) -> float:
    """A finite number between two bounds, which are allowed themselves.

    Args:
        name: of the parameter, for the message.
        value: what was given. A bool is no number.
        low: least number, or minus infinity.
        high: largest number, or infinity.
        open_low: whether ``low`` itself is not allowed.

    Returns:
        The value as a float.

    Raises:
        ValueError: the value is anything else.
    """
    if is_real(value):
        try:
            converted = float(value)
        except OverflowError:
            converted = math.inf
        inside = low < converted <= high if open_low else low <= converted <= high
        if inside and math.isfinite(converted):
            return converted
    raise ValueError(f"{name} is {shown(value)}; expected {_numbers(low, high, open_low)}")


def integer(name: str, value: Any, low: int, high: int) -> int:
    """An integer from ``low`` to ``high``.

    Args:
        name: of the parameter, for the message.
        value: what was given. Neither a bool nor a float is an integer.
        low: least integer.
        high: largest integer.

    Returns:
        The value as a Python int.

    Raises:
        ValueError: the value is anything else.
    """
    if is_integer(value):
        converted = int(value)
        if low <= converted <= high:
            return converted
    raise ValueError(f"{name} is {shown(value)}; expected an integer from {low} to {high}")


def is_real(value: Any) -> bool:
    """Whether a value is a real number. Neither a bool nor a span of time is one."""
    # Spans of time are integers to numpy's classes, and cannot be converted to any.
    return isinstance(value, Real) and not isinstance(value, (bool, np.timedelta64))


def is_integer(value: Any) -> bool:
    """Whether a value is an integer. Neither a bool, a float nor a span of time is one."""
    return isinstance(value, (int, np.integer)) and is_real(value)


def is_index(value: Any, size: int) -> bool:
    """Whether a value is the index of one of ``size`` things, counted from 0."""
    return is_integer(value) and bool(0 <= value < size)


def boolean(name: str, value: Any) -> bool:
    """True or False.

    Raises:
        ValueError: the value is anything else, such as 1 or ``"yes"``.
    """
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    raise ValueError(f"{name} is {shown(value)}; expected True or False")


def choice(name: str, value: Any, choices: Iterable[str]) -> str:
    """One of some names.

    Raises:
        ValueError: the value is none of them; the message lists them.
    """
    names = list(choices)
    if isinstance(value, str) and value in names:
        return value
    raise ValueError(f"{name} is {shown(value)}; expected one of {', '.join(map(repr, names))}")


def text(name: str, value: Any, what: str) -> str:
    """A text that is not blank, and that can be stored.

    Args:
        name: of the parameter.
        value: that was given.
        what: the text is, such as ``a name``, for the message.

    Raises:
        ValueError: it is anything else, such as what stands for bytes that are no text.
    """
    if isinstance(value, str) and value.strip() and _is_storable(value):
        return value
    raise ValueError(f"{name} is {shown(value)}; expected {what}")


def texts(name: str, value: Any, what: str) -> list[str] | None:
    """One text or several, as a list; None stays None.

    Args:
        name: of the parameter.
        value: that was given.
        what: the texts are, such as ``names``, for the message.

    Raises:
        ValueError: it is nothing of this.
    """
    if value is None:
        return None
    try:
        listed = [value] if isinstance(value, str) else list(value)
    except (TypeError, ValueError) as error:  # FiftyOne's samples are iterable, and refuse.
        raise ValueError(f"{name} is {shown(value)}; expected {what}") from error
    for one in listed:
        if not isinstance(one, str) or not _is_storable(one):
            raise ValueError(f"{name} has {shown(one)}; expected {what}, which are texts")
    return listed


def shown(value: Any) -> str:
    """A value as it appears in a message: in one line, and not too long."""
    try:
        text = " ".join(repr(value).split())
    except Exception:
        # Python writes no integer of thousands of digits; other objects may fail otherwise.
        return f"of type {type(value).__name__}"
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 3]}..."


def _is_storable(text: str) -> bool:
    """Whether a text can be written in UTF-8; half a pair of surrogates cannot."""
    return all(not "\ud800" <= character <= "\udfff" for character in text)


def _numbers(low: float, high: float, open_low: bool) -> str:
    if math.isfinite(high) and math.isfinite(low):
        return f"a number in {'(' if open_low else '['}{low:g}, {high:g}]"
    if math.isfinite(low):
        return f"a number {'above' if open_low else 'of at least'} {low:g}"
    if math.isfinite(high):
        return f"a number of at most {high:g}"
    return "a finite number"
