"""What a form says about what it was given."""

from __future__ import annotations

import fiftyone.operators as foo
import fiftyone.operators.types as types

NO_DATASET = "There is no dataset: open one in the App, or pass a dataset or view from Python"


def mark(inputs: types.Object, name: str, error: ValueError) -> None:
    """Puts an error on the field that causes it; FiftyOne runs nothing then."""
    prop = inputs.properties[name]
    prop.invalid = True
    prop.error_message = str(error)


def refuse(inputs: types.Object, name: str, message: str, *, label: str = "Cannot score") -> None:
    """Adds an error that no field causes."""
    inputs.view(name, types.Error(label=label, description=message))
    mark(inputs, name, ValueError(message))


def refuse_without_dataset(inputs: types.Object, ctx: foo.ExecutionContext) -> bool:
    """Adds an error where there is no dataset, and tells whether it did."""
    if ctx.dataset is None:
        refuse(inputs, "no_dataset", NO_DATASET, label="No dataset")
        return True
    return False


def warn(inputs: types.Object, name: str, label: str, description: str = "") -> None:
    """Adds a warning, which stops nothing."""
    inputs.view(name, types.Warning(label=label, description=description))
