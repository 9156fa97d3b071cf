"""Validates the values of flat input; every message names argument, image and box."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from odquality.arrays.flattening import as_float64, as_numbers
from odquality.arrays.labels import INEXACT, FlatLabels
from odquality.arrays.layouts import FlatPredictions
from odquality.arrays.sequences import one_per_image
from odquality.core.confidence import HAIR
from odquality.core.geometry import MAX_COORDINATE
from odquality.core.scenes import BoolArray, Boxes, FloatArray, IntArray

_CLASS = "a class: an integer of at least 0"
# What is nearer to 1 is rather a sum that was rounded, or of fused boxes.
_LEAST_PERCENTAGE, _LARGEST_PERCENTAGE = 1.1, 100


def image_sizes(sizes: Any, num_images: int) -> FloatArray | None:
    """Checks the sizes of the images; (N, 2) float64, or None as given.

    Raises:
        ValueError: wrong shape, or a width or height that is not a positive number.
    """
    if sizes is None:
        return None
    form = f"({num_images}, 2): width and height of each image"
    array = as_float64(as_numbers(one_per_image("image_sizes", sizes), "image_sizes", form))
    if array.size == 0:
        array = np.empty((0, 2))
    if array.shape != (num_images, 2):
        raise ValueError(f"image_sizes has shape {array.shape}; expected {form}")
    wrong = ~((array > 0) & (array <= MAX_COORDINATE)).all(axis=1)
    if wrong.any():
        image = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            f"image_sizes[{image}] is {array[image].tolist()}; expected a positive width and "
            f"height of at most {MAX_COORDINATE:g}"
        )
    return array


def classes(flat: FlatLabels, first_image: int) -> None:
    """Checks the classes of some images' labels.

    Raises:
        ValueError: a class is malformed; names the image, counted from ``first_image``.
    """
    values = flat.classes
    where = RowNames("labels[{image}]['labels'][{box}]", flat.counts, first_image)
    if values.dtype.kind in "iu":
        where.refuse(values < 0, values, _CLASS)
    else:
        where.refuse(~((values >= 0) & (values == np.floor(values))), values, _CLASS)
        too_large = as_float64(values) >= INEXACT
        where.refuse(too_large, values, f"{_CLASS} and at most {2**63 - 1}, as int64")


def probabilities(flat: FlatPredictions, first_image: int) -> None:
    """Checks the confidences and class probabilities of some images' predictions.

    Raises:
        ValueError: one of them is malformed; names the image, counted from ``first_image``.
    """
    where = RowNames("confidence of predictions[{image}][{box}]", flat.counts, first_image)
    where.refuse_unless_probabilities(flat.confidence)
    probabilities = flat.probabilities
    if probabilities is None or (probabilities.lowest >= 0 and probabilities.highest <= 1 + HAIR):
        return
    where = RowNames("class probabilities of predictions[{image}][{box}]", flat.counts, first_image)
    where.refuse_unless_probabilities(probabilities.read())


def corners(name: str, boxes: Boxes, first_image: int) -> None:
    """Checks the corners of some images' boxes.

    Args:
        name: of a box, with ``{image}`` and ``{box}``.
        boxes: to check.
        first_image: number of the first image.

    Raises:
        ValueError: a corner is malformed; names the image and the box.
    """
    columns, (smallest, largest) = boxes.columns, boxes.span
    # False for NaN and infinity too.
    near = smallest >= -MAX_COORDINATE and largest <= MAX_COORDINATE
    if near and boxes.smallest_side >= 0:
        return
    where = RowNames(name, boxes.counts, first_image)
    form = "corners x1, y1, x2, y2"
    where.refuse(np.any(~np.isfinite(columns), axis=0), boxes.xyxy, f"finite {form}")
    far = np.any(np.abs(columns) > MAX_COORDINATE, axis=0)
    where.refuse(far, boxes.xyxy, f"{form} within {MAX_COORDINATE:g} of 0")
    inverted = np.any(columns[:2] > columns[2:], axis=0)
    where.refuse(inverted, boxes.xyxy, f"{form} with x1 <= x2 and y1 <= y2 (not x, y, w, h)")


def scores(values: FloatArray, where: RowNames) -> None:
    """Checks scores, (n,), of which NaN stands for a missing one.

    Raises:
        ValueError: a score lies outside [0, 1].
    """
    where.refuse((values < 0) | (values > 1), values, "a score in [0, 1], or NaN for none")


class RowNames:
    """Names the image and box of a row in a message.

    Args:
        name: with ``{image}`` and, where rows are boxes, ``{box}``.
        counts: (N,) number of rows of each image.
        first_image: number of the first image.
    """

    def __init__(self, name: str, counts: IntArray, first_image: int = 0) -> None:
        self._name = name
        self._counts = counts
        self._first_image = first_image

    def refuse(self, wrong: BoolArray, values: NDArray[Any], expected: str) -> None:
        """Raises a ValueError for the first row that is wrong, if any is."""
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise ValueError(f"{self.name(row)} is {values[row].tolist()}; expected {expected}")

    def refuse_unless_probabilities(self, values: NDArray[Any]) -> None:
        """Raises a ValueError for the first of n values or rows outside [0, 1], if any is."""
        # The smallest and the largest are quicker than a look at each; NaN is neither.
        if not values.size or (values.min() >= 0 and values.max() <= 1 + HAIR):
            return
        wrong = ~((values >= 0) & (values <= 1 + HAIR))
        wrong = np.any(wrong.reshape(len(values), -1), axis=1)
        largest = values[np.flatnonzero(wrong)[0]].max()
        expected = "a number in [0, 1]" if values.ndim == 1 else "numbers in [0, 1]"
        if _LEAST_PERCENTAGE < largest <= _LARGEST_PERCENTAGE:
            expected += " (divide by 100 what is in percent)"
        self.refuse(wrong, values, expected)

    def name(self, row: int) -> str:
        """Name of a row."""
        ends = np.cumsum(self._counts)
        image = int(np.searchsorted(ends, row, side="right"))
        box = row - int(ends[image] - self._counts[image])
        return self._name.format(image=self._first_image + image, box=box)
