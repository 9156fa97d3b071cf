"""A drop-down of the runs on a dataset, which several operators share."""

from __future__ import annotations

import fiftyone.operators as foo
import fiftyone.operators.types as types

from odquality.app.operators.notices import mark, refuse, refuse_without_dataset
from odquality.bridge.run.lookup import find_run
from odquality.bridge.store import records
from odquality.bridge.store.records import RunRecord


def run_form(ctx: foo.ExecutionContext, label: str) -> types.Property:
    """A form that asks for a run of this plugin."""
    inputs = types.Object()
    form = types.Property(inputs, view=types.View(label=label))
    if refuse_without_dataset(inputs, ctx):
        return form
    found = records.find_all(ctx.dataset)
    if not found:
        message = "The dataset has no label quality runs; compute label quality first"
        refuse(inputs, "no_runs", message, label="No runs")
        return form
    choices = types.DropdownView(componentsProps={"select": {"data-cy": "key"}})
    for record in found:
        choices.add_choice(record.key, label=_label(record))
    inputs.enum(
        "key", choices.values(), label="Run", default=found[-1].key, required=True, view=choices
    )
    # The App asks for the form before anything is chosen.
    if "key" in ctx.params:
        try:
            find_run(ctx.dataset, ctx.params["key"])
        except ValueError as error:
            mark(inputs, "key", error)
    return form


def _label(record: RunRecord) -> str:
    if record.is_in_progress:
        return f"{record.key} (in progress)"
    return record.key if record.is_complete else f"{record.key} (incomplete)"
