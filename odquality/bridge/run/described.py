"""Settings that describe themselves, and the functions that take them as keyword arguments.

A setting is a field of a dataclass that also holds a title and a description. Whatever shows or
documents settings reads them from there.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, field, fields
from textwrap import fill
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
Settings = TypeVar("Settings")

# Stands in the docstring of a function where the descriptions of its settings belong.
_PLACE = "**settings:"


def setting(default: Any, title: str, description: str) -> Any:
    """A field of a dataclass with a default, what a form calls it, and what it is for."""
    return field(default=default, metadata={"title": title, "description": description})


def title(setting: Field[Any]) -> str:
    """What a form calls a setting."""
    return setting.metadata["title"]


def description(setting: Field[Any]) -> str:
    """What a setting is for."""
    return setting.metadata["description"]


def takes(settings: type) -> Callable[[Function], Function]:
    """Decorates a function whose ``**settings`` are the fields of a dataclass.

    Its signature and docstring then tell them one by one.
    """

    def document(function: Function) -> Function:
        signature = inspect.signature(function)
        shown = [
            parameter
            for parameter in signature.parameters.values()
            if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        ]
        shown += [
            inspect.Parameter(
                one.name, inspect.Parameter.KEYWORD_ONLY, default=one.default, annotation=one.type
            )
            for one in fields(settings)
        ]
        shown.sort(key=lambda parameter: parameter.kind)
        function.__signature__ = signature.replace(parameters=shown)  # type: ignore[attr-defined]
        if function.__doc__:
            function.__doc__ = _described(function.__doc__, fields(settings))
        return function

    return document


def from_call(
    settings: type[Settings], positional: Sequence[Any], given: Mapping[str, Any], *, caller: str
) -> Settings:
    """The settings that a function was called with.

    Args:
        settings: the dataclass.
        positional: what stood behind the samples: nothing, or as in older versions the fields of
            the labels and of the predictions.
        given: the keyword arguments.
        caller: name of the function, for messages. The warning about older versions points to
            whoever called it.

    Raises:
        TypeError: an argument is unknown, or given twice.
    """
    given = dict(given)
    names = [one.name for one in fields(settings)]  # type: ignore[arg-type]
    if len(positional) > 2:
        raise TypeError(f"{caller} takes keyword arguments alone behind the samples")
    if positional:
        older = dict(zip(("gt_field", "pred_field"), positional, strict=False))
        advice = ", ".join(f"{name}={value!r}" for name, value in older.items())
        warnings.warn(
            f"{caller} takes its fields by name; write {advice}", FutureWarning, stacklevel=3
        )
        if twice := [name for name in older if name in given]:
            raise TypeError(f"{caller} was given {twice[0]} twice")
        given |= older
    if unknown := [name for name in given if name not in names]:
        raise TypeError(f"{caller} has no setting {unknown[0]!r}; it has {', '.join(names)}")
    return settings(**given)


def _described(text: str, settings: Sequence[Field[Any]]) -> str:
    """A docstring with a line per setting in the place of the one that stands for all."""
    lines = text.splitlines()
    row = next(row for row, line in enumerate(lines) if line.strip().startswith(_PLACE))
    indent = lines[row][: -len(lines[row].lstrip())]
    entries = [
        fill(
            f"{one.name}: {description(one)}.",
            width=100,
            initial_indent=indent,
            subsequent_indent=indent + "    ",
        )
        for one in settings
    ]
    return "\n".join([*lines[:row], *entries, *lines[row + 1 :]])
