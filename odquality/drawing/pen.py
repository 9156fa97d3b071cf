"""Lines and texts that are seen on any image."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import ImageDraw

from odquality.drawing.fonts import Font
from odquality.drawing.frame import Corners

DARK, WHITE = "#262626", "#ffffff"

_PADDING = 3
# As high and as deep as most letters are, so that texts of a line have one height.
_HEIGHTS = "ASlg"
_ELLIPSIS = "…"
# No picture is as large.
_FAR = 20_000


@dataclass(frozen=True)
class Line:
    """How the outline of a box is drawn.

    Attributes:
        color: ``#rrggbb``.
        width: in pixels.
        dash: length of a dash and of the gap behind it, in pixels; 0 for a solid line.
        gap: ``#rrggbb`` between dashes.
        edge: width of the dark edge by which it stands out on whatever is below, in pixels.
    """

    color: str
    width: int
    dash: int = 0
    gap: str = WHITE
    edge: int = 1


def draw_outline(draw: ImageDraw.ImageDraw, corners: Corners, line: Line) -> None:
    """Draws a box."""
    left, right = sorted(map(_near, corners[::2]))
    top, bottom = sorted(map(_near, corners[1::2]))
    half = line.width // 2
    x1, y1, x2, y2 = left - half, top - half, right + half, bottom + half
    if line.edge:
        edge = (x1 - line.edge, y1 - line.edge, x2 + line.edge, y2 + line.edge)
        draw.rectangle(edge, outline=DARK, width=line.width + 2 * line.edge)
    draw.rectangle(
        (x1, y1, x2, y2), outline=line.gap if line.dash else line.color, width=line.width
    )
    if not line.dash:
        return
    across, (width, height) = line.width - 1, draw.im.size
    for start, end in _dashes(x1, x2, line.dash, width):
        draw.rectangle((start, y1, end, y1 + across), fill=line.color)
        draw.rectangle((start, y2 - across, end, y2), fill=line.color)
    for start, end in _dashes(y1, y2, line.dash, height):
        draw.rectangle((x1, start, x1 + across, end), fill=line.color)
        draw.rectangle((x2 - across, start, x2, end), fill=line.color)


def _near(position: float) -> int:
    """A position in whole pixels, not too far away to be drawn."""
    return round(min(max(position, -_FAR), _FAR))


def _dashes(first: int, last: int, dash: int, length: int) -> Iterator[tuple[int, int]]:
    """First and last pixel of the dashes of a line that can be seen in a picture of a length."""
    skipped = max(0, -first) // (2 * dash) * 2 * dash
    for start in range(first + skipped, min(last, length) + 1, 2 * dash):
        yield start, min(start + dash - 1, last)


def tag_size(text: str, font: Font) -> tuple[int, int]:
    """Width and height of a text with the colour around it, in pixels."""
    left, _, right, _ = font.getbbox(text)
    _, top, _, bottom = font.getbbox(_HEIGHTS + text)
    return round(right - left) + 2 * _PADDING, round(bottom - top) + 2 * _PADDING


def draw_tag(
    draw: ImageDraw.ImageDraw, text: str, font: Font, corners: Corners, color: str
) -> None:
    """Writes a text in white on a colour."""
    draw.rectangle(corners, fill=color)
    write(draw, text, font, (corners[0] + _PADDING, corners[1] + _PADDING))


def write(draw: ImageDraw.ImageDraw, text: str, font: Font, left_top: tuple[float, float]) -> None:
    """Writes a text in white, from a point on to the right and below."""
    left, _, _, _ = font.getbbox(text)
    _, top, _, _ = font.getbbox(_HEIGHTS + text)
    draw.text((left_top[0] - left, left_top[1] - top), text, fill=WHITE, font=font)


def shorten(text: str, font: Font, width: float) -> str:
    """A text cut at its end so that its tag is at most this wide, in pixels."""
    if tag_size(text, font)[0] <= width:
        return text
    too_long = bisect_right(
        range(1, len(text)), width, key=lambda kept: tag_size(text[:kept] + _ELLIPSIS, font)[0]
    )
    return text[: max(too_long, 1)] + _ELLIPSIS
