"""Flattens predictions, which come in two layouts: rows, or one array per class."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from odquality.arrays.columns import first_equal, iter_columns, join_columns, largest_and_range
from odquality.arrays.flattening import (
    Names,
    as_array,
    as_float64,
    holds_nothing,
    lengths,
    row_width,
    stack,
)
from odquality.arrays.sequences import NO_SEQUENCES
from odquality.core.scenes import FloatArray, IntArray

ROWS_FORM = "an array (P, K + 5) of x1, y1, x2, y2, confidence and K class probabilities"
PER_CLASS_FORM = "K arrays (M, 5) of x1, y1, x2, y2, confidence, one per class"
_ANY_FORM = f"{ROWS_FORM}, or {PER_CLASS_FORM}"
_FORM = f"expected {_ANY_FORM}"


@dataclass(frozen=True)
class ClassProbabilities:
    """Class probabilities (P, K), which are many, and of which hardly anyone needs all.

    Attributes:
        num_classes: K.
        lowest: of all of them and 0.
        highest: of all of them and 0; NaN if any is.
        read: gives all of them.
    """

    num_classes: int
    lowest: float
    highest: float
    read: Callable[[], NDArray[Any]]


@dataclass(frozen=True)
class FlatPredictions:
    """Predictions of some images, not yet checked; in the order in which they were given.

    Attributes:
        corners: (P, 4) float64.
        confidence: (P,) float64.
        classes: (P,) int64.
        counts: (N,) int64 number of predictions of each image.
        probabilities: of the classes in the rows layout, else None.
    """

    corners: FloatArray
    confidence: FloatArray
    classes: IntArray
    counts: IntArray
    probabilities: ClassProbabilities | None


class LayoutMemory:
    """Flattens predictions; holds all images of a dataset to one layout and number of classes.

    An image without predictions, in whatever form, says nothing about either.
    """

    def __init__(self) -> None:
        self._per_class: bool | None = None
        self._num_classes: int | None = None

    def flatten(self, predictions: Sequence[Any], first_image: int) -> FlatPredictions:
        """Flattens the predictions of consecutive images.

        Raises:
            ValueError: an image has no known layout, or another one or another number of classes
                than the images before it; names the image, counted from ``first_image``.
        """
        flat = self._quickly(predictions, first_image)
        if flat is not None:
            return flat
        images = [_readable(given, first_image + i) for i, given in enumerate(predictions)]
        for image, prediction in enumerate(images, first_image):
            self._recognise(prediction, image)
        if self._per_class:
            return self._flatten_per_class(images, first_image)
        return self._flatten_rows(images, first_image)

    def _quickly(self, predictions: Sequence[Any], first_image: int) -> FlatPredictions | None:
        """The predictions, if all images are plain arrays of one layout; else None."""
        if not self._per_class:
            width = row_width(predictions)
            counts = lengths(predictions if width else [])
            if width and counts.any():
                first = first_image + int(np.flatnonzero(counts)[0])
                self._remember(False, width - 5, first)
                return _split_rows(predictions, counts, width)
        if self._per_class is not False and set(map(type, predictions)) <= {list, tuple}:
            numbers = set(map(len, predictions))
            if len(numbers) == 1:
                joined = join_columns(list(chain.from_iterable(predictions)), 5)
                if joined is not None:
                    num_classes = numbers.pop()
                    first = first_image + int(np.argmax(joined[1] > 0)) // num_classes
                    self._remember(True, num_classes, first)
                    return self._split_classes(*joined)
        return None

    def _recognise(self, prediction: Any, image: int) -> None:
        """Finds the layout of one image that is not simply a two-dimensional array."""
        if holds_nothing(prediction):
            return
        dimensions = _dimensions(prediction, image)
        if dimensions == 3:
            self._remember(True, len(prediction), image)
        elif dimensions == 2:
            self._remember(False, len(prediction[0]) - 5, image)
        else:
            raise ValueError(f"predictions[{image}] is {dimensions}-D; {_FORM}")

    def _remember(self, per_class: bool, num_classes: int, image: int) -> None:
        if self._num_classes == num_classes and self._per_class == per_class:
            return
        form = PER_CLASS_FORM if per_class else ROWS_FORM
        if num_classes < 1:
            raise ValueError(
                f"predictions[{image}] has {num_classes + 5} columns and so no class "
                f"probabilities; {_FORM}"
            )
        if self._per_class is None:
            self._per_class, self._num_classes = per_class, num_classes
            return
        if self._per_class != per_class:
            raise ValueError(f"predictions[{image}] is {form}, unlike the images before it")
        raise ValueError(
            f"predictions[{image}] has {num_classes} classes; expected {self._num_classes} as in "
            "the images before it"
        )

    def _flatten_rows(self, predictions: Sequence[Any], first_image: int) -> FlatPredictions:
        row = ((self._num_classes or 1) + 5,)
        # What holds nothing may be too oddly shaped for an array.
        filled = [[] if holds_nothing(given) else given for given in predictions]
        rows, counts = stack(filled, row, Names("predictions[{}]", first_image), ROWS_FORM)
        images = np.split(rows, np.cumsum(counts)[:-1])
        return _split_rows(images, counts, row[0])

    def _flatten_per_class(self, predictions: Sequence[Any], first_image: int) -> FlatPredictions:
        assert self._num_classes is not None
        none = [np.empty((0, 5))] * self._num_classes
        arrays = [
            array for given in predictions for array in (none if holds_nothing(given) else given)
        ]
        names = Names("predictions[{}]", first_image, per_image=self._num_classes)
        rows, counts = stack(arrays, (5,), names, PER_CLASS_FORM)
        return self._split_classes(np.ascontiguousarray(as_float64(rows).T), counts)

    def _split_classes(self, columns: FloatArray, counts: IntArray) -> FlatPredictions:
        """Predictions from the columns, (5, P), of each class of each image in turn."""
        assert self._num_classes is not None
        per_image = counts.reshape(-1, self._num_classes)
        classes = np.repeat(np.tile(np.arange(self._num_classes), len(per_image)), counts)
        return FlatPredictions(columns[:4].T, columns[4], classes, per_image.sum(axis=1), None)


def _split_rows(images: Sequence[NDArray[Any]], counts: IntArray, width: int) -> FlatPredictions:
    """Predictions from the rows of each image, (P_i, width)."""
    total = int(counts.sum())
    boxes, classes = np.empty((5, total)), np.empty(total, np.int64)
    lowest, highest = [0.0], [0.0]
    stop = 0
    for columns in iter_columns(images, counts, width):
        start, stop = stop, stop + columns.shape[1]
        boxes[:, start:stop] = as_float64(columns[:5])
        probabilities = columns[5:]
        largest, low, high = largest_and_range(probabilities)
        classes[start:stop] = first_equal(probabilities, largest)
        lowest.append(low)
        highest.append(high)
    return FlatPredictions(
        boxes[:4].T,
        boxes[4],
        classes,
        counts,
        ClassProbabilities(
            width - 5,
            float(np.min(lowest)),
            float(np.max(highest)),
            lambda: np.concatenate(images)[:, 5:],
        ),
    )


def _readable(prediction: Any, image: int) -> Any:
    """An image's predictions as an array or a list.

    Raises:
        ValueError: they are neither, nor anything that can be read as one.
    """
    name = f"predictions[{image}]"
    if isinstance(prediction, (list, tuple)):
        if _are_boxes_and_masks(prediction):
            raise ValueError(
                f"{name} seems to be a pair of boxes and masks, as MMDetection 2 gives them for "
                "models with masks; expected the boxes alone: [boxes for boxes, masks in results]"
            )
        return prediction
    if isinstance(prediction, np.matrix):
        # Its rows are matrices in turn, and no rows of numbers.
        return np.asarray(prediction)
    if isinstance(prediction, np.ndarray):
        return prediction
    unordered = isinstance(prediction, (*NO_SEQUENCES, Mapping, Set, Iterator))
    if unordered or not (isinstance(prediction, Sequence) or hasattr(prediction, "__array__")):
        raise ValueError(f"{name} is a {type(prediction).__name__}; {_FORM}")
    if isinstance(prediction, Sequence):
        return list(prediction)
    return as_array(prediction, name, _ANY_FORM)


def _are_boxes_and_masks(prediction: Sequence[Any]) -> bool:
    if len(prediction) != 2 or not isinstance(prediction[0], (list, tuple)):
        return False
    return any(
        isinstance(boxes, np.ndarray) and boxes.ndim == 2 and boxes.size for boxes in prediction[0]
    )


def _dimensions(prediction: Any, image: int) -> int:
    """Dimensions of an image's predictions, each class of them an array of its own perhaps."""
    if isinstance(prediction, np.ndarray) and (prediction.dtype != object or not prediction.ndim):
        return prediction.ndim
    name = f"predictions[{image}]"
    parts = (part for part in prediction if not holds_nothing(part))
    dimensions = {as_array(part, name, _ANY_FORM, least_dimensions=0).ndim for part in parts}
    if len(dimensions) > 1:
        raise ValueError(f"{name} mixes parts of {sorted(dimensions)} dimensions; {_FORM}")
    return 1 + dimensions.pop()
