"""The operator that deletes a run."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types
from fiftyone.core.collections import SampleCollection

from odquality.app.operators.calls import context_of
from odquality.app.operators.run_choice import run_form


class DeleteLabelQuality(foo.Operator):
    """Deletes a run with all fields that it wrote."""

    @property
    def config(self) -> foo.OperatorConfig:
        """What FiftyOne needs to know of the operator."""
        return foo.OperatorConfig(
            name="delete_label_quality",
            label="Delete label quality run",
            description="Delete a label quality run with the fields that it wrote",
            icon="delete",
            dynamic=True,
            risk_level=types.RiskLevel.HIGH,
        )

    def __call__(self, samples: SampleCollection, key: str) -> Any:
        """Deletes a run from Python, as ``dataset.delete_run(key)`` does.

        Args:
            samples: a dataset or view.
            key: of the run.

        Returns:
            FiftyOne's execution result.
        """
        return foo.execute_operator(self.uri, context_of(samples), params={"key": key})

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        """The form: a run."""
        return run_form(ctx, "Delete label quality run")

    def execute(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Deletes the run and its fields; returns its key."""
        key = ctx.params["key"]
        ctx.dataset.delete_run(key)
        ctx.ops.clear_view()
        ctx.ops.reload_dataset()
        ctx.ops.notify(f"Deleted label quality run {key!r}", variant="success")
        return {"deleted": key}
