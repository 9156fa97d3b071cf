"""The operator that assigns samples to folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types
from fiftyone.core.collections import SampleCollection

from odquality.app.operators.calls import check_names, context_of, flat, parameters_of
from odquality.app.operators.notices import mark, refuse_without_dataset, warn
from odquality.app.operators.output import values_output
from odquality.bridge.folds import assign
from odquality.bridge.folds.assign import assign_folds
from odquality.bridge.folds.checks import (
    check_field,
    comparable_fields,
    shared_paths,
    stored_path,
)

_DEFAULT_K = 5
_LABEL = "Assign folds"
# What `execute` returns.
_OUTPUTS = {
    "dataset": "Dataset",
    "field": "Field",
    "sizes": "Samples of each fold",
    "num_groups": "Groups that stay together",
    "largest_group": "Samples of the largest group",
    "warnings": "Warnings",
}


class AssignFolds(foo.Operator):
    """Assigns samples to folds, for predictions of detectors that have not learnt from them."""

    @property
    def config(self) -> foo.OperatorConfig:
        """What FiftyOne needs to know of the operator."""
        return foo.OperatorConfig(
            name="assign_folds",
            label=_LABEL,
            description="Split the samples so that a detector can predict on images that it has "
            "not learnt from",
            icon="call_split",
            dynamic=True,
            risk_level=types.RiskLevel.MEDIUM,
        )

    def __call__(
        self,
        samples: SampleCollection,
        k: int = _DEFAULT_K,
        field: str = assign.FIELD,
        group: str | Sequence[str] | None = None,
        *,
        stratify: str | None = None,
        seed: int = assign.SEED,
        overwrite: bool = False,
    ) -> Any:
        """Assigns folds from Python, with the arguments of `odquality.assign_folds`.

        Returns:
            FiftyOne's execution result, whose ``result["sizes"]`` are those of the folds.
        """
        params = {
            "k": k,
            "field": field,
            "group": group,
            "stratify": stratify,
            "seed": seed,
            "overwrite": overwrite,
        }
        return foo.execute_operator(self.uri, context_of(samples), params=params)

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        """The form: how many folds, where to write them, what stays together."""
        inputs = types.Object()
        if refuse_without_dataset(inputs, ctx):
            return types.Property(inputs, view=types.View(label=_LABEL))
        inputs.view_target(ctx, action_description="Assign folds to", require_flat=False)
        inputs.int("k", label="Folds", default=_DEFAULT_K, min=2, max=assign.MOST_FOLDS)
        inputs.str("field", label="Field", description="To write", default=assign.FIELD)
        for name, label, text in (
            (
                "group",
                "Keep together",
                "Samples with the same value in this field, such as frames of a video or "
                "near-duplicates",
            ),
            ("stratify", "Spread evenly", "The values of this field, such as a class"),
        ):
            _add_path(inputs, ctx, name, label, text)
        inputs.int("seed", label="Seed", default=assign.SEED, min=0)
        self._add_overwrite(inputs, ctx)
        _mark_paths(inputs, ctx)
        return types.Property(inputs, view=types.View(label=_LABEL))

    def execute(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Assigns the folds; returns the report as a dict."""
        check_names(self, ctx, parameters_of(assign_folds))
        given = ctx.params
        report = assign_folds(
            flat(ctx.target_view()),
            given.get("k", _DEFAULT_K),
            given.get("field", assign.FIELD),
            given.get("group") or None,
            stratify=given.get("stratify") or None,
            seed=given.get("seed", assign.SEED),
            overwrite=given.get("overwrite", False),
        )
        ctx.ops.reload_dataset()
        ctx.ops.notify(report.headline(), variant="warning" if report.warnings else "success")
        return {**asdict(report), "sizes": [f"{n:,}" for n in report.sizes]} | {
            "warnings": list(report.warnings)
        }

    def resolve_output(self, ctx: foo.ExecutionContext) -> types.Property:
        """The folds' sizes."""
        return values_output(ctx.results, _OUTPUTS)

    def _add_overwrite(self, inputs: types.Object, ctx: foo.ExecutionContext) -> None:
        """Says whether the field is taken, and offers to replace it where that is possible."""
        field, overwrite = ctx.params.get("field", assign.FIELD), ctx.params.get("overwrite")
        try:
            check_field(ctx.dataset, field, overwrite=False)
        except ValueError as error:
            if "overwrite=True" not in str(error):
                mark(inputs, "field", error)
                return
            inputs.bool("overwrite", label=f"Replace {field!r}", default=False)
            if not overwrite:
                mark(inputs, "field", error)
            return
        if isinstance(field, str) and ctx.dataset.has_field(field):
            warn(inputs, "replaced", f"The folds in {field!r} are replaced")


def _mark_paths(inputs: types.Object, ctx: foo.ExecutionContext) -> None:
    """Puts on the paths what is wrong with them."""
    field, group, stratify = (ctx.params.get(name) for name in ("field", "group", "stratify"))
    try:
        shared_paths(ctx.dataset, group or None, field)
    except ValueError as error:
        mark(inputs, "group", error)
    try:
        if stratify:
            stored_path(ctx.dataset, "stratify", stratify)
    except ValueError as error:
        mark(inputs, "stratify", error)


def _add_path(
    inputs: types.Object, ctx: foo.ExecutionContext, name: str, label: str, text: str
) -> None:
    """Adds a field for a path, with those of the dataset to choose from; None is none.

    A call from Python may give a list of paths, which no form has a field for.
    """
    if isinstance(ctx.params.get(name), (list, tuple)):
        inputs.list(name, types.String(), label=label)
        return
    choices = types.AutocompleteView()
    for path in comparable_fields(ctx.dataset):
        choices.add_choice(path, label=path)
    inputs.str(name, label=label, description=text, view=choices)
