"""Methods by name."""

from __future__ import annotations

import pytest

from odquality.methods.registry import DEFAULT_METHOD, METHODS, make_method, method_info


@pytest.mark.parametrize("name", METHODS)
def test_every_method_says_what_it_gives(name: str) -> None:
    info = method_info(name)
    assert info.image_scores[0] == "quality"
    assert set(info.label_scores) | set(info.prediction_scores) <= set(info.image_scores)
    assert hasattr(make_method(name), "fit")


def test_the_default_is_a_method() -> None:
    assert DEFAULT_METHOD in METHODS


@pytest.mark.parametrize("name", ["", "ObjectLab", None])
def test_an_unknown_name(name: object) -> None:
    with pytest.raises(ValueError, match=r"method is .*; expected one of 'calibrated'"):
        make_method(name)
