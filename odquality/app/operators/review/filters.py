"""Questions that several forms ask of issues."""

from __future__ import annotations

from typing import Any

import fiftyone.operators.types as types

from odquality.kinds import BY_NAME


def ask_kind(inputs: types.Object, given: Any) -> None:
    """A kind of error, or all.

    Args:
        inputs: to which it is added.
        given: what was answered; a call from Python may give several.
    """
    if isinstance(given, list):
        inputs.list("kinds", types.String(), label="Kinds")
        return
    choices = types.DropdownView()
    for kind in BY_NAME.values():
        choices.add_choice(kind.name, label=kind.label)
    inputs.enum("kinds", choices.values(), label="Kind (all if empty)", view=choices)


def ask_probability(inputs: types.Object, default: float, *, required: bool = False) -> None:
    """The least probability."""
    inputs.float(
        "min_probability",
        label="Least probability",
        default=default,
        min=0,
        max=1,
        required=required,
    )


def ask_choice(inputs: types.Object, name: str, label: str, values: list[str]) -> None:
    """One of some words, the first if nothing is chosen."""
    choices = types.DropdownView()
    for value in values:
        choices.add_choice(value, label=value)
    inputs.enum(name, choices.values(), label=label, default=values[0], view=choices)


def ask_classes(inputs: types.Object, given: Any) -> None:
    """Classes, as labelled or as suggested, or all.

    Args:
        inputs: to which it is added.
        given: what was answered; a call from Python may give a single name.
    """
    label = "Classes, as labelled or as suggested (all if empty)"
    if isinstance(given, str):
        inputs.str("classes", label=label)
    else:
        inputs.list("classes", types.String(), label=label)


def ask_issues(inputs: types.Object) -> None:
    """Which issues are meant, if not what is selected."""
    inputs.list(
        "issues",
        types.String(),
        label="Ids of issues",
        description="Without any, what is selected is meant: crops, images or boxes",
    )
