"""Hashes of what images and boxes are, whatever the order, the unit and the numbers of classes.

A box is known by its place in its image, its confidence, and the boxes of the image that are of its
class; an image by its boxes, and by what else its predictions may be. What classes are called does
not matter, only which boxes share one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from odquality.core.scenes import FloatArray, IntArray, Scenes
from odquality.core.segments import run_starts
from odquality.methods.calibrated.draws import Keys, mix
from odquality.methods.calibrated.frames import image_frames, relative

# Steps into which an image is divided. It is no round number and the cells are shifted, because a
# corner on the edge of a cell would be rounded to either side, depending on the unit.
_CELLS = 7919.377
_SHIFT = 0.271828
# This many bits hold the number of a step.
_CELL_BITS = 13

# Marks a box without confidence: no confidence has these bits.
_NO_CONFIDENCE = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True)
class Contents:
    """Hashes of N images and their n boxes: labels, then predictions, then ignored regions.

    A *group* is all boxes of a class in an image, or a prediction that may be of another class than
    its own; there are G of them.

    Attributes:
        image_keys: (N,) of each image; 0 for one without boxes.
        box_keys: (n,) of each box in its image; equal ones are boxes of no difference.
        group_image: (G,) int64 image of each group.
        group_class: (G,) int64 class of each group; for a prediction, the other one.
        group_keys: (G,) of each group's boxes.
    """

    image_keys: Keys
    box_keys: Keys
    group_image: IntArray
    group_class: IntArray
    group_keys: Keys


def describe(scenes: Scenes) -> Contents:
    """Hashes the contents of images."""
    sources = (scenes.labels, scenes.predictions, scenes.ignored)
    places = _places(scenes)
    image = np.concatenate([boxes.image for boxes in sources])
    classes = np.concatenate([boxes.classes for boxes in sources])
    order = np.lexsort((classes, image))
    image, classes = image[order], classes[order]
    starts = run_starts(image, classes)
    group_image, group_class = image[starts], classes[starts]
    sums = np.add.reduceat(places[order], starts) if len(starts) else places
    group_keys = mix(sums, 0)
    box_keys = np.empty_like(places)
    group_of_box = np.repeat(group_keys, np.diff(starts, append=len(order)))
    box_keys[order] = mix(places[order], group_of_box)
    predictions, first = scenes.predictions, len(scenes.labels)
    rows, columns = np.nonzero(predictions.alternative_confidence)
    possible = _bits(predictions.alternative_confidence[rows, columns])
    group_keys = np.concatenate([group_keys, mix(box_keys[first + rows], possible)])
    group_image = np.concatenate([group_image, predictions.image[rows]])
    group_class = np.concatenate([group_class, predictions.alternatives[rows, columns]])
    image_keys = sum_by(group_keys, group_image, len(scenes))
    return Contents(image_keys, box_keys, group_image, group_class, group_keys)


def exact_places(scenes: Scenes) -> tuple[Keys, Keys]:
    """Hashes of each image's boxes to the last bit, without and with their classes, (N,) each.

    They settle in which order to take images of equal keys, which hardly differ.
    """
    without, including = np.zeros(len(scenes), np.uint64), np.zeros(len(scenes), np.uint64)
    for source, boxes in enumerate((scenes.labels, scenes.predictions, scenes.ignored)):
        keys = np.full(len(boxes), source, np.uint64)
        for corner in boxes.columns:
            keys = mix(keys, _bits(corner))
        possible = _bits(getattr(boxes, "alternative_confidence", np.zeros((len(boxes), 0))))
        others = getattr(boxes, "alternatives", possible).astype(np.uint64)
        own = mix(keys, _sum_of_possible(mix(possible, 0), possible))
        without += sum_by(own, boxes.image, len(scenes))
        keys = mix(own, boxes.classes.astype(np.uint64))
        keys = mix(keys, _sum_of_possible(mix(possible, others), possible))
        including += sum_by(keys, boxes.image, len(scenes))
    return without, including


def sum_by(keys: Keys, segment: IntArray, size: int) -> Keys:
    """The sum of the keys of each of ``size`` segments, modulo 2**64; in any order the same."""
    total = np.zeros(size, np.uint64)
    np.add.at(total, segment, keys)
    return total


def _places(scenes: Scenes) -> Keys:
    """A hash of each box's source, place and confidence, (n,)."""
    frames = image_frames(scenes)
    hashes = []
    for source, boxes in enumerate((scenes.labels, scenes.predictions, scenes.ignored)):
        place = relative(boxes.columns, frames.take(boxes.image, axis=1))
        cells = np.floor(place * _CELLS + _SHIFT).astype(np.uint64)
        # Not from 0 on: the hash of a label at 0 would be 0, as if it were not there.
        packed = np.full(len(boxes), source + 1, np.uint64)
        for corner in cells:
            packed = (packed << np.uint64(_CELL_BITS)) | corner
        confidence = getattr(boxes, "confidence", None)
        bits = _NO_CONFIDENCE if confidence is None else _bits(confidence)
        hashes.append(mix(packed, bits))
    return np.concatenate(hashes)


def _sum_of_possible(keys: Keys, possible: Keys) -> Keys:
    """The sum of the keys (n, M) of each box's alternatives, in any order the same."""
    return np.where(possible > 0, keys, np.uint64(0)).sum(axis=1, dtype=np.uint64)


def _bits(values: FloatArray) -> Keys:
    """The bits of numbers; those of -0.0 are those of 0.0."""
    return (values + 0.0).view(np.uint64)
