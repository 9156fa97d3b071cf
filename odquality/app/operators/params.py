"""Settings as the parameters of an operator, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import fiftyone.operators as foo

from odquality.app.operators.calls import is_from_app
from odquality.bridge.run.settings import RunSettings

# The form's switch that tells whether its weights count.
WEIGHTS_SWITCH = "custom_weights"

# A form has no None: an empty text stands for it.
_NONE = ""


def to_params(settings: RunSettings) -> dict[str, Any]:
    """The parameters of the operator that stand for some settings."""
    values = {one: getattr(settings, one.name) for one in fields(settings)}
    return {
        one.name: _NONE if value is None else value
        for one, value in values.items()
        if value is not None or one.default is not None
    }


def read_settings(
    ctx: foo.ExecutionContext, guesses: Mapping[str, str] | None = None
) -> RunSettings:
    """The settings that a form or a caller gave; what was not given has its default.

    Args:
        ctx: the operator's call.
        guesses: what goes before the defaults.
    """
    given: dict[str, Any] = dict(guesses or {})
    for one in fields(RunSettings):
        value = ctx.params.get(one.name)
        if isinstance(value, str) and value == _NONE and "None" in str(one.type):
            given[one.name] = None
        elif value is not None:
            given[one.name] = value
    if is_from_app(ctx):
        # A form keeps what was entered before its switch was turned or its method changed.
        method = given.get("method", RunSettings.method)
        given = {name: value for name, value in given.items() if is_taken(name, method)}
        if not ctx.params.get(WEIGHTS_SWITCH):
            given.pop("aggregation_weights", None)
    return RunSettings(**given)


def is_taken(name: str, method: object) -> bool:
    """Whether a run by a method takes a setting."""
    if name in ("aggregation_weights", "overlapping_label_check"):
        return method == "objectlab"
    return name not in ("min_probability", "seed") or method == "calibrated"
