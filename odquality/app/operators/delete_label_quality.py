"""The operator that deletes a run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types
from fiftyone.core.collections import SampleCollection

from odquality.app.operators.calls import check_names, context_of
from odquality.app.operators.output import values_output
from odquality.app.operators.run_choice import run_form
from odquality.bridge.run.lookup import find_run
from odquality.bridge.store.samples import saved_stages

# What `execute` returns.
_OUTPUTS = {"deleted": "Deleted run", "fields": "Fields that went with it"}


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
            FiftyOne's execution result, whose ``result["fields"]`` are the paths that are gone.

        Raises:
            ValueError: no label quality run has that key.
        """
        params = {"key": find_run(samples, key).key}
        return foo.execute_operator(self.uri, context_of(samples), params=params)

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        """The form: a run."""
        return run_form(ctx, "Delete label quality run")

    def execute(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Deletes the run; returns its key and the paths of the fields that it wrote."""
        check_names(self, ctx, ("key",))
        dataset = ctx.dataset
        key = find_run(dataset, ctx.params.get("key")).key
        before = dataset.get_field_schema(flat=True)
        shown = _stages(ctx)
        dataset.delete_run(key)
        after = dataset.get_field_schema(flat=True)
        gone = [path for path in before if path not in after]
        # What the App shows may rest on the fields; what does not, the user keeps.
        if _mentions(shown, gone):
            ctx.ops.clear_view()
        if _mentions([ctx.request_params.get(name) for name in ("filters", "extended")], gone):
            ctx.ops.clear_sidebar_filters()
        ctx.ops.reload_dataset()
        ctx.ops.notify(
            f"Deleted label quality run {key!r} and its {len(gone)} fields", variant="success"
        )
        return {"deleted": key, "fields": gone}

    def resolve_output(self, ctx: foo.ExecutionContext) -> types.Property:
        """The run and its fields."""
        return values_output(ctx.results, _OUTPUTS)


def _stages(ctx: foo.ExecutionContext) -> Any:
    """The stages of the view that the App shows, apart from the sidebar's filters."""
    if name := ctx.request_params.get("view_name"):
        return saved_stages(ctx.dataset, name)
    return ctx.request_params.get("view")


def _mentions(stages: Any, paths: Iterable[str]) -> bool:
    """Whether stages or filters name one of some fields."""
    words = set(re.findall(r"\w+", json.dumps(stages, default=str)))
    return any(path.split(".")[-1] in words for path in paths)
