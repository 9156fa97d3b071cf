"""Copies of a dataset's labels with known errors, to learn from what errors look like.

Each copy holds errors of one kind, in a fifth of the labels, so that most errors have neighbours
that are as they were. The copies of an image are images of their own. Places and sizes are relative
to boxes and images, never absolute.

The demo and the benchmarks inject errors by code of their own (`odquality.demo.injection`): a
method must not be measured on the errors that it has been taught.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from odquality.core.geometry import box_iou
from odquality.core.scenes import BoolArray, Boxes, FloatArray, IntArray, Scenes
from odquality.kinds import BADLOC, DUPLICATE, OVERLOOKED, SPURIOUS, SWAP
from odquality.methods.calibrated.draws import Keys, mix, uniform
from odquality.methods.calibrated.frames import image_frames, relative

# Share of the labels that a copy has errors in.
CORRUPTED_SHARE = 0.2

# IoU of a displaced label with the label as it was: from a box around a part of the object, or
# around the object and as much again, to one that is merely loose. What overlaps the object less
# looks like a label of nothing, and to learn from it would make all of those suspects here.
DISPLACED_IOU = (1 / 3, 0.75)

# A displacement is drawn anew, at most this often, until it has such an IoU.
_MAX_REDRAWS = 10

# How far the corners of a repeated label lie from the label's own, relative to its size.
_REPEATED_JITTER = 0.12

# Numbers of the random numbers of a label.
_CHOSEN, _CLASS, _WIDTH, _HEIGHT, _X, _Y, _DONOR, _PLACE = range(8)


@dataclass(frozen=True)
class Corruption:
    """Copies of scenes with errors of one kind.

    Attributes:
        scenes: the images with the corrupted labels.
        wrong: (L,) bool over the labels of ``scenes``, which of them are wrong. For ``overlooked``,
            over the labels before the corruption: which were dropped.
    """

    scenes: Scenes
    wrong: BoolArray


def corrupt(scenes: Scenes, keys: Keys, kind: str, copies: int) -> Corruption:
    """Copies scenes, and corrupts the labels of the copies with errors of one kind.

    Args:
        scenes: the images, in canonical form; at least one has a label.
        keys: (L,) the labels' keys, which determine all that is random.
        kind: ``overlooked``, ``swap``, ``badloc``, ``spurious`` or ``duplicate``.
        copies: how many copies to make, one after another; every copy has other errors.
    """
    kinds = list(_CORRUPTIONS)
    numbers = len(kinds) * np.arange(copies) + kinds.index(kind)
    draw = np.concatenate([mix(keys, int(number)) for number in numbers])
    scenes = Scenes.join([scenes] * copies)
    return _CORRUPTIONS[kind](scenes, draw, uniform(draw, _CHOSEN) < CORRUPTED_SHARE)


def _drop(scenes: Scenes, draw: Keys, chosen: BoolArray) -> Corruption:
    labels = scenes.labels.take(np.flatnonzero(~chosen))
    return Corruption(replace(scenes, labels=labels), chosen)


def _swap(scenes: Scenes, draw: Keys, chosen: BoolArray) -> Corruption:
    """Gives labels another class of those that labels or predictions have."""
    labels = scenes.labels
    known = np.unique(np.concatenate([labels.classes, scenes.predictions.classes]))
    if len(known) == 1:
        return Corruption(scenes, np.zeros(len(labels), bool))
    step = 1 + (uniform(draw, _CLASS) * (len(known) - 1)).astype(np.int64)
    other = known[(np.searchsorted(known, labels.classes) + step) % len(known)]
    classes = np.where(chosen, other, labels.classes)
    return Corruption(replace(scenes, labels=replace(labels, classes=classes)), chosen)


def _displace(scenes: Scenes, draw: Keys, chosen: BoolArray) -> Corruption:
    """Moves labels and changes their sizes."""
    labels = scenes.labels
    xyxy, rows = labels.xyxy.copy(), np.flatnonzero(chosen)
    for redraw in range(_MAX_REDRAWS):
        old = labels.xyxy[rows]
        new = _displaced(old, mix(draw[rows], redraw))
        iou = box_iou(_unit_squares(len(rows)), relative(new.T, old.T))
        fits = (iou >= DISPLACED_IOU[0]) & (iou < DISPLACED_IOU[1])
        xyxy[rows[fits]] = new[fits]
        rows = rows[~fits]
    wrong = chosen.copy()
    wrong[rows] = False
    return Corruption(replace(scenes, labels=replace(labels, xyxy=xyxy)), wrong)


def _displaced(xyxy: FloatArray, draw: Keys) -> FloatArray:
    size = xyxy[:, 2:] - xyxy[:, :2]
    shift = np.stack([uniform(draw, _X), uniform(draw, _Y)], axis=1) - 0.5
    scale = np.stack([uniform(draw, _WIDTH), uniform(draw, _HEIGHT)], axis=1)
    scale = np.exp(0.8 * (scale - 0.5))
    centre = (xyxy[:, :2] + xyxy[:, 2:]) / 2 + shift * size
    return np.hstack([centre - scale * size / 2, centre + scale * size / 2])


def _add(scenes: Scenes, draw: Keys, chosen: BoolArray) -> Corruption:
    """Adds a box of the relative size of some label and the class of another, anywhere."""
    labels, frames = scenes.labels, image_frames(scenes)
    image = labels.image[chosen]
    corner, far_corner = np.split(frames[:, image].T, 2, axis=1)
    frame_size = far_corner - corner
    donors, draw = draw, draw[chosen]
    donor = _pick(donors, mix(draw, _DONOR))
    relative_size = relative(labels.xyxy[donor].T, frames[:, labels.image[donor]])
    size = (relative_size[2:] - relative_size[:2]).T * frame_size
    free = frame_size - size
    corner = corner + free * np.stack([uniform(draw, _X), uniform(draw, _Y)], axis=1)
    classes = labels.classes[_pick(donors, mix(draw, _CLASS))]
    return _with_labels(scenes, np.hstack([corner, corner + size]), classes, image)


def _repeat(scenes: Scenes, draw: Keys, chosen: BoolArray) -> Corruption:
    labels = scenes.labels
    draw, xyxy = draw[chosen], labels.xyxy[chosen]
    size = np.tile(xyxy[:, 2:] - xyxy[:, :2], 2)
    jitter = np.stack([uniform(draw, _PLACE + corner) for corner in range(4)], axis=1)
    repeated = xyxy + _REPEATED_JITTER * (2 * jitter - 1) * size
    return _with_labels(scenes, repeated, labels.classes[chosen], labels.image[chosen])


_CORRUPTIONS: Mapping[str, Callable[[Scenes, Keys, BoolArray], Corruption]] = {
    OVERLOOKED: _drop,
    SWAP: _swap,
    BADLOC: _displace,
    SPURIOUS: _add,
    DUPLICATE: _repeat,
}


def _with_labels(
    scenes: Scenes, xyxy: FloatArray, classes: IntArray, image: IntArray
) -> Corruption:
    """Adds labels to images, after those that they have."""
    labels = scenes.labels
    all_images = np.concatenate([labels.image, image])
    order = np.argsort(all_images, kind="stable")
    added = Boxes(
        np.concatenate([labels.xyxy, xyxy])[order],
        np.concatenate([labels.classes, classes])[order],
        np.bincount(all_images, minlength=len(scenes)),
    )
    return Corruption(replace(scenes, labels=added), order >= len(labels))


def _pick(keys: Keys, draw: Keys) -> IntArray:
    """A random row of ``keys`` for each draw, (n,): that of the next larger key.

    One more key, or one less, changes what is picked in few cases.
    """
    order = np.argsort(keys)
    return order[np.searchsorted(keys, draw, sorter=order) % len(keys)]


def _unit_squares(count: int) -> FloatArray:
    return np.repeat([[0.0], [0.0], [1.0], [1.0]], count, axis=1)
