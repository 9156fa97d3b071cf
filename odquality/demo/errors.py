"""Injects known errors into true labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from odquality.core.geometry import box_iou
from odquality.core.scenes import FloatArray, IntArray
from odquality.demo.scenes import Labels

ErrorKind = Literal["overlooked", "swap", "badloc", "spurious", "duplicate"]
KINDS: tuple[ErrorKind, ...] = get_args(ErrorKind)

# IoU with the true box, lower end included, and how far a side strays in widths and heights.
BADLOC_IOU, BADLOC_REACH = (0.4, 0.7), 0.3
DUPLICATE_IOU, DUPLICATE_REACH = (0.8, 0.95), 0.06
SPURIOUS_IOU = 0.1
# IoU of a spurious box with any true box is below this. Its sides in shares of the image, and the
# factor by which they shrink with each further try.
SPURIOUS_SIDE = (0.06, 0.2)
SPURIOUS_SHRINK = 0.97


@dataclass(frozen=True)
class LabelError:
    """One injected error.

    Attributes:
        image: index of the image.
        kind: what is wrong; one of ``KINDS``.
        label: index of the wrong box in the new labels; None if the box is missing.
        true_xyxy: corners of the box as it should be, in pixels; None if there should be none.
        true_class: class as it should be; None if there should be no box.

    """

    image: int
    kind: ErrorKind
    label: int | None
    true_xyxy: tuple[float, float, float, float] | None
    true_class: int | None


def inject_errors(
    labels: Sequence[Labels],
    image_sizes: IntArray,
    num_classes: int,
    rng: np.random.Generator,
    share: float = 0.2,
) -> tuple[list[Labels], list[LabelError]]:
    """Make one error in each of a random share of the images, the kinds in equal shares.

    Args:
        labels: true labels of N images, each with at least one box.
        image_sizes: (N, 2) int64 width and height in pixels.
        num_classes: how many classes there are, at least 2.
        rng: source of randomness; the same state gives the same errors.
        share: share of the images that get an error, in [0, 1].

    Returns:
        The new labels, image by image, and the errors, ordered by image.

    """
    result = list(labels)
    errors = []
    images = rng.permutation(len(labels))[: round(share * len(labels))]
    for turn, image in enumerate(images.tolist()):
        kind = KINDS[turn % len(KINDS)]
        result[image], error = _inject(labels[image], image, kind, image_sizes, num_classes, rng)
        errors.append(error)
    return result, sorted(errors, key=lambda error: error.image)


def _inject(
    labels: Labels,
    image: int,
    kind: ErrorKind,
    image_sizes: IntArray,
    num_classes: int,
    rng: np.random.Generator,
) -> tuple[Labels, LabelError]:
    size = image_sizes[image].astype(np.float64)
    xyxy, classes = labels.xyxy.copy(), labels.classes.copy()
    if kind == "spurious":
        box = _background_box(xyxy, size, rng)
        spoiled = Labels(np.vstack([xyxy, box]), np.append(classes, rng.integers(num_classes)))
        return spoiled, LabelError(image, kind, len(xyxy), None, None)
    row = int(rng.integers(len(xyxy)))
    truth, true_class = xyxy[row].copy(), int(classes[row])
    wrong: int | None = row
    if kind == "overlooked":
        xyxy, classes, wrong = np.delete(xyxy, row, axis=0), np.delete(classes, row), None
    elif kind == "swap":
        classes[row] = (true_class + rng.integers(1, num_classes)) % num_classes
    elif kind == "badloc":
        xyxy[row] = _strayed_box(truth, size, BADLOC_IOU, BADLOC_REACH, rng)
    else:
        copy = _strayed_box(truth, size, DUPLICATE_IOU, DUPLICATE_REACH, rng)
        xyxy, classes, wrong = np.vstack([xyxy, copy]), np.append(classes, true_class), len(xyxy)
    x1, y1, x2, y2 = truth.tolist()
    return Labels(xyxy, classes), LabelError(image, kind, wrong, (x1, y1, x2, y2), true_class)


def _strayed_box(
    box: FloatArray,
    size: FloatArray,
    iou_range: tuple[float, float],
    reach: float,
    rng: np.random.Generator,
) -> FloatArray:
    """Move each side of a box inside the image until its IoU with the box is in the range."""
    while True:
        strayed = box + rng.uniform(-reach, reach, 4) * np.tile(box[2:] - box[:2], 2)
        strayed = strayed.clip(0, np.tile(size, 2))
        if iou_range[0] <= box_iou(strayed[:, None], box[:, None])[0] < iou_range[1]:
            return strayed


def _background_box(xyxy: FloatArray, size: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw a random box inside the image that has almost no IoU with any of the (n, 4) boxes."""
    sides = rng.uniform(*SPURIOUS_SIDE, 2) * size
    while True:
        corner = rng.uniform(0, size - sides)
        box = np.concatenate([corner, corner + sides])
        if box_iou(xyxy.T, box[:, None]).max() < SPURIOUS_IOU:
            return box
        # Smaller each time, so that even a crowded image has room at last.
        sides *= SPURIOUS_SHRINK
