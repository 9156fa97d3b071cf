"""A drop-down of the runs on a dataset, which several operators share."""

from __future__ import annotations

import fiftyone.operators as foo
import fiftyone.operators.types as types

from odquality.bridge.store.records import list_keys


def run_form(ctx: foo.ExecutionContext, label: str) -> types.Property:
    """A form that asks for a run of this plugin."""
    inputs = types.Object()
    keys = list_keys(ctx.dataset)
    if keys:
        choices = types.DropdownView(componentsProps={"select": {"data-cy": "key"}})
        for key in keys:
            choices.add_choice(key, label=key)
        inputs.enum(
            "key", choices.values(), label="Run", default=keys[-1], required=True, view=choices
        )
    else:
        prop = inputs.view(
            "no_runs", types.Warning(label="No runs", description="Compute label quality first")
        )
        prop.invalid = True
        prop.error_message = "the dataset has no label quality runs"
    return types.Property(inputs, view=types.View(label=label))
