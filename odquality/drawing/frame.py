"""Which part of an image a picture shows, how large, and where boxes are in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from odquality.drawing.boxes import RelativeBox
from odquality.drawing.images import RgbArray

# Left, top, right and bottom in pixels of a picture.
Corners = tuple[float, float, float, float]

# At least this many pixels of the image are shown around a box, so that one sees where it is.
_LEAST_SURROUNDINGS = 12


@dataclass(frozen=True)
class Frame:
    """A part of an image, and how many pixels of the picture one of its pixels takes.

    Attributes:
        left: first column of the part.
        top: first row of the part.
        right: column behind its last one.
        bottom: row behind its last one.
        image_width: of the whole image, in pixels.
        image_height: of the whole image, in pixels.
        scale: pixels of the picture per pixel of the image.
    """

    left: int
    top: int
    right: int
    bottom: int
    image_width: int
    image_height: int
    scale: float

    @classmethod
    def of(
        cls,
        image_width: int,
        image_height: int,
        *,
        size: int,
        around: RelativeBox | None,
        surroundings: float,
    ) -> Frame:
        """The whole image, or a square part around a box, less where the image has less.

        Args:
            image_width: in pixels.
            image_height: in pixels.
            size: of the picture's longest side, in pixels.
            around: the box, or None for the whole image.
            surroundings: what is shown on each side of the box, as a share of its longest side.
        """
        left, top, right, bottom = 0, 0, image_width, image_height
        if around is not None:
            x, y, width, height = _in_pixels(around, image_width, image_height)
            longest = max(width, height)
            side = longest + 2 * max(surroundings * longest, _LEAST_SURROUNDINGS)
            left, right = _span(x + width / 2, side, image_width)
            top, bottom = _span(y + height / 2, side, image_height)
        scale = size / max(right - left, bottom - top)
        return cls(left, top, right, bottom, image_width, image_height, scale)

    def picture(self, image: RgbArray) -> Image.Image:
        """The part of the image, enlarged or reduced."""
        part = Image.fromarray(image[self.top : self.bottom, self.left : self.right])
        width = max(1, round(part.width * self.scale))
        height = max(1, round(part.height * self.scale))
        smooth = Image.Resampling.BICUBIC if self.scale > 1 else Image.Resampling.LANCZOS
        return part.resize((width, height), smooth, reducing_gap=2.0)

    def corners(self, box: RelativeBox) -> Corners:
        """Where a box is in the picture; outside of it if it is not in the part."""
        x, y, width, height = _in_pixels(box, self.image_width, self.image_height)
        return (
            (x - self.left) * self.scale,
            (y - self.top) * self.scale,
            (x + width - self.left) * self.scale,
            (y + height - self.top) * self.scale,
        )


def around_all(boxes: Sequence[RelativeBox]) -> RelativeBox:
    """The smallest box that holds some boxes, of which there is at least one."""
    left = min(box[0] for box in boxes)
    top = min(box[1] for box in boxes)
    right = max(box[0] + box[2] for box in boxes)
    bottom = max(box[1] + box[3] for box in boxes)
    return left, top, right - left, bottom - top


def _in_pixels(box: RelativeBox, width: int, height: int) -> RelativeBox:
    return box[0] * width, box[1] * height, box[2] * width, box[3] * height


def _span(middle: float, side: float, length: int) -> tuple[int, int]:
    """The first of ``side`` whole pixels around the middle, moved into an image, and their end."""
    number = min(max(round(side), 1), length)
    first = min(max(round(middle - number / 2), 0), length - number)
    return first, first + number
