"""The operator that shows the worst images of a run."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types
from fiftyone.core.collections import SampleCollection

from odquality.app.operators.calls import context_of
from odquality.app.operators.run_choice import run_form
from odquality.bridge.run.worst import worst_first


class ShowWorstImages(foo.Operator):
    """Sorts the dataset by the scores of a run, the worst images first."""

    @property
    def config(self) -> foo.OperatorConfig:
        """What FiftyOne needs to know of the operator."""
        return foo.OperatorConfig(
            name="show_worst_images",
            label="Show images with the worst labels",
            description="Sort by label quality, the worst images first",
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
        """
        params = {"key": key, "limit": limit}
        return foo.execute_operator(self.uri, context_of(samples), params=params)

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        """The form: a run, and how many images."""
        form = run_form(ctx, "Show images with the worst labels")
        form.type.int("limit", label="At most this many images", min=1)
        return form

    def execute(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Sets the App's view; returns the ids, the worst first."""
        view = worst_first(ctx.target_view(), ctx.params["key"])
        if ctx.params.get("limit"):
            view = view.limit(ctx.params["limit"])
        ctx.ops.set_view(view=view)
        return {"sample_ids": view.values("id")}
