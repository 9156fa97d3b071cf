"""Flattens labels: one dict per image, in one piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from odquality.arrays.flattening import (
    Names,
    align,
    as_float64,
    as_numbers,
    concatenate_aligned,
    stack,
)
from odquality.core.flags import read_flags
from odquality.core.parameters import shown
from odquality.core.scenes import BoolArray, FloatArray, IntArray

_FORM = "expected a dict with 'bboxes', (L, 4) xyxy corners, and 'labels', (L,) classes"
_BOXES_FORM = "(L, 4) xyxy corners"
_CLASSES_FORM = "one integer class per box"
_CROWDS_FORM = "one true or false per box"

# Integers from here on are not all floats: a float may stand for another integer than was meant.
INEXACT = 2.0**53


@dataclass(frozen=True)
class FlatLabels:
    """Labels of some images, not yet checked: corners (L, 4), classes (L,), counts (N,)."""

    corners: FloatArray
    classes: NDArray[Any]
    counts: IntArray
    iscrowd: BoolArray | None


def flatten_labels(labels: Sequence[Mapping[str, Any]], first_image: int) -> FlatLabels:
    """Flattens the labels of consecutive images.

    Raises:
        ValueError: an image has not the form of labels; names it, counted from ``first_image``.
    """
    try:
        boxes = [label["bboxes"] for label in labels]
        classes = [label["labels"] for label in labels]
        crowds = [label.get("iscrowd") for label in labels]
    except (TypeError, KeyError, AttributeError, IndexError, ValueError):
        _explain(labels, first_image)
        raise
    corners, counts = stack(boxes, (4,), Names("labels[{}]['bboxes']", first_image), _BOXES_FORM)
    return FlatLabels(
        as_float64(corners),
        _flatten_classes(classes, counts, Names("labels[{}]['labels']", first_image)),
        counts,
        _flatten_crowds(crowds, counts, Names("labels[{}]['iscrowd']", first_image)),
    )


def _flatten_classes(classes: Sequence[Any], counts: IntArray, names: Names) -> NDArray[Any]:
    """Classes of all boxes, (L,): int64 wherever they are integers that fit."""
    flat = concatenate_aligned(classes, counts)
    if flat is not None and _are_exact(flat):
        return flat
    parts = [np.empty(0, np.int64)]
    for position, part in enumerate(align(classes, counts, names, _CLASSES_FORM)):
        part = as_numbers(part, names(position), _CLASSES_FORM)
        if _are_exact(part) and (part.dtype.kind != "f" or (part == np.floor(part)).all()):
            part = part.astype(np.int64)
        parts.append(part)
    return np.concatenate(parts)


def _are_exact(classes: NDArray[Any]) -> bool:
    """Whether the classes are neither too large for int64 nor for their own floats."""
    if classes.dtype.kind in "bi" or not classes.size:
        return True
    if classes.dtype.kind == "u":
        return bool(classes.max() <= np.iinfo(np.int64).max)
    return float(np.abs(classes).max()) < INEXACT


def _flatten_crowds(crowds: Sequence[Any], counts: IntArray, names: Names) -> BoolArray | None:
    """Which boxes are regions to ignore, (L,); None where no image says so."""
    if set(map(type, crowds)) <= {type(None)}:
        return None
    given = [
        np.zeros(count, bool) if crowd is None else crowd
        for crowd, count in zip(crowds, counts.tolist(), strict=True)
    ]
    flat = concatenate_aligned(given, counts)
    if flat is not None:
        return read_flags(flat)[0]
    parts = align(given, counts, names, _CROWDS_FORM)
    return np.concatenate([_read_crowds(part, names(image)) for image, part in enumerate(parts)])


def _read_crowds(values: NDArray[Any], name: str) -> BoolArray:
    flags, unread = read_flags(values)
    if unread.any():
        box = int(np.flatnonzero(unread)[0])
        raise ValueError(f"{name}[{box}] is {shown(values.tolist()[box])}; expected true or false")
    return flags


def _explain(labels: Sequence[Any], first_image: int) -> None:
    """Says which image is not a dict with the keys that labels need."""
    for image, label in enumerate(labels, first_image):
        if not isinstance(label, Mapping):
            raise ValueError(f"labels[{image}] is a {type(label).__name__}; {_FORM}")
        for key in ("bboxes", "labels"):
            if key not in label:
                raise ValueError(f"labels[{image}] lacks the key {key!r}; {_FORM}")
