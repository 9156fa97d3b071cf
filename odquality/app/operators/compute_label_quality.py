"""The operator that scores labels."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types
from fiftyone.core.collections import SampleCollection

from odquality.app.colors import ColoredFields, kind_colors
from odquality.app.names import PANEL
from odquality.app.operators.calls import check_names, context_of, flat, is_streamed, target_of
from odquality.app.operators.form import build_form
from odquality.app.operators.output import report_output, show_error, show_output
from odquality.app.operators.params import WEIGHTS_SWITCH, check, read_settings, to_params
from odquality.bridge.run.compute import iter_label_quality
from odquality.bridge.run.described import keywords, takes
from odquality.bridge.run.progress import Progress
from odquality.bridge.run.report import LabelQualityReport
from odquality.bridge.run.settings import RUN_PARAMETERS, RunSettings
from odquality.bridge.run.worst import worst_first
from odquality.bridge.store.app_colors import are_mine
from odquality.bridge.store.app_config import show_fields

Steps = Generator[Progress, None, LabelQualityReport]


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

    @takes(RUN_PARAMETERS)
    def __call__(
        self, samples: SampleCollection, *fields: str, delegate: bool = False, **settings: Any
    ) -> Any:
        """Scores a dataset or view from Python.

        `odquality.compute_label_quality` does the same without a time limit.

        Args:
            samples: a dataset or view.
            *fields: the fields of the labels and of the predictions, as older versions took them;
                give them by name.
            delegate: whether to queue the run for ``fiftyone delegated launch``.
            **settings: `RUN_PARAMETERS`, one by one.

        Returns:
            FiftyOne's execution result, whose ``result`` is the report as a dict; in a notebook
            an ``asyncio.Task`` of it, to be awaited.

        Raises:
            ValueError: an argument does not fit the dataset.
        """
        given = keywords(self.name, RUN_PARAMETERS, fields, settings)
        samples = flat(samples)
        check(RunSettings.of(given), samples)
        return foo.execute_operator(
            self.uri, context_of(samples), params=to_params(given), request_delegation=delegate
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
        check_names(self, ctx, [*(one.name for one in RUN_PARAMETERS), WEIGHTS_SWITCH])
        samples = target_of(ctx)
        steps = _run(ctx, samples)
        if is_streamed(ctx):
            return _stream(ctx, steps, samples)
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                report: LabelQualityReport = end.value
                return report.to_dict()
            ctx.set_progress(progress=step.complete, label=step.label)

    def resolve_output(self, ctx: foo.ExecutionContext) -> types.Property:
        """The summary."""
        return report_output(ctx.results)


def _run(ctx: foo.ExecutionContext, samples: SampleCollection) -> Steps:
    settings = read_settings(ctx)
    report = yield from iter_label_quality(samples, settings)
    fields = settings.fields()
    show_fields(ctx.dataset, fields.sidebar_paths, visible=fields.shown_paths)
    return report


def _stream(ctx: foo.ExecutionContext, steps: Steps, samples: SampleCollection) -> Iterator[Any]:
    """Shows progress, then the worst images first and the summary, or what is wrong."""
    try:
        report = yield from _show_progress(ctx, steps)
    except ValueError as error:
        yield from show_error(ctx, error, "Label quality was not computed")
        return
    yield ctx.ops.notify(report.headline(), variant="success" if report.num_scored else "warning")
    yield ctx.ops.reload_dataset()
    yield ctx.ops.set_view(view=worst_first(samples, report.key))
    fields = read_settings(ctx).fields()
    gives_issues = fields.method.gives_issues
    if gives_issues and not are_mine(ctx.dataset):
        colored = ColoredFields(
            fields.gt_field, fields.issue, fields.suggestions, fields.pred_field
        )
        yield ctx.trigger("set_color_scheme", kind_colors(ctx.dataset, colored))
    yield ctx.ops.set_active_fields(
        [*_active_fields(ctx, with_boxes=not gives_issues), *fields.shown_paths]
    )
    if gives_issues:
        yield ctx.ops.open_panel(PANEL, is_active=True, layout="horizontal")
    results = report.to_dict()
    yield show_output(ctx, report_output(results), results)


def _show_progress(
    ctx: foo.ExecutionContext, steps: Steps
) -> Generator[Any, None, LabelQualityReport]:
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            yield ctx.ops.set_progress(progress=1.0, label="Done")
            report: LabelQualityReport = end.value
            return report
        yield ctx.ops.set_progress(progress=step.complete, label=step.label)


def _active_fields(ctx: foo.ExecutionContext, *, with_boxes: bool) -> list[str]:
    """What is shown already and stays, with boxes and other labels or without."""
    schema = ctx.dataset.get_field_schema()
    shown = [field for field in ctx.active_fields or () if field in schema]
    boxes = ctx.dataset.get_field_schema(embedded_doc_type=fo.Label)
    return shown if with_boxes else [field for field in shown if field not in boxes]
