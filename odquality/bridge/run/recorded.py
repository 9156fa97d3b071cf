"""Reads what a record holds, whichever version of odquality wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any


def read_fields(cls: Any, values: object) -> dict[str, Any]:
    """Those of the recorded values that a dataclass has a field for and that are of its type.

    Args:
        cls: a dataclass whose fields all have defaults, which tell their types.
        values: what was recorded.
    """
    if not isinstance(values, Mapping):
        return {}
    known = {}
    for field in fields(cls):
        default = field.default if field.default_factory is MISSING else field.default_factory()
        if field.name in values and _is_like(values[field.name], default):
            known[field.name] = values[field.name]
    return known


def read_numbers(values: object) -> dict[str, Any]:
    """Those of the recorded values that are numbers, by name."""
    if not isinstance(values, Mapping):
        return {}
    return {
        str(name): number
        for name, number in values.items()
        if isinstance(number, (int, float)) and not isinstance(number, bool)
    }


def _is_like(value: object, default: object) -> bool:
    if isinstance(default, tuple):
        return isinstance(value, (list, tuple))
    if isinstance(default, int):
        return isinstance(value, int)
    return isinstance(value, Mapping if isinstance(default, dict) else type(default))
