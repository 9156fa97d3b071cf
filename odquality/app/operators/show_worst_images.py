"""The operator that shows the worst images of a run."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types
from fiftyone.core.collections import SampleCollection

from odquality.app.operators.calls import check_names, context_of, is_streamed, target_of
from odquality.app.operators.output import values_output
from odquality.app.operators.run_choice import run_form
from odquality.bridge.run.lookup import find_run
from odquality.bridge.run.worst import worst_first

# What `execute` returns.
_OUTPUTS = {
    "key": "Run",
    "num_images": "Images, the worst first",
    "advice": "Note",
    "sample_ids": "Samples",
}


class ShowWorstImages(foo.Operator):
    """Sorts the dataset by what a run found, the worst images first."""

    @property
    def config(self) -> foo.OperatorConfig:
        """What FiftyOne needs to know of the operator."""
        return foo.OperatorConfig(
            name="show_worst_images",
            label="Show images with the worst labels",
            description="Most expected errors first; lowest scores first where a run expects none",
            icon="sort",
            dynamic=True,
            risk_level=types.RiskLevel.LOW,
        )

    def __call__(self, samples: SampleCollection, key: str, *, limit: int | None = None) -> Any:
        """Finds the worst images from Python.

        Args:
            samples: a dataset or view.
            key: of the run.
            limit: the largest number of images; all that have a score if None.

        Returns:
            FiftyOne's execution result, whose ``result["sample_ids"]`` are the worst first.

        Raises:
            ValueError: no label quality run has that key.
        """
        params = {"key": find_run(samples, key).key, "limit": limit}
        return foo.execute_operator(self.uri, context_of(samples), params=params)

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        """The form: a run, and how many images."""
        form = run_form(ctx, "Show images with the worst labels")
        form.type.int("limit", label="At most this many images", min=1)
        return form

    def execute(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Sets the App's view.

        Returns:
            The run's key, the number of images, what to know of an incomplete run and, but to the
            App, the ids of the samples.
        """
        check_names(self, ctx, ("key", "limit"))
        record = find_run(ctx.dataset, ctx.params.get("key"))
        view = worst_first(target_of(ctx), record.key)
        if ctx.params.get("limit"):
            view = view.limit(ctx.params["limit"])
        ctx.ops.set_view(view=view)
        results: dict[str, Any] = {"key": record.key}
        if not record.is_complete:
            results["advice"] = record.describe()
            ctx.ops.notify(results["advice"], variant="warning")
        if is_streamed(ctx):
            return results | {"num_images": len(view)}
        ids = view.values("id")
        return results | {"num_images": len(ids), "sample_ids": ids}

    def resolve_output(self, ctx: foo.ExecutionContext) -> types.Property:
        """The run and the number of its images."""
        return values_output(ctx.results, _OUTPUTS)
