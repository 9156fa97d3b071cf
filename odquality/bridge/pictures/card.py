"""The pictures of a card: its issue from near, and the whole image with all that is open on it."""

from __future__ import annotations

import os
from functools import lru_cache

import numpy as np

from odquality.bridge.pictures.boxes import has_box, likely, named_box, places_of
from odquality.bridge.review.queue import Card
from odquality.drawing.boxes import RelativeBox
from odquality.drawing.frame import Frame, around_all
from odquality.drawing.images import RgbArray, read_image
from odquality.drawing.scene import draw_scene

# What is around the issue of the card, on its image, and how much of the light is left elsewhere.
_LIT_AROUND, _LEFT = 0.3, 0.5
_EDGE = 2


def draw_card(card: Card, *, size: int) -> tuple[RgbArray, RgbArray]:
    """Draws a card, as `visualize` draws an issue and an image; the image is read once.

    Args:
        card: to draw.
        size: of the longest side of each picture without the legend, in pixels.

    Returns:
        (H, W, 3) uint8, the issue with its surroundings; and likewise the image, on which the
        issue is in the light and all else darker.

    Raises:
        ValueError: no image can be read from the file.
        OSError: there is no such file.
    """
    path = card.issue.filepath
    image = _read(path, os.stat(path).st_mtime_ns)
    labels = [named_box(one) for one in card.labels if has_box(one)]
    predictions = likely(card.predictions)
    place = around_all(places_of(card.issue))
    near = draw_scene(
        image,
        labels=labels,
        predictions=predictions,
        errors=[card.issue],
        around=place,
        size=size,
        legend=False,
    )
    whole = draw_scene(
        image,
        labels=labels,
        predictions=predictions,
        errors=[card.issue, *card.others],
        size=size,
    )
    return near, _lit(whole, image, place, size)


def _lit(picture: RgbArray, image: RgbArray, place: RelativeBox, size: int) -> RgbArray:
    """A picture of a whole image, darker but around a place; the legend below stays as it is."""
    height, width = image.shape[:2]
    whole = Frame.of(width, height, size=size, around=None, surroundings=0)
    part = Frame.of(width, height, size=size, around=place, surroundings=_LIT_AROUND)
    rows = slice(round(part.top * whole.scale), round(part.bottom * whole.scale))
    columns = slice(round(part.left * whole.scale), round(part.right * whole.scale))
    shown = picture[: round(height * whole.scale)]
    dark = (shown * _LEFT).astype(np.uint8)
    dark[rows, columns] = 255
    inside = (
        slice(rows.start + _EDGE, rows.stop - _EDGE),
        slice(columns.start + _EDGE, columns.stop - _EDGE),
    )
    dark[inside] = shown[inside]
    return np.concatenate([dark, picture[len(shown) :]])


# The next card is often of the same image, and an undo brings the one before.
@lru_cache(maxsize=2)
def _read(path: str, modified: int) -> RgbArray:
    """The image in a file that was modified at a time."""
    return read_image(path)
