"""Validates public input; every message names argument, image and box, and what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from odquality.arrays.layouts import FlatLabels, FlatPredictions
from odquality.core.scenes import BoolArray, FloatArray, IntArray


def same_length(labels: Sequence[Any], predictions: Sequence[Any]) -> None:
    """Checks that there are predictions for each image that has labels.

    Raises:
        ValueError: one of the arguments is no sequence, or they differ in length.
    """
    for name, value in (("labels", labels), ("predictions", predictions)):
        if not hasattr(value, "__len__") or isinstance(value, (str, bytes, dict)):
            raise ValueError(
                f"{name} is a {type(value).__name__}; expected a sequence with one entry per image"
            )
    if len(labels) != len(predictions):
        raise ValueError(
            f"labels has {len(labels)} images and predictions has {len(predictions)}; expected "
            "the same images in the same order"
        )


def image_sizes(sizes: Any, num_images: int) -> FloatArray | None:
    """Checks the sizes of the images; (N, 2) float64, or None as given.

    Raises:
        ValueError: wrong shape, or a width or height that is not a positive number.
    """
    if sizes is None:
        return None
    array = np.asarray(sizes)
    if array.size == 0:
        array = np.empty((0, 2))
    if array.shape != (num_images, 2) or array.dtype.kind not in "iuf":
        raise ValueError(
            f"image_sizes has shape {array.shape}; expected ({num_images}, 2): width and height "
            "of each image"
        )
    wrong = ~(np.isfinite(array) & (array > 0)).all(axis=1)
    if wrong.any():
        image = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            f"image_sizes[{image}] is {array[image].tolist()}; expected a positive width and height"
        )
    return array.astype(np.float64)


def labels(flat: FlatLabels, first_image: int) -> None:
    """Checks the values of some images' labels.

    Raises:
        ValueError: a corner or class is malformed; names the image, counted from ``first_image``.
    """
    where = _Locator("labels[{image}]['bboxes'][{box}]", flat.counts, first_image)
    _corners(flat.corners, where)
    classes = flat.classes
    if classes.dtype.kind in "iu":
        wrong = classes < 0
    else:
        wrong = ~(np.isfinite(classes) & (classes >= 0) & (classes == np.floor(classes)))
    where = _Locator("labels[{image}]['labels'][{box}]", flat.counts, first_image)
    where.refuse(wrong, classes, "a class: an integer of at least 0")


def predictions(flat: FlatPredictions, first_image: int) -> None:
    """Checks the values of some images' predictions.

    Raises:
        ValueError: a corner, a confidence or a probability is malformed; names the image, counted
            from ``first_image``.
    """
    _corners(flat.corners, _Locator("predictions[{image}][{box}]", flat.counts, first_image))
    where = _Locator("confidence of predictions[{image}][{box}]", flat.counts, first_image)
    where.refuse(~_is_probability(flat.confidence), flat.confidence, "a number in [0, 1]")
    if flat.probabilities is not None and not _are_probabilities(flat.probabilities):
        wrong = np.any(~_is_probability(flat.probabilities), axis=1)
        where = _Locator(
            "class probabilities of predictions[{image}][{box}]", flat.counts, first_image
        )
        where.refuse(wrong, flat.probabilities, "numbers in [0, 1]")


class _Locator:
    """Names the image and box of a row in a message."""

    def __init__(self, name: str, counts: IntArray, first_image: int) -> None:
        self._name = name
        self._counts = counts
        self._first_image = first_image

    def refuse(self, wrong: BoolArray, values: NDArray[Any], expected: str) -> None:
        """Raises a ValueError for the first row that is wrong, if any is."""
        if not wrong.any():
            return
        row = int(np.flatnonzero(wrong)[0])
        ends = np.cumsum(self._counts)
        image = int(np.searchsorted(ends, row, side="right"))
        box = row - int(ends[image] - self._counts[image])
        name = self._name.format(image=self._first_image + image, box=box)
        raise ValueError(f"{name} is {values[row].tolist()}; expected {expected}")


def _are_probabilities(values: NDArray[Any]) -> bool:
    """Whether all values are; quicker than looking at each, and false for NaN."""
    return not values.size or bool(values.min() >= 0 and values.max() <= 1)


def _is_probability(values: NDArray[Any]) -> BoolArray:
    return (values >= 0) & (values <= 1)


def _corners(corners: NDArray[Any], where: _Locator) -> None:
    if not np.isfinite(corners).all():
        where.refuse(
            np.any(~np.isfinite(corners), axis=1), corners, "finite corners x1, y1, x2, y2"
        )
    inverted = (corners[:, 2] < corners[:, 0]) | (corners[:, 3] < corners[:, 1])
    where.refuse(
        inverted, corners, "corners x1, y1, x2, y2 with x1 <= x2 and y1 <= y2 (not x, y, w, h)"
    )
