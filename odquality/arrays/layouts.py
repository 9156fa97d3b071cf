"""Flattens per-image inputs: quickly where they are well-formed, else image by image with care.

The quick way concatenates what it is given. Where that fails or looks wrong, the careful way
looks at each image by itself, accepts what is merely unusual (an empty list for an empty array)
and names the image whose content has no meaning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from odquality.core.scenes import BoolArray, FloatArray, IntArray

LABEL_FORM = "expected a dict with 'bboxes', (L, 4) xyxy corners, and 'labels', (L,) classes"
ROWS_FORM = "an array (P, K + 5) of x1, y1, x2, y2, confidence and K class probabilities"
PER_CLASS_FORM = "K arrays (M, 5) of x1, y1, x2, y2, confidence, one per class"
_PREDICTION_FORM = f"expected {ROWS_FORM}, or {PER_CLASS_FORM}"


@dataclass(frozen=True)
class FlatLabels:
    """Labels of some images, not yet checked: corners (L, 4), classes (L,), counts (N,)."""

    corners: NDArray[Any]
    classes: NDArray[Any]
    counts: IntArray
    iscrowd: BoolArray | None


@dataclass(frozen=True)
class FlatPredictions:
    """Predictions of some images, not yet checked; in the order in which they were given."""

    corners: NDArray[Any]
    confidence: NDArray[Any]
    classes: IntArray
    counts: IntArray
    probabilities: FloatArray | None


def flatten_labels(labels: Sequence[Mapping[str, Any]], first_image: int) -> FlatLabels:
    """Flattens the labels of consecutive images.

    Raises:
        ValueError: an image has not the form of labels; names it, counted from ``first_image``.
    """
    try:
        boxes = [label["bboxes"] for label in labels]
        classes = [label["labels"] for label in labels]
        crowds = [label.get("iscrowd") for label in labels]
    except (TypeError, KeyError, AttributeError, IndexError):
        _explain_labels(labels, first_image)
        raise
    counts = _lengths(boxes, "labels[{}]['bboxes']", first_image)
    corners = _stack(boxes, 4, "labels[{}]['bboxes']", "(L, 4) xyxy corners", first_image)
    flat_classes = _align(
        classes, counts, "labels[{}]['labels']", "one integer class per box", first_image
    )
    iscrowd = None
    if any(crowd is not None for crowd in crowds):
        per_image = [
            np.zeros(count, bool) if crowd is None else crowd
            for crowd, count in zip(crowds, counts.tolist(), strict=True)
        ]
        what = "labels[{}]['iscrowd']"
        iscrowd = _align(per_image, counts, what, "one true or false per box", first_image)
        iscrowd = iscrowd.astype(bool)
    return FlatLabels(corners, flat_classes, counts, iscrowd)


class LayoutMemory:
    """Flattens predictions; holds all images of a dataset to one layout and number of classes."""

    def __init__(self) -> None:
        self._per_class: bool | None = None
        self._num_classes: int | None = None

    def flatten(self, predictions: Sequence[Any], first_image: int) -> FlatPredictions:
        """Flattens the predictions of consecutive images.

        Raises:
            ValueError: an image has no known layout, or another one or another number of classes
                than the images before it; names the image, counted from ``first_image``.
        """
        rows = _concatenate(predictions)
        if rows is not None and rows.ndim == 2 and rows.size:
            self._remember(False, rows.shape[1] - 5, first_image)
            counts = _lengths(predictions, "predictions[{}]", first_image)
            return _split_rows(rows, counts)
        for image, prediction in enumerate(predictions, first_image):
            self._recognise(prediction, image)
        if self._per_class:
            return self._flatten_per_class(predictions, first_image)
        return self._flatten_rows(predictions, first_image)

    def _recognise(self, prediction: Any, image: int) -> None:
        """Finds the layout of one image that is not simply a two-dimensional array."""
        if not isinstance(prediction, (np.ndarray, list, tuple)):
            raise ValueError(
                f"predictions[{image}] is a {type(prediction).__name__}; {_PREDICTION_FORM}"
            )
        if _is_empty(prediction):
            if len(prediction) and _dimensions(prediction, image) == 3:
                self._remember(True, len(prediction), image)
            return
        dimensions = _dimensions(prediction, image)
        if dimensions == 3:
            self._remember(True, len(prediction), image)
        elif dimensions == 2:
            self._remember(False, len(prediction[0]) - 5, image)
        else:
            raise ValueError(f"predictions[{image}] is {dimensions}-D; {_PREDICTION_FORM}")

    def _remember(self, per_class: bool, num_classes: int, image: int) -> None:
        if self._num_classes == num_classes and self._per_class == per_class:
            return
        form = PER_CLASS_FORM if per_class else ROWS_FORM
        if num_classes < 1:
            raise ValueError(
                f"predictions[{image}] has {num_classes + 5} columns and so no class "
                f"probabilities; {_PREDICTION_FORM}"
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
        columns = (self._num_classes or 1) + 5
        filled = [[] if _is_empty(prediction) else prediction for prediction in predictions]
        rows = _stack(filled, columns, "predictions[{}]", ROWS_FORM, first_image)
        return _split_rows(rows, _lengths(filled, "predictions[{}]", first_image))

    def _flatten_per_class(self, predictions: Sequence[Any], first_image: int) -> FlatPredictions:
        assert self._num_classes is not None
        none = [np.empty((0, 5))] * self._num_classes
        arrays = [
            array
            for prediction in predictions
            for array in (none if len(prediction) != self._num_classes else prediction)
        ]
        lengths = np.fromiter((len(array) for array in arrays), np.int64, len(arrays))
        rows = _stack(
            arrays, 5, "predictions[{}]", PER_CLASS_FORM, first_image, per_image=self._num_classes
        )
        per_image = lengths.reshape(-1, self._num_classes)
        classes = np.repeat(np.tile(np.arange(self._num_classes), len(per_image)), lengths)
        return FlatPredictions(rows[:, :4], rows[:, 4], classes, per_image.sum(axis=1), None)


def _split_rows(rows: NDArray[Any], counts: IntArray) -> FlatPredictions:
    probabilities = rows[:, 5:]
    # numpy's argmax is slow on rows that are not contiguous.
    classes = np.ascontiguousarray(probabilities).argmax(axis=1)
    return FlatPredictions(rows[:, :4], rows[:, 4], classes, counts, probabilities)


def _explain_labels(labels: Sequence[Any], first_image: int) -> None:
    """Says which image is not a dict with the keys that labels need."""
    for image, label in enumerate(labels, first_image):
        if not isinstance(label, Mapping):
            raise ValueError(f"labels[{image}] is a {type(label).__name__}; {LABEL_FORM}")
        for key in ("bboxes", "labels"):
            if key not in label:
                raise ValueError(f"labels[{image}] lacks the key {key!r}; {LABEL_FORM}")


def _lengths(arrays: Sequence[Any], what: str, first_image: int) -> IntArray:
    try:
        return np.fromiter(map(len, arrays), np.int64, len(arrays))
    except TypeError:
        for image, array in enumerate(arrays, first_image):
            if not hasattr(array, "__len__"):
                raise ValueError(f"{what.format(image)} is {array!r}; expected an array") from None
        raise


def _is_empty(array: Any) -> bool:
    """Whether an array, or a sequence of arrays, holds no boxes."""
    if isinstance(array, np.ndarray) and array.dtype != object:
        return array.size == 0
    return all(hasattr(part, "__len__") and len(part) == 0 for part in array)


def _dimensions(prediction: Any, image: int) -> int:
    """Dimensions of an image's predictions, each class of them an array of its own perhaps."""
    if isinstance(prediction, np.ndarray) and prediction.dtype != object:
        return prediction.ndim
    dimensions = {np.ndim(part) for part in prediction if not _has_no_rows(part)}
    dimensions = dimensions or {np.ndim(part) for part in prediction}
    if len(dimensions) > 1:
        raise ValueError(
            f"predictions[{image}] mixes parts of {sorted(dimensions)} dimensions; "
            f"{_PREDICTION_FORM}"
        )
    return 1 + dimensions.pop()


def _has_no_rows(part: Any) -> bool:
    return hasattr(part, "__len__") and len(part) == 0


def _stack(
    arrays: Sequence[Any],
    columns: int,
    what: str,
    form: str,
    first_image: int,
    *,
    per_image: int = 1,
) -> NDArray[Any]:
    """Concatenates two-dimensional arrays of a number of columns; (total rows, columns)."""
    flat = _concatenate(arrays)
    if flat is not None and flat.ndim == 2 and flat.shape[1] == columns:
        return flat
    careful = []
    for position, given in enumerate(arrays):
        name = what.format(first_image + position // per_image)
        array = _as_numbers(given, name, form)
        if not len(array):
            continue
        if array.ndim != 2 or array.shape[1] != columns:
            raise ValueError(f"{name} has shape {array.shape}; expected {form}")
        careful.append(array)
    return np.concatenate(careful) if careful else np.empty((0, columns))


def _align(
    arrays: Sequence[Any], counts: IntArray, what: str, form: str, first_image: int
) -> NDArray[Any]:
    """Concatenates one-dimensional arrays whose lengths must be ``counts``; (sum of counts,)."""
    lengths = _lengths(arrays, what, first_image)
    if (lengths != counts).any():
        wrong = int(np.flatnonzero(lengths != counts)[0])
        raise ValueError(
            f"{what.format(first_image + wrong)} has length {lengths[wrong]} for "
            f"{counts[wrong]} boxes; expected {form}"
        )
    flat = _concatenate(arrays)
    if flat is not None and flat.ndim == 1:
        return flat
    careful = []
    for image, given in enumerate(arrays, first_image):
        array = _as_numbers(given, what.format(image), form)
        if array.size and array.ndim != 1:
            raise ValueError(f"{what.format(image)} has shape {array.shape}; expected {form}")
        careful.append(array.reshape(-1))
    return np.concatenate(careful) if careful else np.empty(0)


def _concatenate(arrays: Sequence[Any]) -> NDArray[Any] | None:
    """The arrays in one piece, or None where they do not fit together or are not numbers."""
    try:
        flat = np.concatenate(arrays)
    except (ValueError, TypeError):
        return None
    return flat if flat.dtype.kind in "iufb" else None


def _as_numbers(given: Any, name: str, form: str) -> NDArray[Any]:
    try:
        array = np.asarray(given)
    except ValueError:
        raise ValueError(f"{name} has rows of different lengths; expected {form}") from None
    if array.size and array.dtype.kind not in "iufb":
        try:
            return np.asarray(given, dtype=np.float64)
        except (ValueError, TypeError):
            raise ValueError(f"{name} holds {array.dtype} values; expected {form}") from None
    return array
