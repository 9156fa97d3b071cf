"""Are boxes where an image can have some? If not: in which unit or form do they seem to be?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from odquality.core.scenes import BoolArray, Boxes, FloatArray

# Boxes may reach beyond the border by this share of the image, as detectors draw them.
_BEYOND = 0.05
# If more than this share of the boxes reaches further, that is said.
_FEW = 0.1
# Relative coordinates this large are of another unit, and no more than very few boxes have some.
_FAR = 2.0
_VERY_FEW = 0.01
# If nearly all boxes make sense in another form, they are probably in that form.
_NEARLY_ALL = 0.99

# Without the sizes of the images: normalised coordinates end at 1, give or take what a detector
# draws beyond the border, and coordinates in pixels go far beyond.
NORMALISED_LIMIT = 1.5
_PIXELS = 10.0


@dataclass
class BoxPlaces:
    """Where the boxes of one side lie; counts that add up over any parts of a dataset.

    Attributes:
        number: boxes that have an area.
        outside: those that reach outside their image by more than a twentieth of it.
        far: those with a coordinate beyond twice the image's size.
        as_corners: those that make sense if width and height are taken for the second corner.
        as_centres: those that make sense if the first corner is taken for the centre.
        largest: the largest coordinate of any, in the unit of the boxes.
    """

    number: int = 0
    outside: int = 0
    far: int = 0
    as_corners: int = 0
    as_centres: int = 0
    largest: float = 0.0

    def observe(self, boxes: Boxes, image_sizes: FloatArray | None) -> None:
        """Takes more boxes into account.

        Args:
            boxes: of N images.
            image_sizes: (N, 2) width and height in the unit of the boxes; without them only the
                largest coordinate is observed.
        """
        if not len(boxes):
            return
        # Boxes without area (padding, say) tell nothing.
        if not boxes.smallest_side > 0:
            boxes = boxes.where(np.all(boxes.sides > 0, axis=0))
        self.number += len(boxes)
        smallest, largest = boxes.span
        self.largest = max(self.largest, largest, -smallest)
        if image_sizes is None:
            return
        corners = boxes.columns
        sizes = np.repeat(image_sizes, boxes.counts, axis=0).T
        start, end = corners[:2] / sizes, corners[2:] / sizes
        extent = end - start
        self.outside += _count(~_inside(start, end))
        self.far += _count((end > _FAR).any(axis=0) | (start < -_FAR).any(axis=0))
        self.as_corners += _count((extent > start).all(axis=0) & _inside(start, extent))
        self.as_centres += _count(_inside(start - extent / 2, start + extent / 2))

    def merge(self, other: BoxPlaces) -> None:
        """Adds what was observed elsewhere."""
        self.number += other.number
        self.outside += other.outside
        self.far += other.far
        self.as_corners += other.as_corners
        self.as_centres += other.as_centres
        self.largest = max(self.largest, other.largest)

    def finding(self, owner: str) -> str | None:
        """A sentence if many boxes reach outside their images, or some far outside; else None.

        Args:
            owner: what the boxes are called in the sentence.
        """
        if self.outside <= _FEW * self.number and self.far <= _VERY_FEW * self.number:
            return None
        if self.far > self.outside / 2:
            seem = "seem to be in pixels or another unit"
        elif self.as_corners >= _NEARLY_ALL * self.number:
            seem = "seem to be x1, y1, x2, y2"
        elif self.as_centres >= _NEARLY_ALL * self.number:
            seem = "seem to begin with the centre instead of the top-left corner"
        else:
            seem = "may be in another unit or form"
        return (
            f"{self.outside / self.number:.0%} of the boxes of {owner} reach outside their image "
            f"and {seem}; expected x, y, width, height, relative to the image, in [0, 1]"
        )


def units_differ(labels: BoxPlaces, predictions: BoxPlaces) -> tuple[bool, bool]:
    """Whether labels, or predictions, are in [0, 1] while the other side is beyond doubt not."""
    largest = labels.largest, predictions.largest
    normalised = [0 < value <= NORMALISED_LIMIT for value in largest]
    pixels = [value > _PIXELS for value in largest]
    return normalised[0] and pixels[1], normalised[1] and pixels[0]


def not_in_pixels(argument: str, largest: float, expected: str) -> str:
    """What is said of boxes that seem to be normalised where others are expected.

    Args:
        argument: that the boxes were given as.
        largest: the largest coordinate of any of them.
        expected: what unit they should have.
    """
    return (
        f"{argument}: no coordinate of any box exceeds {largest:.3g}, so the boxes seem to be "
        f"normalised to [0, 1]; expected {expected} (multiply x by the image's width and y by its "
        "height)"
    )


def _inside(start: FloatArray, end: FloatArray) -> BoolArray:
    """Which boxes, given as (2, n) first and second corners, lie in the unit square, (n,)."""
    return np.all((start >= -_BEYOND) & (end <= 1 + _BEYOND), axis=0)


def _count(which: BoolArray) -> int:
    return int(np.count_nonzero(which))
