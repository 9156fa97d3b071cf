"""A random sample of a dataset's images, drawn in one pass and in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from odquality.core.scenes import Boxes, IntArray, Predictions, Scenes
from odquality.methods.calibrated.draws import Keys, image_keys


def sample_images(chunks: Iterable[Scenes], size: int, seed: int) -> tuple[Scenes, Keys]:
    """Draws at most ``size`` images; which ones does not depend on their order or on the chunks.

    Returns:
        The images in ascending order of their keys, and the keys. Image sizes are left out.
    """
    scenes, keys = _EMPTY, np.zeros(0, np.uint64)
    for chunk in chunks:
        new = image_keys(chunk, seed)
        if len(keys) == size:
            drawn = np.flatnonzero(new < keys[-1])
            chunk, new = _select(chunk, drawn), new[drawn]
        keys = np.concatenate([keys, new])
        order = np.argsort(keys, kind="stable")[:size]
        scenes, keys = _select(_join(scenes, chunk), order), keys[order]
    return scenes, keys


def _select(scenes: Scenes, images: IntArray) -> Scenes:
    """The scenes of some images, in the order of ``images``."""
    predictions = scenes.predictions
    rows, counts = _rows(predictions, images)
    return Scenes(
        _select_boxes(scenes.labels, images),
        Predictions(
            xyxy=predictions.xyxy[rows],
            classes=predictions.classes[rows],
            counts=counts,
            confidence=predictions.confidence[rows],
        ),
        _select_boxes(scenes.ignored, images),
    )


def _select_boxes(boxes: Boxes, images: IntArray) -> Boxes:
    rows, counts = _rows(boxes, images)
    return Boxes(boxes.xyxy[rows], boxes.classes[rows], counts)


def _rows(boxes: Boxes, images: IntArray) -> tuple[IntArray, IntArray]:
    """The rows of the boxes of some images, image after image, and their number per image."""
    counts = boxes.counts[images]
    shifts = boxes.offsets[images] - (np.cumsum(counts) - counts)
    return np.repeat(shifts, counts) + np.arange(counts.sum()), counts


def _join(first: Scenes, second: Scenes) -> Scenes:
    """The images of both, those of ``first`` first."""
    predictions = _join_boxes(first.predictions, second.predictions)
    confidence = np.concatenate([first.predictions.confidence, second.predictions.confidence])
    return Scenes(
        _join_boxes(first.labels, second.labels),
        Predictions(predictions.xyxy, predictions.classes, predictions.counts, confidence),
        _join_boxes(first.ignored, second.ignored),
    )


def _join_boxes(first: Boxes, second: Boxes) -> Boxes:
    return Boxes(
        np.concatenate([first.xyxy, second.xyxy]),
        np.concatenate([first.classes, second.classes]),
        np.concatenate([first.counts, second.counts]),
    )


_NO_BOXES = Boxes(np.zeros((0, 4)), np.zeros(0, np.int64), np.zeros(0, np.int64))
_EMPTY = Scenes(
    _NO_BOXES,
    Predictions(_NO_BOXES.xyxy, _NO_BOXES.classes, _NO_BOXES.counts, np.zeros(0)),
    _NO_BOXES,
)
