"""What a form says about what it was given."""

from __future__ import annotations

import fiftyone.operators.types as types


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
