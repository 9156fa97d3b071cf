"""The form of `compute_label_quality`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types
from fiftyone.core.collections import SampleCollection

from odquality.app.operators.calls import target_of
from odquality.app.operators.guess import guess_fields
from odquality.app.operators.notices import mark, refuse, warn
from odquality.app.operators.params import WEIGHTS_SWITCH, is_taken, read_settings
from odquality.app.operators.weights import add_weights
from odquality.bridge import runs
from odquality.bridge.run import targets
from odquality.bridge.run.described import description, title
from odquality.bridge.run.known import load_report
from odquality.bridge.run.report import COMPLETE
from odquality.bridge.run.settings import RunSettings
from odquality.methods.registry import METHODS

_METHOD_TEXTS = {
    "calibrated": (
        "Calibrated",
        "Five kinds of errors with probabilities and corrections, for any detector",
    ),
    "objectlab": ("ObjectLab", "The reference method; needs a detector with high confidences"),
}
_SETTINGS = {one.name: one for one in fields(RunSettings)}


def build_form(ctx: foo.ExecutionContext) -> types.Object:
    """The form's fields, with what is wrong with what they hold."""
    inputs = types.Object()
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
    _add_value(inputs, "key")
    _warn_of_replacement(inputs, samples, settings.key)
    if is_taken("aggregation_weights", settings.method):
        weighed = ctx.params.get(WEIGHTS_SWITCH, settings.aggregation_weights is not None)
        add_weights(inputs, shown=bool(weighed))
    for name in ("overlapping_label_check", "min_probability"):
        if is_taken(name, settings.method):
            _add_value(inputs, name)
    for name in ("probs_attr", "iscrowd"):
        _add_value(inputs, name, hint="; leave empty for none")
    _show_error(inputs, samples, settings)
    return inputs


def _add_choice(inputs: types.Object, name: str, values: Sequence[str], *, default: str) -> None:
    choices = types.DropdownView(componentsProps={"select": {"data-cy": name}})
    for value in values:
        choices.add_choice(value, label=value)
    inputs.enum(name, choices.values(), default=default, view=choices, **_texts(name))


def _add_method(inputs: types.Object) -> None:
    choices = types.RadioGroup()
    for name in METHODS:
        label, text = _METHOD_TEXTS[name]
        choices.add_choice(name, label=label, description=text)
    inputs.enum(
        "method",
        choices.values(),
        label=title(_SETTINGS["method"]),
        default=RunSettings.method,
        view=choices,
    )


def _add_value(inputs: types.Object, name: str, *, hint: str = "") -> None:
    """Adds a setting that is a text, a share or a switch, by the type of its default."""
    default, texts = _SETTINGS[name].default, _texts(name)
    texts["description"] += hint
    if isinstance(default, bool):
        inputs.bool(name, default=default, view=types.SwitchView(), **texts)
    elif isinstance(default, float):
        inputs.float(name, default=default, min=0, max=1, **texts)
    else:
        inputs.str(name, default=default, **texts)


def _texts(name: str) -> dict[str, Any]:
    return {"label": title(_SETTINGS[name]), "description": description(_SETTINGS[name])}


def _warn_of_replacement(inputs: types.Object, samples: SampleCollection, key: object) -> None:
    if key not in runs.list_keys(samples):
        return
    state = load_report(samples, str(key)).state
    warn(
        inputs,
        "overwrite_warning",
        f"Run {key!r} exists" + ("" if state == COMPLETE else ", but is incomplete"),
        "Its scores are replaced on all samples of the dataset",
    )


def _show_error(inputs: types.Object, samples: SampleCollection, settings: RunSettings) -> None:
    """Puts what keeps a run from starting on the field of the argument that the message names."""
    try:
        settings.check(samples)
    except ValueError as error:
        names = re.findall(r"\w+", str(error))
        name = next((name for name in names if name in inputs.properties), None)
        if name is None or isinstance(inputs.properties[name].type, types.Object):
            # The App shows no error on what has no field of its own.
            refuse(inputs, "settings_error", str(error))
        if name is not None:
            mark(inputs, name, error)
