"""Fonts for texts in any script, as far as there is one on the machine."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

# Pillow's own font has English letters alone. Matplotlib, which FiftyOne brings, has a file with
# those of most alphabets; it is not imported.
_MATPLOTLIB_FONT = ("mpl-data", "fonts", "ttf", "DejaVuSans.ttf")

# Fonts of systems for what that lacks, Chinese, Japanese and Korean above all.
_SYSTEM_FONTS = (
    "NotoSansCJK-Regular.ttc",
    "DroidSansFallbackFull.ttf",
    "wqy-microhei.ttc",
    "PingFang.ttc",
    "Arial Unicode.ttf",
    "msyh.ttc",
    "malgun.ttf",
    "Nirmala.ttf",
    "NotoSans-Regular.ttf",
)

# Of no font: what fonts show in its stead is what they show for what they lack.
_NO_CHARACTER = "\uffff"


@lru_cache(maxsize=4096)
def font_for(text: str, size: int) -> Font:
    """The first font that can write a text, in a size in pixels; the first of all if none can."""
    fonts = _fonts(size)
    for font in fonts:
        if all(_has(font, character) for character in dict.fromkeys(text)):
            return font
    for name in _SYSTEM_FONTS:
        found = _system_font(name, size)
        if found is not None and all(_has(found, character) for character in dict.fromkeys(text)):
            return found
    return fonts[0]


@cache
def _fonts(size: int) -> tuple[Font, ...]:
    spec = find_spec("matplotlib")
    folders = spec.submodule_search_locations or () if spec else ()
    files = [Path(folder, *_MATPLOTLIB_FONT) for folder in folders]
    found: list[Font] = [ImageFont.truetype(str(file), size) for file in files if file.is_file()]
    return (*found, ImageFont.load_default(size))


@cache
def _system_font(name: str, size: int) -> Font | None:
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None


@cache
def _has(font: Font, character: str) -> bool:
    """Whether a font can write a character."""
    return character.isspace() or bytes(font.getmask(character)) != _unknown(font)


@cache
def _unknown(font: Font) -> bytes:
    return bytes(font.getmask(_NO_CHARACTER))
