"""Random numbers that depend on what is drawn for, not on when: hashes of a key and a number.

So an image meets the same fate wherever in the dataset it lies, and in whatever chunk it comes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from odquality.core.scenes import FloatArray, Scenes

Keys = NDArray[np.uint64]

# Constants of SplitMix64 (Steele et al., Fast splittable pseudorandom number generators, 2014).
_INCREMENT = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)

# Steps into which an image is divided for its key. It is no round number and the cells are shifted,
# because a corner on the edge of a cell would be rounded to either side, depending on the unit.
_CELLS = 7919.377
_SHIFT = 0.271828


def mix(keys: Keys, number: int | Keys) -> Keys:
    """A hash of each key and a number, uniform over all 64-bit integers."""
    # At least one dimension: numpy warns of the overflow of scalars, not of arrays.
    numbers = np.atleast_1d(np.asarray(number, dtype=np.uint64))
    state = keys + (numbers + np.uint64(1)) * _INCREMENT
    state = (state ^ (state >> np.uint64(30))) * _FIRST
    state = (state ^ (state >> np.uint64(27))) * _SECOND
    return state ^ (state >> np.uint64(31))


def uniform(keys: Keys, number: int) -> FloatArray:
    """The ``number``-th random number of each key, float64 in [0, 1)."""
    return (mix(keys, number) >> np.uint64(11)) * 2.0**-53


def image_frames(scenes: Scenes) -> FloatArray:
    """The smallest box around all boxes of each image, which stands for the image.

    Returns:
        (N, 4) float64 xyxy; an image without boxes has a frame of infinite, negative size.
    """
    frames = np.tile([np.inf, np.inf, -np.inf, -np.inf], (len(scenes), 1))
    for boxes in (scenes.labels, scenes.predictions, scenes.ignored):
        np.minimum.at(frames[:, :2], boxes.image, boxes.xyxy[:, :2])
        np.maximum.at(frames[:, 2:], boxes.image, boxes.xyxy[:, 2:])
    return frames


def image_keys(scenes: Scenes, seed: int) -> Keys:
    """A hash of the contents of each image and a seed, (N,), the same in any unit of the boxes.

    Images with the same key are the same to this method: boxes of the same classes and confidences
    in the same places, relative to each other.
    """
    frames = image_frames(scenes)
    keys = np.zeros(len(scenes), np.uint64)
    sources = (
        (scenes.labels, None),
        (scenes.predictions, scenes.predictions.confidence),
        (scenes.ignored, None),
    )
    for source, (boxes, confidence) in enumerate(sources):
        frame = frames[boxes.image]
        origin, size = np.tile(frame[:, :2], 2), np.tile(frame[:, 2:] - frame[:, :2], 2)
        place = np.divide(boxes.xyxy - origin, size, out=np.zeros_like(size), where=size > 0)
        contents = [*np.floor(place * _CELLS + _SHIFT).astype(np.uint64).T]
        contents += [boxes.classes.astype(np.uint64)]
        if confidence is not None:
            contents += [confidence.view(np.uint64)]
        position = np.arange(len(boxes)) - boxes.offsets[boxes.image]
        hashed = mix(position.astype(np.uint64), source)
        for content in contents:
            hashed = mix(hashed, content)
        np.add.at(keys, boxes.image, hashed)
    return mix(keys, seed)


def box_keys(image: Keys, counts: NDArray[np.int64]) -> Keys:
    """A key for each box of images with these keys and numbers of boxes, (n,)."""
    starts = np.cumsum(counts) - counts
    position = np.arange(counts.sum()) - np.repeat(starts, counts)
    return mix(np.repeat(image, counts), position.astype(np.uint64))
