"""The form of `compute_label_quality`, and the settings that a filled form stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types
from fiftyone.core.collections import SampleCollection

from odquality.bridge.run import targets
from odquality.bridge.run.ownership import check_key, survey
from odquality.bridge.run.settings import RunSettings
from odquality.bridge.store import records
from odquality.bridge.store.database import dataset_of
from odquality.methods.objectlab.weights import KINDS, AggregationWeights
from odquality.methods.registry import METHODS

# Parts of a field's name that tell what it holds.
_GT_HINTS = ("ground_truth", "groundtruth", "gt", "annotation", "label")
_PRED_HINTS = ("prediction", "pred", "model", "detector", "yolo", "rcnn", "detr")

_METHOD_TEXTS = {
    "calibrated": (
        "Calibrated",
        "Five kinds of errors with probabilities and corrections, for any detector",
    ),
    "objectlab": ("ObjectLab", "The reference method; needs a detector with high confidences"),
}
# What stands before a slider must be short.
_KIND_LABELS = {"overlooked": "Missing", "swap": "Class", "badloc": "Location"}
# Sliders move in hundredths, and three equal ones cannot add up to 1.
_SLIDER_WEIGHTS = {"overlooked": 0.34, "swap": 0.33, "badloc": 0.33}


def read_settings(params: Mapping[str, Any]) -> RunSettings:
    """The settings that a form or a caller gave; what was not given has its default."""
    given = {
        name: params[name]
        for name in RunSettings.__dataclass_fields__
        if params.get(name) not in (None, "")
    }
    # A form keeps what was entered before its switch was turned or its method changed.
    by_form = "custom_weights" in params
    if by_form and not (params["custom_weights"] and params.get("method") == "objectlab"):
        given.pop("aggregation_weights", None)
    for attribute in ("probs_attr", "iscrowd"):
        if attribute in params and params[attribute] in (None, ""):
            given[attribute] = None
    return RunSettings(**given)


def build_form(ctx: foo.ExecutionContext) -> types.Object:
    """The form's fields; errors stand on the field that causes them."""
    inputs = types.Object()
    inputs.view_target(ctx, action_description="Score the labels of", require_flat=True)
    samples = ctx.target_view(require_flat=True)
    _show_error(inputs, "samples_error", lambda: targets.check_samples(samples))
    fields = targets.detections_fields(samples)
    if len(fields) < 2:
        _refuse(
            inputs,
            "fields_error",
            "The dataset needs two fields of type Detections, labels and predictions; it has "
            f"{', '.join(fields) or 'none'}",
        )
        return inputs
    settings = read_settings(ctx.params)
    _add_fields(inputs, ctx.params, fields)
    _add_method(inputs)
    _add_key(inputs, samples, settings)
    if settings.method == "objectlab":
        _add_weights(inputs, ctx.params, settings)
        inputs.bool(
            "overlapping_label_check",
            label="Overlapping labels are wrong",
            description="Two labels of different classes on the same box count as a wrong class",
            default=RunSettings.overlapping_label_check,
            view=types.SwitchView(),
        )
    else:
        inputs.float(
            "min_probability",
            label="Suggest corrections from this probability",
            description="Errors at least this likely get a suggestion; scores do not depend on it",
            min=0,
            max=1,
            default=RunSettings.min_probability,
        )
    _add_attributes(inputs)
    return inputs


def _add_fields(inputs: types.Object, params: Mapping[str, Any], fields: Sequence[str]) -> None:
    gt_field, pred_field = guess_fields(fields)
    for name, label, description, guess in (
        ("gt_field", "Ground truth", "The labels to review", gt_field),
        ("pred_field", "Predictions", "What a detector found on the same images", pred_field),
    ):
        choices = types.DropdownView(componentsProps={"select": {"data-cy": name}})
        for field in fields:
            choices.add_choice(field, label=field)
        inputs.enum(
            name,
            choices.values(),
            label=label,
            description=description,
            default=guess,
            view=choices,
        )
    if params.get("gt_field") and params.get("gt_field") == params.get("pred_field"):
        _mark(inputs, "pred_field", "Choose a field other than the ground truth")


def guess_fields(fields: Sequence[str]) -> tuple[str, str]:
    """The fields that most likely hold the ground truth and the predictions, by their names."""

    def first(hints: Sequence[str], among: Sequence[str]) -> str:
        named = [field for hint in hints for field in among if hint in field.lower()]
        return (named or list(among))[0]

    predictions = first(_PRED_HINTS, fields)
    others = [field for field in fields if field != predictions]
    ground_truth = first(_GT_HINTS, others)
    if predictions == fields[0] and not any(hint in predictions.lower() for hint in _PRED_HINTS):
        # No name tells: the first field is more likely the older one, the ground truth.
        ground_truth, predictions = fields[0], fields[1]
    return ground_truth, predictions


def _add_key(inputs: types.Object, samples: SampleCollection, settings: RunSettings) -> None:
    inputs.str(
        "key",
        label="Key",
        description="Name of the run; the fields it writes begin with it",
        default=RunSettings.key,
    )
    dataset = dataset_of(samples)
    try:
        check_key(settings.key)
        survey(dataset, settings.fields(), values_too=False)
    except ValueError as error:
        _mark(inputs, "key", str(error))
        return
    if records.find(dataset, settings.key) is not None:
        inputs.view(
            "overwrite_warning",
            types.Warning(
                label=f"Run {settings.key!r} exists",
                description="Its scores are replaced on all samples of the dataset",
            ),
        )


def _add_method(inputs: types.Object) -> None:
    choices = types.RadioGroup()
    for name in METHODS:
        label, description = _METHOD_TEXTS[name]
        choices.add_choice(name, label=label, description=description)
    inputs.enum(
        "method",
        choices.values(),
        label="Method",
        default=RunSettings.method,
        view=choices,
    )


def _add_weights(inputs: types.Object, params: Mapping[str, Any], settings: RunSettings) -> None:
    inputs.bool(
        "custom_weights",
        label="Weigh kinds of errors",
        description="By default all count the same in an image's score",
        default=False,
        view=types.SwitchView(componentsProps={"switch": {"data-cy": "custom_weights"}}),
    )
    if not params.get("custom_weights", settings.aggregation_weights is not None):
        return
    sliders = types.Object()
    for kind in KINDS:
        sliders.float(
            kind,
            label=_KIND_LABELS[kind],
            min=0,
            max=1,
            default=_SLIDER_WEIGHTS[kind],
            view=types.SliderView(componentsProps={"slider": {"step": 0.01, "data-cy": kind}}),
        )
    inputs.define_property("aggregation_weights", sliders, label="Weights, adding up to 1")
    try:
        AggregationWeights(settings.aggregation_weights or _SLIDER_WEIGHTS)
    except ValueError as error:
        _mark(inputs, "aggregation_weights", str(error))
        _refuse(inputs, "weights_error", str(error))


def _add_attributes(inputs: types.Object) -> None:
    inputs.str(
        "probs_attr",
        label="Attribute with class probabilities",
        description="'auto' looks for 'probs', then 'logits'; empty for label and confidence alone",
        default=RunSettings.probs_attr,
    )
    inputs.str(
        "iscrowd",
        label="Attribute of regions to ignore",
        description="Labels with this attribute are not reviewed; empty for none",
        default=RunSettings.iscrowd,
    )


def _mark(inputs: types.Object, name: str, message: str) -> None:
    prop = inputs.properties[name]
    prop.invalid = True
    prop.error_message = message


def _refuse(inputs: types.Object, name: str, message: str) -> None:
    prop = inputs.view(name, types.Error(label="Cannot score", description=message))
    prop.invalid = True
    prop.error_message = message


def _show_error(inputs: types.Object, name: str, check: Callable[[], None]) -> None:
    try:
        check()
    except ValueError as error:
        _refuse(inputs, name, str(error))
