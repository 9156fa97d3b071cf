"""Methods by name, and the one table of the settings that each takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import odquality
from odquality.core.parameters import NOT_GIVEN
from odquality.methods.registry import (
    DEFAULT_METHOD,
    METHODS,
    make_method,
    method_info,
    method_settings,
)

ALL_SETTINGS = sorted({name for info in METHODS.values() for name in info.settings})


@pytest.mark.parametrize("name", METHODS)
def test_every_method_says_what_it_gives(name: str) -> None:
    info = method_info(name)
    assert info.image_scores[0] == "quality"
    assert set(info.label_scores) | set(info.prediction_scores) <= set(info.image_scores)
    assert info.title
    assert info.description
    assert all(setting.title and setting.description for setting in info.settings.values())


def test_the_default_is_a_method() -> None:
    assert DEFAULT_METHOD in METHODS


@pytest.mark.parametrize("name", ["", "ObjectLab", None, ["objectlab"], {"a": 1}, 1, np.eye(2)])
def test_an_unknown_name(name: Any) -> None:
    message = r"^method is .*; expected one of 'calibrated', 'objectlab'$"
    for call in (
        make_method,
        lambda method: odquality.score_labels([], [], method=method),
        lambda method: odquality.find_label_issues([], [], method=method),
    ):
        with pytest.raises(ValueError, match=message):
            call(name)


@pytest.mark.parametrize("name", METHODS)
def test_settings_have_defaults_and_are_checked(name: str) -> None:
    settings = method_settings(name, **dict.fromkeys(ALL_SETTINGS, NOT_GIVEN))
    assert set(settings) == set(METHODS[name].settings)
    for setting in settings:
        with pytest.raises(ValueError, match=f"^{setting}"):
            method_settings(name, **{setting: object()})


@pytest.mark.parametrize(
    ("name", "setting"), [(name, setting) for name in METHODS for setting in ALL_SETTINGS]
)
def test_settings_of_other_methods_are_refused(name: str, setting: str) -> None:
    if setting in METHODS[name].settings:
        return
    (other,) = [other for other, info in METHODS.items() if setting in info.settings]
    message = rf"^{setting} is no setting of method '{name}'; it belongs to '{other}'$"
    given = {setting: METHODS[other].settings[setting].default}
    if given[setting] is None:
        given[setting] = {"overlooked": 1, "swap": 0, "badloc": 0}
    with pytest.raises(ValueError, match=message):
        make_method(name, **given)
    for function in (odquality.score_labels, odquality.find_label_issues):
        if setting in function.__kwdefaults__:
            with pytest.raises(ValueError, match=message):
                function([], [], method=name, **given)


def test_a_setting_of_no_method_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^sed is no setting of any method; the settings are"):
        make_method("calibrated", sed=1)


def test_none_where_it_is_the_default_says_nothing() -> None:
    assert make_method("calibrated", aggregation_weights=None) == make_method("calibrated")


@pytest.mark.parametrize(
    ("name", "setting", "wrong", "expected"),
    [
        ("calibrated", "seed", wrong, "an integer from 0 to 18446744073709551615")
        for wrong in (None, "x", -1, 2**64, True, 1.7, np.nan, [1], np.array(1))
    ]
    + [
        ("calibrated", "min_probability", wrong, "a number in \\[0, 1\\]")
        for wrong in (None, "0.5", -0.1, 7, True, np.nan, np.inf, 10**400, [0.5])
    ]
    + [
        ("objectlab", "overlapping_label_check", wrong, "True or False")
        for wrong in (None, "no", 0, np.nan)
    ]
    + [
        ("objectlab", "aggregation_weights", wrong, "one weight for each")
        for wrong in ("x", 0.3, [1, 0, 0], {})
    ],
)
def test_bad_values_are_refused_before_any_work(
    name: str, setting: str, wrong: Any, expected: str
) -> None:
    with pytest.raises(ValueError, match=rf"^{setting} .*; expected {expected}"):
        make_method(name, **{setting: wrong})
    for function in (odquality.score_labels, odquality.find_label_issues):
        if setting in function.__kwdefaults__:
            with pytest.raises(ValueError, match=rf"^{setting} .*; expected {expected}"):
                # Labels that are no labels: nothing looks at them.
                function(object(), object(), method=name, **{setting: wrong})
