"""Draws an image with its labels, predictions and suspected errors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from odquality.core.parameters import choice, integer, is_real, number, shown
from odquality.drawing.boxes import NamedBox, RelativeBox, SuspectedError
from odquality.drawing.frame import Frame
from odquality.drawing.images import RgbArray, as_rgb
from odquality.drawing.legend import with_legend
from odquality.drawing.pen import (
    DARK,
    WHITE,
    Font,
    Line,
    draw_outline,
    draw_tag,
    font_of,
    shorten,
    tag_size,
)
from odquality.drawing.places import Places
from odquality.kinds import BY_NAME, KINDS, in_order

DEFAULT_SIZE = 960
# Of the longest side of a picture, in pixels.
SIZES = (32, 8192)

# Of labels that are not suspected: their lines, and what their classes are written on.
_GREY, _DARK_GREY = "#b4b4b4", "#707070"

# The same box may have been computed in two ways.
_HAIR = 1e-6


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

    Labels have solid grey lines, predictions thin white ones. What is suspected has the colour of
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
        surroundings=number("surroundings", surroundings, 0),
    )
    labels, predictions = list(labels), list(predictions)
    about = {(error.given_label, error.given_box) for error in suspected}
    plain = [label for label in labels if (label.label, label.box) not in about]
    picture = frame.picture(pixels)
    pens = _Pens.of(size)
    _draw_boxes(picture, frame, pens, plain, predictions, suspected)
    if legend:
        kinds = in_order({error.kind for error in suspected})
        lines = [
            *([("Label", pens.label)] if labels else []),
            *([("Prediction", pens.prediction)] if predictions else []),
            *([("Suggestion", pens.suggested(WHITE))] if any(map(_moves, suspected)) else []),
        ]
        colors = [(BY_NAME[kind].title, BY_NAME[kind].color) for kind in kinds]
        picture = with_legend(picture, lines, colors, pens.font)
    return np.asarray(picture)


@dataclass(frozen=True)
class _Pens:
    """The lines and fonts of a picture.

    Attributes:
        label: of a label that is not suspected.
        prediction: of a prediction.
        width: of the lines of what is suspected, in pixels.
        font: of what is suspected, and of the legend.
        small_font: of labels and predictions.
    """

    label: Line
    prediction: Line
    width: int
    font: Font
    small_font: Font

    @classmethod
    def of(cls, size: int) -> _Pens:
        """Those for a picture whose longest side has a size in pixels."""
        return cls(
            label=Line(_GREY, 3),
            prediction=Line(DARK, 1, dash=4, edge=0),
            width=3 if size < 640 else 4,
            font=font_of(max(12, round(size / 64))),
            small_font=font_of(max(11, round(size / 80))),
        )

    def suspected(self, color: str) -> Line:
        """Of a label as it is, by the colour of the error that it is suspected of."""
        return Line(color, self.width)

    def suggested(self, color: str) -> Line:
        """Of the box that a label should have."""
        gap = DARK if color == WHITE else WHITE
        return Line(color, self.width, dash=2 * self.width, gap=gap)


def _draw_boxes(
    picture: Image.Image,
    frame: Frame,
    pens: _Pens,
    labels: Sequence[NamedBox],
    predictions: Sequence[NamedBox],
    errors: Sequence[SuspectedError],
) -> None:
    draw, places = ImageDraw.Draw(picture), Places(picture.width, picture.height)

    def write(text: str, box: RelativeBox, font: Font, color: str, *, must: bool = False) -> None:
        short = shorten(text, font, picture.width)
        place = places.take(frame.corners(box), tag_size(short, font), must=must)
        if place is not None:
            draw_tag(draw, short, font, place, color)

    for label in labels:
        draw_outline(draw, frame.corners(label.box), pens.label)
    for prediction in predictions:
        draw_outline(draw, frame.corners(prediction.box), pens.prediction)
    # The most important on top.
    for error in reversed(errors):
        color = BY_NAME[error.kind].color
        if error.given_box is not None:
            draw_outline(draw, frame.corners(error.given_box), pens.suspected(color))
        if _moves(error):
            draw_outline(draw, frame.corners(error.box), pens.suggested(color))
    for error in errors:
        write(_text(error), error.box, pens.font, BY_NAME[error.kind].color, must=True)
    for label in labels:
        write(label.text, label.box, pens.small_font, _DARK_GREY)
    for prediction in predictions:
        write(prediction.text, prediction.box, pens.small_font, DARK)


def _moves(error: SuspectedError) -> bool:
    """Whether an error suggests another box than the label has."""
    return error.given_box is None or not np.allclose(error.given_box, error.box, atol=_HAIR)


def _text(error: SuspectedError) -> str:
    """What is wrong, in words: ``Wrong class: cat -> dog 93%``."""
    names = error.label
    if error.given_label not in (None, error.label):
        names = f"{error.given_label} -> {error.label}"
    likely = "" if error.probability is None else f" {error.probability:.0%}"
    return f"{BY_NAME[error.kind].title}: {names}{likely}"


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
