"""Settings as the parameters of an operator, and back."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import fiftyone.operators as foo
from fiftyone.core.collections import SampleCollection

from odquality.app.operators.calls import is_from_app
from odquality.bridge.run.ownership import survey
from odquality.bridge.run.settings import RUN_PARAMETERS, RunSettings, run_settings
from odquality.bridge.store.samples import dataset_of
from odquality.methods.registry import METHODS

# The form's switch that tells whether its weights count.
WEIGHTS_SWITCH = "custom_weights"

# A form has no None: an empty text stands for it.
_NONE = ""


def to_params(given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of the operator that stand for what was given to a function."""
    return {
        one.name: _NONE if given[one.name] is None else given[one.name]
        for one in RUN_PARAMETERS
        if one.name in given and not (given[one.name] is None and one.default is None)
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
    for one in RUN_PARAMETERS:
        value = ctx.params.get(one.name)
        if isinstance(value, str) and value == _NONE and one.may_be_none:
            given[one.name] = None
        elif value is not None:
            given[one.name] = _read_dict(value) if one.name == "class_map" else value
    if is_from_app(ctx):
        # A form keeps what was entered before its switch was turned or its method changed.
        if not ctx.params.get(WEIGHTS_SWITCH):
            given.pop("aggregation_weights", None)
        for name in _of_other_methods(given.get("method", RunSettings.method)):
            given.pop(name, None)
    return RunSettings.of(given)


def _read_dict(value: object) -> object:
    """A dict that was written into a form, with or without its name; else what was given."""
    if not isinstance(value, str):
        return value
    try:
        return ast.literal_eval(value.partition("{")[1] + value.partition("{")[2])
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return value


def check(settings: RunSettings, samples: SampleCollection) -> None:
    """Checks all of a run that can be checked by a look at a few samples.

    Raises:
        ValueError: as the run itself would.
    """
    settings.check(samples)
    survey(dataset_of(samples), settings.fields(), values_too=False)


def _of_other_methods(name: object) -> set[str]:
    """The settings that only other methods take."""
    own = set(run_settings(METHODS[name])) if isinstance(name, str) and name in METHODS else set()
    return {setting for method in METHODS.values() for setting in run_settings(method)} - own
