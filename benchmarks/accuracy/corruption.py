"""Carries out label errors that have been chosen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.data import DetectionData, make_boxes
from benchmarks.accuracy.errors import NO_ROW, Corrupted, ErrorKind, LabelErrors
from benchmarks.accuracy.settings import Settings
from benchmarks.accuracy.wrong_boxes import background_boxes, shifted_boxes
from odquality.core.scenes import Boxes, FloatArray, IntArray

ADDED_KINDS: tuple[ErrorKind, ...] = ("spurious", "duplicate")


def corrupt(
    data: DetectionData,
    kind: NDArray[np.str_],
    image: IntArray,
    row: IntArray,
    settings: Settings,
    rng: np.random.Generator,
) -> Corrupted:
    """Makes errors in labels.

    Args:
        data: images with labels that count as right.
        kind: (T,) kind of each error.
        image: (T,) ascending image of each error.
        row: (T,) different rows of the labels to spoil, -1 for ``spurious``.
        settings: ranges of the wrong boxes.
        rng: source of randomness.

    Raises:
        ValueError: classes cannot be swapped because there is only one, or no box fits.
    """
    spoiled = _spoil(data, kind, row, settings, rng)
    added = np.isin(kind, ADDED_KINDS)
    extra = _added_boxes(data, kind, image, row, settings, rng)
    kept = np.setdiff1d(np.arange(len(data.labels)), row[kind == "overlooked"])
    image_of = np.concatenate([data.labels.image[kept], image[added]])
    order = np.argsort(image_of, kind="stable")
    place = np.argsort(order)
    boxes = make_boxes(
        image_of[order],
        np.concatenate([spoiled.xyxy[kept], extra.xyxy])[order],
        np.concatenate([spoiled.classes[kept], extra.classes])[order],
        len(data),
    )
    iscrowd = np.concatenate([data.iscrowd[kept], np.zeros(len(extra), bool)])[order]

    # One place more, for rows that are -1.
    new_row = np.full(len(data.labels) + 1, NO_ROW)
    new_row[kept] = place[: len(kept)]
    wrong_row = new_row[row]
    wrong_row[added] = place[len(kept) :]
    errors = LabelErrors(
        kind=kind,
        image=image,
        row=wrong_row,
        source_row=np.where(kind == "duplicate", new_row[row], NO_ROW),
        true_xyxy=np.where(added[:, None], np.nan, data.labels.xyxy[row]),
        true_class=np.where(added, NO_ROW, data.labels.classes[row]),
    )
    return Corrupted(boxes, iscrowd, errors)


def _spoil(
    data: DetectionData,
    kind: NDArray[np.str_],
    row: IntArray,
    settings: Settings,
    rng: np.random.Generator,
) -> Boxes:
    """The labels with some classes swapped and some boxes shifted."""
    labels = data.labels
    xyxy, classes = labels.xyxy.copy(), labels.classes.copy()
    swap, badloc = row[kind == "swap"], row[kind == "badloc"]
    classes[swap] = _other_classes(classes[swap], len(data.class_names), rng)
    xyxy[badloc] = shifted_boxes(
        xyxy[badloc],
        data.image_sizes[labels.image[badloc]],
        settings.shift_iou,
        settings.shift_spread,
        rng,
    )
    return Boxes(xyxy, classes, labels.counts)


def _added_boxes(
    data: DetectionData,
    kind: NDArray[np.str_],
    image: IntArray,
    row: IntArray,
    settings: Settings,
    rng: np.random.Generator,
) -> Boxes:
    """The boxes that errors add, ordered as the errors."""
    copy, spurious = kind == "duplicate", kind == "spurious"
    xyxy, classes = np.empty((len(kind), 4)), data.labels.classes[row]
    xyxy[copy] = shifted_boxes(
        data.labels.xyxy[row[copy]],
        data.image_sizes[image[copy]],
        settings.duplicate_iou,
        settings.duplicate_spread,
        rng,
    )
    sides = _sides(data, image[spurious], settings.spurious_side, rng)
    xyxy[spurious] = background_boxes(
        image[spurious], sides, data.labels, data.image_sizes, settings.spurious_iou, rng
    )
    classes[spurious] = rng.integers(len(data.class_names), size=len(sides))
    added = copy | spurious
    return make_boxes(image[added], xyxy[added], classes[added], len(data))


def _other_classes(classes: IntArray, num_classes: int, rng: np.random.Generator) -> IntArray:
    if len(classes) and num_classes < 2:
        raise ValueError("there is only one class, so that no class can be swapped")
    if not len(classes):
        return classes
    return (classes + rng.integers(1, num_classes, size=len(classes))) % num_classes


def _sides(
    data: DetectionData,
    images: IntArray,
    share: tuple[float, float] | None,
    rng: np.random.Generator,
) -> FloatArray:
    """Width and height of a spurious box for each image, (n, 2) in pixels."""
    size = data.image_sizes[images]
    if share is not None:
        return rng.uniform(*share, size.shape) * size
    drawn = data.labels.xyxy[rng.integers(len(data.labels), size=len(images))]
    return np.minimum(drawn[:, 2:] - drawn[:, :2], 0.9 * size)
