"""Parameters that describe themselves, and the functions that take them as keyword arguments.

A parameter's name, default, title and description stand in one place. Whatever shows or documents
it reads them from there.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from textwrap import fill
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

# Stands in the docstring of a function where the descriptions of its parameters belong.
_PLACE = "**settings:"


@dataclass(frozen=True)
class Described:
    """A keyword argument of functions and a field of forms.

    Attributes:
        name: of the argument.
        default: what holds if it is not given.
        annotation: its type, as signatures show it.
        title: what a form calls it.
        description: what it is for, in a sentence without a full stop.
    """

    name: str
    default: Any
    annotation: str
    title: str
    description: str

    @property
    def may_be_none(self) -> bool:
        """Whether None is one of its values."""
        return "None" in self.annotation


def described(default: Any, title: str, description: str) -> Any:
    """A field of a dataclass that describes itself."""
    return field(default=default, metadata={"title": title, "description": description})


def described_fields(settings: type) -> list[Described]:
    """The fields of a dataclass that describe themselves."""
    return [
        Described(one.name, one.default, str(one.type), **one.metadata)
        for one in fields(settings)
        if one.metadata
    ]


def takes(parameters: Sequence[Described]) -> Callable[[Function], Function]:
    """Decorates a function whose ``**settings`` are some parameters.

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
                one.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=one.default,
                annotation=one.annotation,
            )
            for one in parameters
        ]
        function.__signature__ = signature.replace(parameters=shown)  # type: ignore[attr-defined]
        if function.__doc__:
            function.__doc__ = _fill_in(function.__doc__, parameters)
        return function

    return document


def keywords(
    caller: str,
    parameters: Sequence[Described],
    positional: Sequence[Any],
    given: Mapping[str, Any],
) -> dict[str, Any]:
    """The keyword arguments that a function was called with.

    Args:
        caller: name of the function, for messages.
        parameters: those that it takes.
        positional: what stood behind the samples: nothing, or as older versions took them the
            fields of the labels and of the predictions. The warning about that points to whoever
            called the function.
        given: the keyword arguments.

    Raises:
        TypeError: an argument is unknown, or given twice.
    """
    if len(positional) > 2:
        raise TypeError(f"{caller} takes keyword arguments alone behind the samples")
    older = dict(zip(("gt_field", "pred_field"), positional, strict=False))
    if older:
        advice = ", ".join(f"{name}={value!r}" for name, value in older.items())
        warnings.warn(
            f"{caller} takes its fields by name; write {advice}", FutureWarning, stacklevel=3
        )
    if twice := [name for name in older if name in given]:
        raise TypeError(f"{caller} was given {twice[0]} twice")
    names = [one.name for one in parameters]
    if unknown := [name for name in given if name not in names]:
        raise TypeError(f"{caller} has no setting {unknown[0]!r}; it has {', '.join(names)}")
    return {**older, **given}


def _fill_in(text: str, parameters: Sequence[Described]) -> str:
    """A docstring with a line per parameter in the place of the one that stands for all."""
    lines = text.splitlines()
    row = next(row for row, line in enumerate(lines) if line.strip().startswith(_PLACE))
    indent = lines[row][: -len(lines[row].lstrip())]
    entries = [
        fill(
            f"{one.name}: {one.description}.",
            width=100,
            initial_indent=indent,
            subsequent_indent=indent + "    ",
        )
        for one in parameters
    ]
    return "\n".join([*lines[:row], *entries, *lines[row + 1 :]])
