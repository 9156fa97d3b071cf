"""Draws an image with its labels, predictions and suspected errors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from odquality.core.parameters import choice, integer, is_real, number, shown
from odquality.drawing.boxes import NamedBox, RelativeBox, SuspectedError
from odquality.drawing.fonts import font_for
from odquality.drawing.frame import Frame
from odquality.drawing.images import RgbArray, as_rgb
from odquality.drawing.layers import Pens, draw_boxes, moves
from odquality.drawing.legend import with_legend
from odquality.drawing.pen import WHITE
from odquality.kinds import BY_NAME, KINDS, in_order

DEFAULT_SIZE = 960
# Of the longest side of a picture, in pixels.
SIZES = (32, 8192)


def draw_scene(
    image: NDArray[Any],
    *,
    labels: Iterable[NamedBox] = (),
    predictions: Iterable[NamedBox] = (),
    errors: Iterable[SuspectedError] = (),
    around: RelativeBox | None = None,
    surroundings: float = 0.75,
    size: int = DEFAULT_SIZE,
    legend: bool = True,
) -> RgbArray:
    """Draws an image with its labels, predictions and suspected errors.

    Labels have solid grey lines, predictions thin dotted ones. What is suspected has the colour of
    its kind of error: a solid line around the label as it is, a dashed one around the box that it
    should have. Each has its class and probability beside it; where it is crowded, those of labels
    and predictions are left out.

    Args:
        image: (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) as `as_rgb` takes it.
        labels: of the image. Those that an error is about need not be left out.
        predictions: of the image, the most important first.
        errors: suspected in it, the most important first.
        around: a box of which only the surroundings are shown; the whole image if None.
        surroundings: what is shown on each side of that box, as a share of its longest side.
        size: of the longest side of the picture without the legend, in pixels; smaller images are
            enlarged to it, larger ones reduced.
        legend: whether to explain the lines below the picture.

    Returns:
        (H', W', 3) uint8.

    Raises:
        ValueError: the array is no image; an error is of a kind that there is not; or an argument
            is out of its range.
    """
    pixels, suspected = as_rgb(image), list(errors)
    for error in suspected:
        choice("kind", error.kind, KINDS)
    height, width = pixels.shape[:2]
    frame = Frame.of(
        width,
        height,
        size=integer("size", size, *SIZES),
        around=None if around is None else _checked(around),
        surroundings=number("surroundings", surroundings, 0, 100),
    )
    labels, predictions = list(labels), list(predictions)
    picture = frame.picture(pixels)
    pens = Pens.of(size)
    draw_boxes(picture, frame, pens, labels, predictions, suspected)
    if legend:
        kinds = in_order({error.kind for error in suspected})
        lines = [
            *([("Label", pens.label)] if labels else []),
            *([("Prediction", pens.prediction)] if predictions else []),
            *([("Suggestion", pens.suggested(WHITE))] if any(map(moves, suspected)) else []),
        ]
        colors = [(BY_NAME[kind].title, BY_NAME[kind].color) for kind in kinds]
        picture = with_legend(picture, lines, colors, font_for("", pens.text_size))
    return np.asarray(picture)


def _checked(around: RelativeBox) -> RelativeBox:
    """A box that surroundings can be shown of.

    Raises:
        ValueError: it is anything but four numbers, or its size is negative.
    """
    form = "expected x, y, width and height as shares of the image's"
    if not isinstance(around, Sequence) or len(around) != 4 or not all(map(is_real, around)):
        raise ValueError(f"around is {shown(around)}; {form}")
    x, y, width, height = (number("around", float(value), -10, 10) for value in around)
    if width < 0 or height < 0:
        raise ValueError(f"around is {shown(around)}; {form}, of at least 0")
    return x, y, width, height
