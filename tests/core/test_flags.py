"""One rule says which flags are set."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from odquality.core.flags import read_flags


@pytest.mark.parametrize(
    "value",
    [
        *(True, 1, 1.0, -1, 2, "1", "true", "True", " TRUE ", "yes", "Y", "on", "1.0"),
        *(np.int64(1), np.bool_(True), np.float32(0.5), float("inf"), 10**400),
    ],
    ids=repr,
)
def test_yes(value: Any) -> None:
    flags, unreadable = read_flags([value])
    assert flags.tolist() == [True]
    assert unreadable.tolist() == [False]


@pytest.mark.parametrize(
    "value",
    [
        *(None, False, 0, 0.0, -0.0, float("nan"), np.float32("nan"), "", "  ", "0", "0.0"),
        *("false", "False", "NO", "n", "off", "none", "null", "NaN", np.bool_(False), np.int8(0)),
    ],
    ids=repr,
)
def test_no(value: Any) -> None:
    flags, unreadable = read_flags([value])
    assert flags.tolist() == [False]
    assert unreadable.tolist() == [False]


@pytest.mark.parametrize("value", ["crowd", [1], {"a": 1}, b"1", 1j, object()])
def test_neither_is_no_and_told_apart(value: Any) -> None:
    flags, unreadable = read_flags([True, value])
    assert flags.tolist() == [True, False]
    assert unreadable.tolist() == [False, True]


def test_no_flags() -> None:
    flags, unreadable = read_flags([])
    assert flags.dtype == unreadable.dtype == bool
    assert len(flags) == len(unreadable) == 0


def test_an_array_of_flags() -> None:
    assert read_flags(np.array([0.0, 1.0, np.nan]))[0].tolist() == [False, True, False]
