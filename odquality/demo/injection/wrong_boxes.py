"""Draws wrong boxes, many at once: shifted, copied and spurious ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from odquality.core.geometry import box_iou
from odquality.core.pairs import iter_pairs
from odquality.core.scenes import BoolArray, Boxes, FloatArray, IntArray
from odquality.demo.injection.labels import TrueLabels

MAX_ROUNDS = 10_000
# A spurious box that found no place this many times shrinks by this factor with each further try.
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
    true: TrueLabels,
    max_iou: float,
    rng: np.random.Generator,
) -> FloatArray:
    """Places boxes at random where their IoU with every label stays below a limit.

    Args:
        images: (n,) ascending image of each box.
        sides: (n, 2) width and height of each box, at most those of its image; a box for which
            there is no room shrinks until it fits.
        true: all images; the boxes keep away from their labels.
        max_iou: the limit.
        rng: source of randomness.

    Returns:
        (n, 4) corners inside the images.
    """

    def draw(pending: IntArray, shrink: float) -> FloatArray:
        side = sides[pending] * shrink
        corner = rng.uniform(0, true.image_sizes[images[pending]] - side)
        return np.hstack([corner, corner + side])

    return _draw_until_free(images, draw, true.boxes, max_iou)


def pasted_boxes(
    images: IntArray, true: TrueLabels, max_iou: float, rng: np.random.Generator
) -> tuple[FloatArray, IntArray]:
    """Copies labels of other images, where their IoU with every label stays below a limit.

    A copy has the place and size of its donor relative to the image; one that found no donor that
    fits shrinks around its centre.

    Args:
        images: (n,) ascending image of each box.
        true: all images and labels.
        max_iou: the limit.
        rng: source of randomness.

    Returns:
        (n, 4) corners inside the images, and (n,) rows of the donors among the labels.

    Raises:
        ValueError: there is no label to review in another image.
    """
    labels, sizes = true.boxes, true.image_sizes
    reviewed = np.flatnonzero(~true.iscrowd)
    # The reviewed labels of each box's own image are a run among all reviewed ones.
    start, stop = (
        np.searchsorted(labels.image[reviewed], images, side) for side in ("left", "right")
    )
    elsewhere = len(reviewed) - (stop - start)
    if not elsewhere.all():
        raise ValueError("labels are pasted from other images, and no other image has any")
    donors = np.empty(len(images), np.int64)

    def draw(pending: IntArray, shrink: float) -> FloatArray:
        drawn = rng.integers(elsewhere[pending])
        own = drawn >= start[pending]
        drawn[own] += (stop - start)[pending[own]]
        donor = donors[pending] = reviewed[drawn]
        scale = sizes[images[pending]] / sizes[labels.image[donor]]
        corners = labels.xyxy[donor] * np.tile(scale, 2)
        centre = (corners[:, :2] + corners[:, 2:]) / 2
        half = shrink * (corners[:, 2:] - corners[:, :2]) / 2
        return np.hstack([centre - half, centre + half])

    return _draw_until_free(images, draw, labels, max_iou), donors


def _draw_until_free(
    images: IntArray,
    draw: Callable[[IntArray, float], FloatArray],
    labels: Boxes,
    max_iou: float,
) -> FloatArray:
    """Draws each box until its IoU with every label of its image is below a limit.

    Args:
        images: (n,) ascending image of each box.
        draw: gives corners of the boxes of some rows, with sides that are shrunk by a factor.
        labels: boxes to keep away from.
        max_iou: the limit.

    Returns:
        (n, 4) corners.
    """
    result = np.empty((len(images), 4))
    pending, tries = np.arange(len(images)), 0
    while len(pending):
        tries += 1
        drawn = draw(pending, SHRINK ** max(0, tries - PATIENCE))
        free = _is_free(images[pending], drawn, labels, max_iou)
        result[pending[free]] = drawn[free]
        pending = pending[~free]
    return result


def _is_free(images: IntArray, xyxy: FloatArray, labels: Boxes, max_iou: float) -> BoolArray:
    """Which boxes, of ascending images, have an IoU below a limit with every label, (n,)."""
    free = np.ones(len(images), bool)
    counts = np.bincount(images, minlength=len(labels.counts))
    for box, label in iter_pairs(counts, labels.counts):
        free[box[box_iou(xyxy[box].T, labels.xyxy[label].T) >= max_iou]] = False
    return free
