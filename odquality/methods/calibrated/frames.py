"""Places relative to a frame, which are the same in any unit of the boxes."""

from __future__ import annotations

import numpy as np

from odquality.core.scenes import FloatArray, Scenes
from odquality.core.segments import reduce_runs

# For each corner of a box: what takes the farther out of two, and a corner nearer than any.
_FARTHER = ((np.minimum, np.inf),) * 2 + ((np.maximum, -np.inf),) * 2


def image_frames(scenes: Scenes) -> FloatArray:
    """The smallest box around all boxes of each image, which stands for the image.

    Returns:
        (4, N) float64 columns ``x1, y1, x2, y2``; an image without boxes has a frame of infinite,
        negative size.
    """
    frames = np.repeat([[nowhere] for _, nowhere in _FARTHER], len(scenes), axis=1)
    for boxes in (scenes.labels, scenes.predictions, scenes.ignored):
        for row, (farther, nowhere) in enumerate(_FARTHER):
            corner = reduce_runs(farther, boxes.columns[row], boxes.counts, empty=nowhere)
            farther(frames[row], corner, out=frames[row])
    return frames


def relative(boxes: FloatArray, frames: FloatArray) -> FloatArray:
    """Boxes in the coordinates in which their frames are unit squares; all are (4, n) columns."""
    origin, size = frames[:2], frames[2:] - frames[:2]
    moved = boxes.reshape(2, 2, -1) - origin
    scaled = np.divide(moved, size, out=np.zeros_like(moved), where=size > 0)
    return scaled.reshape(4, -1)
