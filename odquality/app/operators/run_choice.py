"""A drop-down of the runs on a dataset, which several operators share."""

from __future__ import annotations

import fiftyone.operators as foo
import fiftyone.operators.types as types

from odquality.app.operators.notices import mark, refuse
from odquality.bridge.run.known import check_run, load_report
from odquality.bridge.run.report import COMPLETE
from odquality.bridge.runs import list_keys


def run_form(ctx: foo.ExecutionContext, label: str) -> types.Property:
    """A form that asks for a run of this plugin."""
    inputs = types.Object()
    form = types.Property(inputs, view=types.View(label=label))
    keys = list_keys(ctx.dataset)
    if not keys:
        message = "The dataset has no label quality runs; compute label quality first"
        refuse(inputs, "no_runs", message, label="No runs")
        return form
    choices = types.DropdownView(componentsProps={"select": {"data-cy": "key"}})
    for key in keys:
        choices.add_choice(key, label=_described(ctx, key))
    inputs.enum("key", choices.values(), label="Run", default=keys[-1], required=True, view=choices)
    # The App asks for the form before anything is chosen.
    if "key" in ctx.params:
        try:
            check_run(ctx.dataset, ctx.params["key"])
        except ValueError as error:
            mark(inputs, "key", error)
    return form


def _described(ctx: foo.ExecutionContext, key: str) -> str:
    state = load_report(ctx.dataset, key).state
    return key if state == COMPLETE else f"{key} (incomplete)"
