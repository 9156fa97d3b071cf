"""Draws wrong boxes, many at once: shifted, copied and spurious ones."""

from __future__ import annotations

import numpy as np

from benchmarks.accuracy.overlaps import overlapping_pairs
from odquality.core.geometry import box_iou
from odquality.core.scenes import Boxes, FloatArray, IntArray

MAX_ROUNDS = 10_000
# A spurious box that found no place so many times shrinks by this factor with each further try.
PATIENCE, SHRINK = 100, 0.97


def shifted_boxes(
    boxes: FloatArray,
    sizes: FloatArray,
    iou_range: tuple[float, float],
    spread: float,
    rng: np.random.Generator,
) -> FloatArray:
    """Moves and scales each box at random until its IoU with the original is in a range.

    Args:
        boxes: (n, 4) corners in pixels.
        sizes: (n, 2) width and height of the images of the boxes.
        iou_range: least IoU, and the IoU that is not reached.
        spread: standard deviation of centre, width and height in widths and heights of the box.
        rng: source of randomness.

    Returns:
        (n, 4) corners inside the images.

    Raises:
        ValueError: no draw was in the range.
    """
    result = boxes.copy()
    pending = np.arange(len(boxes))
    for _ in range(MAX_ROUNDS):
        if not len(pending):
            return result
        box, side = boxes[pending], boxes[pending, 2:] - boxes[pending, :2]
        centre = (box[:, :2] + box[:, 2:]) / 2 + rng.normal(0, spread, side.shape) * side
        half = np.maximum(1 + rng.normal(0, spread, side.shape), 0) * side / 2
        drawn = np.hstack([centre - half, centre + half]).clip(0, np.tile(sizes[pending], 2))
        iou = box_iou(drawn.T, box.T)
        fits = (iou_range[0] <= iou) & (iou < iou_range[1])
        result[pending[fits]] = drawn[fits]
        pending = pending[~fits]
    raise ValueError(
        f"no shift of the box {boxes[pending[0]].tolist()} by {spread:g} of its sides has an IoU "
        f"in [{iou_range[0]:g}, {iou_range[1]:g})"
    )


def background_boxes(
    images: IntArray,
    sides: FloatArray,
    labels: Boxes,
    sizes: FloatArray,
    max_iou: float,
    rng: np.random.Generator,
) -> FloatArray:
    """Places boxes at random where their IoU with every label stays below a limit.

    Args:
        images: (n,) ascending image of each box.
        sides: (n, 2) width and height of each box, at most those of its image; a box for which
            there is no room shrinks until it fits.
        labels: boxes to keep away from.
        sizes: (N, 2) width and height of all images.
        max_iou: the limit.
        rng: source of randomness.

    Returns:
        (n, 4) corners inside the images.
    """
    result = np.empty((len(images), 4))
    pending, tries, sides = np.arange(len(images)), 0, sides.copy()
    while len(pending):
        tries += 1
        if tries > PATIENCE:
            sides[pending] *= SHRINK
        image = images[pending]
        corner = rng.uniform(0, sizes[image] - sides[pending])
        drawn = np.hstack([corner, corner + sides[pending]])
        boxes = Boxes(drawn, np.zeros_like(image), np.bincount(image, minlength=len(sizes)))
        pairs = overlapping_pairs(boxes, labels)
        fits = np.ones(len(pending), bool)
        fits[pairs.first[pairs.iou >= max_iou]] = False
        result[pending[fits]] = drawn[fits]
        pending = pending[~fits]
    return result
