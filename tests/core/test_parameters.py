"""Parameters: what is taken, and how the rest is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from odquality.core.parameters import boolean, choice, integer, number, shown, text, texts

NO_NUMBERS = [
    None,
    "x",
    "0.5",
    True,
    np.bool_(True),
    float("nan"),
    float("inf"),
    np.float32("nan"),
    [0.5],
    np.array([0.5]),
    0.5j,
    10**400,
    np.timedelta64(3, "s"),
    -(10**400),
    object(),
]


@pytest.mark.parametrize("value", [0, 1, 0.5, np.float32(0.5), np.int64(1), Fraction(1, 2)])
def test_numbers(value: Any) -> None:
    found = number("share", value, 0, 1)
    assert found == value
    assert type(found) is float


@pytest.mark.parametrize("value", [*NO_NUMBERS, 1.5, -1, -1e-300, 2**70])
def test_no_numbers(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^share is .*; expected a number in \[0, 1\]$"):
        number("share", value, 0, 1)


@pytest.mark.parametrize(
    ("bounds", "wrong", "expected"),
    [
        ({"low": 0}, -1, "a number of at least 0"),
        ({"low": 0, "open_low": True}, 0, "a number above 0"),
        ({"low": 0, "high": 1, "open_low": True}, 0, "a number in (0, 1]"),
        ({"high": 3}, 4, "a number of at most 3"),
        ({}, "x", "a finite number"),
    ],
)
def test_what_was_expected_is_said(bounds: Any, wrong: Any, expected: str) -> None:
    with pytest.raises(ValueError, match="temperature is") as error:
        number("temperature", wrong, **bounds)
    assert str(error.value).endswith(f"; expected {expected}")


@pytest.mark.parametrize("bounds", [{"low": 0}, {"low": -1, "high": 1}, {}])
@pytest.mark.parametrize("value", NO_NUMBERS)
def test_numbers_are_finite_whatever_the_bounds(value: Any, bounds: Any) -> None:
    with pytest.raises(ValueError, match="weight is"):
        number("weight", value, **bounds)


@pytest.mark.parametrize("value", [0, 2**64 - 1, np.int8(3), np.uint64(2**64 - 1)])
def test_integers(value: Any) -> None:
    found = integer("seed", value, 0, 2**64 - 1)
    assert found == value
    assert type(found) is int


@pytest.mark.parametrize("value", [*NO_NUMBERS, 1.7, 3.0, -1, 2**64, np.array(3)])
def test_no_integers(value: Any) -> None:
    expected = r"^seed is .*; expected an integer from 0 to 18446744073709551615$"
    with pytest.raises(ValueError, match=expected):
        integer("seed", value, 0, 2**64 - 1)


@pytest.mark.parametrize("value", [True, False, np.bool_(False)])
def test_booleans(value: Any) -> None:
    assert boolean("check", value) is bool(value)


@pytest.mark.parametrize("value", [0, 1, None, "no", np.array([True])])
def test_no_booleans(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^check is .*; expected True or False$"):
        boolean("check", value)


def test_choices() -> None:
    assert choice("method", "a", {"a": 1, "b": 2}) == "a"


@pytest.mark.parametrize("value", ["c", "", None, ["a"], {"a"}, 1, np.array(["a", "b"])])
def test_no_choices(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^method is .*; expected one of 'a', 'b'$"):
        choice("method", value, ["a", "b"])


def test_texts() -> None:
    assert texts("classes", "cat", "names") == ["cat"]
    assert texts("classes", (name for name in ("cat", "dog")), "names") == ["cat", "dog"]
    assert texts("classes", None, "names") is None


@pytest.mark.parametrize("value", [5, [5], b"cat", ["cat", None], "\ud800", object()])
def test_no_texts(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^classes (is|has) .*; expected names"):
        texts("classes", value, "names")


@pytest.mark.parametrize("value", ["ann", "für 東京 😀", " a "])
def test_text(value: str) -> None:
    assert text("by", value, "a name") == value


@pytest.mark.parametrize("value", ["", " \n", None, 5, b"ann", "a\udcff"])
def test_no_text(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^by is .*; expected a name$"):
        text("by", value, "a name")


def test_values_are_shown_in_one_short_line() -> None:
    assert shown("x") == "'x'"
    for value in (np.eye(3), np.zeros(100_000), "y" * 1000, 10**10_000):
        assert len(shown(value)) <= 80
        assert "\n" not in shown(value)
