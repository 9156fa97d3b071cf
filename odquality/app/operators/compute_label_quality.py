"""The operator that scores labels."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types
from fiftyone.core.collections import SampleCollection

from odquality.app.operators.calls import context_of, is_streamed
from odquality.app.operators.form import build_form, read_settings
from odquality.app.operators.output import report_output
from odquality.bridge.run.compute import iter_label_quality
from odquality.bridge.run.execution import Progress
from odquality.bridge.run.report import LabelQualityReport
from odquality.bridge.run.settings import RunSettings
from odquality.bridge.run.worst import worst_first
from odquality.bridge.store.app_config import show_fields


class ComputeLabelQuality(foo.Operator):
    """Scores the labels of the current view and shows the worst images first."""

    @property
    def config(self) -> foo.OperatorConfig:
        """What FiftyOne needs to know of the operator."""
        return foo.OperatorConfig(
            name="compute_label_quality",
            label="Compute label quality",
            description="Find wrong labels by comparing them with a detector's predictions",
            icon="fact_check",
            dynamic=True,
            execute_as_generator=True,
            allow_immediate_execution=True,
            allow_delegated_execution=True,
            risk_level=types.RiskLevel.MEDIUM,
        )

    def __call__(
        self,
        samples: SampleCollection,
        gt_field: str = RunSettings.gt_field,
        pred_field: str = RunSettings.pred_field,
        *,
        key: str = RunSettings.key,
        method: str = RunSettings.method,
        aggregation_weights: Mapping[str, float] | None = None,
        overlapping_label_check: bool = RunSettings.overlapping_label_check,
        probs_attr: str | None = RunSettings.probs_attr,
        classes: Sequence[str] | None = None,
        iscrowd: str | None = RunSettings.iscrowd,
        min_probability: float = RunSettings.min_probability,
        seed: int = RunSettings.seed,
        delegate: bool = False,
    ) -> Any:
        """Scores a dataset or view from Python.

        The arguments are those of `odquality.compute_label_quality`, which does the same without
        a time limit.

        Args:
            samples: a dataset or view.
            gt_field: the field with the labels to review.
            pred_field: the field with the predictions.
            key: name of the run and of its fields.
            method: name of the method.
            aggregation_weights: weights of the kinds of error.
            overlapping_label_check: whether labels of different classes on one box are swaps.
            probs_attr: attribute of the predictions with class probabilities.
            classes: the order of the classes in it.
            iscrowd: attribute of the labels that marks regions to ignore.
            min_probability: least probability of an error to suggest a correction.
            seed: of the calibrated method.
            delegate: whether to queue the run for ``fiftyone delegated launch``.

        Returns:
            FiftyOne's execution result, whose ``result`` is the report as a dict; in a notebook
            an ``asyncio.Task`` of it, to be awaited.
        """
        params = {
            "gt_field": gt_field,
            "pred_field": pred_field,
            "key": key,
            "method": method,
            "aggregation_weights": aggregation_weights,
            "overlapping_label_check": overlapping_label_check,
            "probs_attr": probs_attr or "",
            "classes": classes,
            "iscrowd": iscrowd or "",
            "min_probability": min_probability,
            "seed": seed,
        }
        return foo.execute_operator(
            self.uri, context_of(samples), params=params, request_delegation=delegate
        )

    def resolve_placement(self, ctx: foo.ExecutionContext) -> types.Placement:
        """A button above the grid."""
        button = types.Button(label="Compute label quality", icon="fact_check", prompt=True)
        return types.Placement(types.Places.SAMPLES_GRID_SECONDARY_ACTIONS, button)

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        """The form."""
        return types.Property(build_form(ctx), view=types.View(label="Compute label quality"))

    def execute(self, ctx: foo.ExecutionContext) -> Any:
        """Runs: streams to the App that waits for it, else returns the report as a dict."""
        steps = _run(ctx)
        if is_streamed(ctx):
            return _stream(ctx, steps)
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                report: LabelQualityReport = end.value
                return report.to_dict()
            ctx.set_progress(progress=step.complete, label=step.label)

    def resolve_output(self, ctx: foo.ExecutionContext) -> types.Property:
        """The summary."""
        return report_output(ctx.results or {})


def _run(ctx: foo.ExecutionContext) -> Generator[Progress, None, LabelQualityReport]:
    settings = read_settings(ctx.params)
    report = yield from iter_label_quality(ctx.target_view(require_flat=True), settings)
    show_fields(ctx.dataset, settings.fields().sidebar_paths, visible=[settings.key])
    return report


def _stream(
    ctx: foo.ExecutionContext, steps: Generator[Progress, None, LabelQualityReport]
) -> Iterator[Any]:
    """Shows progress, then the worst images first and the summary."""
    report: LabelQualityReport
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            report = end.value
            break
        yield ctx.ops.set_progress(progress=step.complete, label=step.label)
    yield ctx.ops.set_progress(progress=1.0, label="Done")
    yield ctx.ops.notify(report.headline(), variant="success" if report.num_scored else "warning")
    yield ctx.ops.reload_dataset()
    yield ctx.ops.set_view(view=worst_first(ctx.target_view(require_flat=True), report.key))
    yield ctx.ops.set_active_fields([*_active_fields(ctx), report.key])
    results = report.to_dict()
    yield ctx.trigger(
        "show_output", {"outputs": report_output(results).to_json(), "results": results}
    )


def _active_fields(ctx: foo.ExecutionContext) -> list[str]:
    return [field for field in ctx.active_fields or () if field in ctx.dataset.get_field_schema()]
