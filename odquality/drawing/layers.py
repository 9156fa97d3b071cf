"""Boxes on a picture: labels below predictions, and these below what is suspected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from odquality.drawing.boxes import NamedBox, RelativeBox, SuspectedError
from odquality.drawing.fonts import Font, font_for
from odquality.drawing.frame import Corners, Frame
from odquality.drawing.pen import (
    DARK,
    WHITE,
    Line,
    draw_outline,
    draw_tag,
    shorten,
    tag_size,
)
from odquality.drawing.places import Places
from odquality.kinds import BY_NAME

# Of labels that are not suspected: their lines, and what their classes are written on.
_GREY, _DARK_GREY = "#b4b4b4", "#707070"

# The same box may have been computed in two ways.
_HAIR = 1e-6


@dataclass(frozen=True)
class Pens:
    """The lines and fonts of a picture.

    Attributes:
        label: of a label that is not suspected.
        prediction: of a prediction.
        width: of the lines of what is suspected, in pixels.
        text_size: of what is suspected, and of the legend, in pixels.
        small_text_size: of labels and predictions.
    """

    label: Line
    prediction: Line
    width: int
    text_size: int
    small_text_size: int

    @classmethod
    def of(cls, size: int) -> Pens:
        """Those for a picture whose longest side has a size in pixels."""
        return cls(
            label=Line(_GREY, 3),
            prediction=Line(DARK, 1, dash=4, edge=0),
            width=3 if size < 640 else 4,
            text_size=max(12, round(size / 72)),
            small_text_size=max(10, round(size / 88)),
        )

    def suspected(self, color: str) -> Line:
        """Of a label as it is, by the colour of the error that it is suspected of."""
        return Line(color, self.width)

    def suggested(self, color: str) -> Line:
        """Of the box that a label should have."""
        gap = DARK if color == WHITE else WHITE
        return Line(color, self.width, dash=2 * self.width, gap=gap)


def draw_boxes(
    picture: Image.Image,
    frame: Frame,
    pens: Pens,
    labels: Sequence[NamedBox],
    predictions: Sequence[NamedBox],
    errors: Sequence[SuspectedError],
) -> None:
    """Draws onto a picture, texts over lines, and over both what is suspected, the first on top.

    Args:
        picture: the part of the image.
        frame: where boxes are in it.
        pens: to draw with.
        labels: those that no error is about are drawn.
        predictions: the most important first.
        errors: the most important first.
    """
    draw = ImageDraw.Draw(picture)
    plain = _others(labels, errors)
    for label in plain:
        draw_outline(draw, frame.corners(label.box), pens.label)
    for prediction in predictions:
        draw_outline(draw, frame.corners(prediction.box), pens.prediction)
    for error in reversed(errors):
        color = BY_NAME[error.kind].color
        if error.given_box is not None:
            draw_outline(draw, frame.corners(error.given_box), pens.suspected(color))
        if moves(error):
            draw_outline(draw, frame.corners(error.box), pens.suggested(color))
    tags = _Tags(picture, frame)
    for error in errors:
        tags.add(_text(error), error.box, pens.text_size, BY_NAME[error.kind].color, must=True)
    for box in plain:
        tags.add(box.text, box.box, pens.small_text_size, _DARK_GREY)
    for box in predictions:
        tags.add(box.text, box.box, pens.small_text_size, DARK)
    tags.draw(draw)


class _Tags:
    """The texts of a picture, the most important added first."""

    def __init__(self, picture: Image.Image, frame: Frame) -> None:
        self._frame = frame
        self._width = picture.width
        self._places = Places(picture.width, picture.height)
        self._placed: list[tuple[str, Font, Corners, str]] = []

    def add(
        self, text: str, box: RelativeBox, size: int, color: str, *, must: bool = False
    ) -> None:
        """Finds a place for the text of a box; where there is no room only what must is kept."""
        if not text:
            return
        font = font_for(text, size)
        short = shorten(text, font, self._width)
        place = self._places.take(self._frame.corners(box), tag_size(short, font), must=must)
        if place is not None:
            self._placed.append((short, font, place, color))

    def draw(self, draw: ImageDraw.ImageDraw) -> None:
        """Writes them."""
        for tag in reversed(self._placed):
            draw_tag(draw, *tag)


def moves(error: SuspectedError) -> bool:
    """Whether an error suggests another box than the label has."""
    return error.given_box is None or not np.allclose(
        error.given_box, error.box, rtol=0, atol=_HAIR
    )


def _text(error: SuspectedError) -> str:
    """What is wrong, in words: ``Wrong class: cat -> dog 93%``."""
    names = error.label
    if error.given_label not in (None, error.label):
        names = f"{error.given_label} -> {error.label}"
    likely = "" if error.probability is None else f" {error.probability:.0%}"
    return f"{BY_NAME[error.kind].title}: {names}{likely}"


def _others(labels: Sequence[NamedBox], errors: Sequence[SuspectedError]) -> list[NamedBox]:
    """The labels that no error is about."""
    about = np.array([error.given_box for error in errors if error.given_box]).reshape(-1, 4)
    boxes = np.array([label.box for label in labels]).reshape(-1, 1, 4)
    same = (np.abs(boxes - about) <= _HAIR).all(axis=2).any(axis=1)
    return [label for label, is_drawn in zip(labels, same.tolist(), strict=True) if not is_drawn]
