"""Fonts that can write a text."""

from __future__ import annotations

import sys

import pytest
from PIL import ImageFont

from odquality.drawing import fonts
from odquality.drawing.fonts import font_for


@pytest.fixture(autouse=True)
def _forget_fonts() -> None:
    for function in (font_for, fonts._fonts, fonts._system_font):
        function.cache_clear()


@pytest.mark.parametrize("text", ["dog 93%", "Fußgänger", "señal", "пешеход", "πεζός", "a -> b…"])
def test_alphabets_can_be_written(text: str) -> None:
    font = font_for(text, 12)
    missing = bytes(font.getmask("\uffff"))
    assert not [one for one in text if one.strip() and bytes(font.getmask(one)) == missing]


def test_a_font_of_the_system_writes_what_others_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def truetype(name: str, size: int) -> ImageFont.FreeTypeFont:
        asked.append((name, size))
        raise OSError

    fonts._fonts(12)
    monkeypatch.setattr(fonts.ImageFont, "truetype", truetype)
    assert font_for("物体", 12) is fonts._fonts(12)[0]
    assert ("NotoSansCJK-Regular.ttc", 12) in asked


def test_pillow_alone_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "find_spec", lambda name: None)
    assert len(fonts._fonts(12)) == 1
    assert font_for("dog", 12) is fonts._fonts(12)[0]


def test_matplotlib_is_not_imported() -> None:
    font_for("dog", 12)
    assert "matplotlib" not in sys.modules or "fiftyone" in sys.modules
