"""The form of `compute_label_quality`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types
from fiftyone.core.collections import SampleCollection

from odquality.app.operators.calls import target_of
from odquality.app.operators.guess import guess_fields
from odquality.app.operators.notices import mark, refuse, refuse_without_dataset, warn
from odquality.app.operators.output import table
from odquality.app.operators.params import WEIGHTS_SWITCH, check, read_settings
from odquality.app.operators.weights import add_weights
from odquality.bridge.read.preview import preview
from odquality.bridge.run import targets
from odquality.bridge.run.described import Described
from odquality.bridge.run.report import LabelQualityReport
from odquality.bridge.run.settings import RUN_PARAMETERS, RunSettings, run_settings
from odquality.bridge.store import records
from odquality.bridge.store.kept import kept_report
from odquality.bridge.store.records import RunRecord
from odquality.bridge.store.samples import dataset_of
from odquality.methods.interface import Setting
from odquality.methods.registry import METHODS

_PARAMETERS = {one.name: one for one in RUN_PARAMETERS}


def build_form(ctx: foo.ExecutionContext) -> types.Object:
    """The form's fields, with what is wrong with what they hold."""
    inputs = types.Object()
    if refuse_without_dataset(inputs, ctx):
        return inputs
    inputs.view_target(ctx, action_description="Score the labels of", require_flat=True)
    samples = target_of(ctx)
    try:
        targets.check_samples(samples)
    except ValueError as error:
        refuse(inputs, "samples_error", str(error))
        return inputs
    candidates = targets.detections_fields(samples)
    if len(candidates) < 2:
        refuse(
            inputs,
            "fields_error",
            "The dataset needs two fields of type Detections, labels and predictions; it has "
            f"{', '.join(candidates) or 'none'}",
        )
        return inputs
    guesses = dict(zip(("gt_field", "pred_field"), guess_fields(candidates), strict=True))
    settings = read_settings(ctx, guesses)
    for name, guess in guesses.items():
        _add_choice(inputs, name, candidates, default=guess)
    _add_method(inputs)
    _add_input(inputs, "key", _PARAMETERS["key"])
    _warn_of_replacement(inputs, samples, settings.key)
    if isinstance(settings.method, str) and settings.method in METHODS:
        _add_method_settings(inputs, ctx.params, settings)
    for name in ("probs_attr", "iscrowd"):
        _add_input(inputs, name, _PARAMETERS[name], "; leave empty for None")
    if isinstance(ctx.params.get("class_map"), str):
        _add_input(inputs, "class_map", _PARAMETERS["class_map"])
    if not _has_error(inputs, samples, settings):
        _add_preview(inputs, samples, settings)
    return inputs


def _add_choice(inputs: types.Object, name: str, values: Sequence[str], *, default: str) -> None:
    choices = types.DropdownView(componentsProps={"select": {"data-cy": name}})
    for value in values:
        choices.add_choice(value, label=value)
    inputs.enum(
        name,
        choices.values(),
        label=_PARAMETERS[name].title,
        description=_PARAMETERS[name].description,
        default=default,
        view=choices,
    )


def _add_method(inputs: types.Object) -> None:
    choices = types.RadioGroup()
    for name, method in METHODS.items():
        choices.add_choice(name, label=method.title, description=method.description)
    inputs.enum(
        "method",
        choices.values(),
        label=_PARAMETERS["method"].title,
        default=RunSettings.method,
        view=choices,
    )


def _add_method_settings(
    inputs: types.Object, params: Mapping[str, Any], settings: RunSettings
) -> None:
    for name, setting in run_settings(METHODS[settings.method]).items():
        if name == "aggregation_weights":
            weighed = params.get(WEIGHTS_SWITCH, settings.of_method.get(name) is not None)
            add_weights(inputs, setting, shown=bool(weighed))
        else:
            _add_input(inputs, name, setting)


def _add_input(inputs: types.Object, name: str, texts: Described | Setting, hint: str = "") -> None:
    """Adds a field for a text, a number or a switch, by the type of its default."""
    add, view = inputs.str, None
    if isinstance(texts.default, bool):
        add, view = inputs.bool, types.SwitchView()
    elif isinstance(texts.default, int):
        add = inputs.int
    elif isinstance(texts.default, float):
        add = inputs.float
    add(
        name,
        label=texts.title,
        description=texts.description + hint,
        default=texts.default,
        view=view,
    )


def _warn_of_replacement(inputs: types.Object, samples: SampleCollection, key: object) -> None:
    record = records.find(dataset_of(samples), key) if isinstance(key, str) else None
    if record is not None:
        state = "exists" if record.is_complete else "is incomplete"
        warn(
            inputs,
            "overwrite_warning",
            f"Run {key!r} {state}",
            "Its scores are replaced on all samples of the dataset",
        )
        _show_found(inputs, record)


def _show_found(inputs: types.Object, record: RunRecord) -> None:
    """What each probability shows in the run as it is: by it one chooses where to begin."""
    found = LabelQualityReport.from_dict(kept_report(record)).error_table()
    if found:
        inputs.md(f"What it found, by probability:\n\n{table(found)}", name="found")


def _add_preview(inputs: types.Object, samples: SampleCollection, settings: RunSettings) -> None:
    """Warns of what a look at some samples shows, and offers the settings that help."""
    found = preview(samples, settings)
    for number, warning in enumerate(found.warnings):
        warn(inputs, f"warning_{number}", "Labels and predictions may not fit together", warning)
    if found.question:
        warn(inputs, "in_sample", "Was the detector trained on these labels?", found.question)
    helpful = {
        "class_map": any("class_map" in warning for warning in found.warnings),
        "score_unannotated": found.has_unannotated or settings.score_unannotated,
    }
    for name, helps in helpful.items():
        if helps and name not in inputs.properties:
            _add_input(inputs, name, _PARAMETERS[name])


def _has_error(inputs: types.Object, samples: SampleCollection, settings: RunSettings) -> bool:
    """Puts what keeps a run from starting on the field of the argument that the message names."""
    try:
        check(settings, samples)
    except ValueError as error:
        name = re.split(r"\W", str(error))[0]
        if name in inputs.properties:
            mark(inputs, name, error)
        if name not in inputs.properties or name == "aggregation_weights":
            # The App shows no error on what has no field of its own.
            refuse(inputs, "settings_error", str(error))
        return True
    return False
