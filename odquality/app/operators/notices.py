"""What a form says about what it was given."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import fiftyone.operators.types as types

Value = TypeVar("Value")


def mark(inputs: types.Object, name: str, error: ValueError) -> None:
    """Puts an error on the field that causes it; FiftyOne runs nothing then."""
    prop = inputs.properties[name]
    prop.invalid = True
    prop.error_message = str(error)


def refuse(inputs: types.Object, name: str, message: str, *, label: str = "Cannot score") -> None:
    """Adds an error that no field causes."""
    inputs.view(name, types.Error(label=label, description=message))
    mark(inputs, name, ValueError(message))


def warn(inputs: types.Object, name: str, label: str, description: str = "") -> None:
    """Adds a warning, which stops nothing."""
    inputs.view(name, types.Warning(label=label, description=description))


def tried(check: Callable[[], Value]) -> Value | ValueError:
    """What a function returns, or the error that it raises for people to read."""
    try:
        return check()
    except ValueError as error:
        return error
