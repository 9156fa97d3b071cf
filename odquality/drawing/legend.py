"""The legend below a picture."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from odquality.drawing.fonts import Font
from odquality.drawing.pen import DARK, Line, draw_outline, tag_size, write

_GAP = 14
_BORDER = 4


def with_legend(
    picture: Image.Image,
    lines: Sequence[tuple[str, Line]],
    colors: Sequence[tuple[str, str]],
    font: Font,
) -> Image.Image:
    """A picture with what its lines and colours mean in rows below it.

    Args:
        picture: RGB.
        lines: a text for each way of drawing.
        colors: a text for each colour, ``#rrggbb``.
        font: of the texts.
    """
    text_height = tag_size("", font)[1]
    sample_width, row_height = 2 * text_height, round(1.5 * text_height)
    entries: list[tuple[str, Line | str]] = [*lines, *colors]
    widths = [sample_width + tag_size(text, font)[0] for text, _ in entries]
    positions = _in_rows(widths, picture.width)
    rows = positions[-1][1] + 1 if positions else 0
    height = rows * row_height + 2 * _BORDER if rows else 0
    whole = Image.new("RGB", (picture.width, picture.height + height), DARK)
    whole.paste(picture)
    draw = ImageDraw.Draw(whole)
    for (text, style), (x, row) in zip(entries, positions, strict=True):
        middle = picture.height + _BORDER + (row + 0.5) * row_height
        top, bottom = middle - text_height / 3, middle + text_height / 3
        sample = (x, top, x + sample_width - _GAP / 2, bottom)
        if isinstance(style, Line):
            draw_outline(draw, sample, style)
        else:
            draw.rectangle(sample, fill=style)
        write(draw, text, font, (x + sample_width, top))
    return whole


def _in_rows(widths: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Left end and row of each entry; each row has as many as there is room for."""
    positions: list[tuple[int, int]] = []
    x, row = _GAP, 0
    for width in widths:
        if x + width > room and x > _GAP:
            x, row = _GAP, row + 1
        positions.append((x, row))
        x += width + _GAP
    return positions
