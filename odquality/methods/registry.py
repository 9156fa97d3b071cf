"""The scoring methods by name, and how they are made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odquality.core.parameters import NOT_GIVEN, choice
from odquality.methods.calibrated.info import INFO as CALIBRATED
from odquality.methods.interface import Method, MethodInfo
from odquality.methods.objectlab.info import INFO as OBJECTLAB

METHODS: Mapping[str, MethodInfo] = {
    "calibrated": CALIBRATED,
    "objectlab": OBJECTLAB,
}

DEFAULT_METHOD = "calibrated"


def method_info(name: str) -> MethodInfo:
    """What a method needs, takes and gives.

    Raises:
        ValueError: no method has that name.
    """
    return METHODS[choice("method", name, METHODS)]


def method_settings(name: str, **given: Any) -> dict[str, Any]:
    """The values of all settings of a method: those given, checked, and the others' defaults.

    Args:
        name: of the method.
        **given: settings of any method; `NOT_GIVEN` stands for no value, and so does None for a
            setting of which None is the default.

    Raises:
        ValueError: no method has that name; one of the settings belongs to another method or to
            none; or its value is malformed.
    """
    settings = method_info(name).settings
    given = {key: value for key, value in given.items() if not _says_nothing(key, value)}
    for key in given:
        if key not in settings:
            raise ValueError(_not_taken(name, key))
    return {
        key: setting.check(key, given.get(key, setting.default))
        for key, setting in settings.items()
    }


def make_method(name: str, **given: Any) -> Method:
    """A method by its name.

    Args:
        name: of the method.
        **given: settings, as `method_settings` takes them.

    Raises:
        ValueError: as `method_settings` does.
    """
    return method_info(name).make(method_settings(name, **given))


def _says_nothing(key: str, value: Any) -> bool:
    defaults = [info.settings[key].default for info in METHODS.values() if key in info.settings]
    return value is NOT_GIVEN or (value is None and None in defaults)


def _not_taken(name: str, key: str) -> str:
    takers = [repr(other) for other, info in METHODS.items() if key in info.settings]
    if takers:
        return f"{key} is no setting of method {name!r}; it belongs to {' and '.join(takers)}"
    known = sorted({setting for info in METHODS.values() for setting in info.settings})
    return f"{key} is no setting of any method; the settings are {', '.join(known)}"
