"""Which images to review: those with a box that scores low for its class."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from odquality.core.class_numbers import ClassNumbers
from odquality.core.scenes import BoolArray, FloatArray, Scenes
from odquality.methods.interface import Scores
from odquality.methods.objectlab.average_precision import AveragePrecision
from odquality.methods.objectlab.scorer import ObjectLab

# A box is an issue if its score is at most this share of its class's average precision.
AVERAGE_PRECISION_SHARE = 0.25 * 0.8


@dataclass(frozen=True)
class FlaggedImages:
    """What `flag_images` found.

    Attributes:
        is_issue: (N,) bool.
        quality: (N,) float64, the images' scores.
    """

    is_issue: BoolArray
    quality: FloatArray


def flag_images(method: ObjectLab, chunks: Callable[[], Iterable[Scenes]]) -> FlaggedImages:
    """Flags the images of which any box scores low for what the detector can do in its class.

    Args:
        method: the settings of ObjectLab.
        chunks: gives all images, chunk by chunk; called once for each of the two passes.
    """
    average_precision, numbers = AveragePrecision(), ClassNumbers()
    numbered = (numbers.apply(scenes) for scenes in chunks())
    scorer = method.fit(_watched(numbered, average_precision))
    thresholds = _thresholds(average_precision.per_class())
    is_issue, quality = [], []
    for scenes in map(numbers.apply, chunks()):
        scores = scorer.score(scenes)
        is_issue.append(_flag(scenes, scores, thresholds))
        quality.append(scores.images["quality"])
    return FlaggedImages(np.concatenate(is_issue), np.concatenate(quality))


def _watched(chunks: Iterable[Scenes], average_precision: AveragePrecision) -> Iterable[Scenes]:
    for scenes in chunks:
        average_precision.add(scenes)
        yield scenes


def _thresholds(average_precision: FloatArray) -> FloatArray:
    """Score at which a box of each class is an issue, (K,) in [0, 1].

    Where a class's average precision is 0 it tells nothing (all of its labels may be wrong), and
    the mean of the other classes stands in for it, or 1 if there is none.
    """
    known = average_precision > 0
    typical = average_precision[known].mean() if known.any() else 1.0
    return AVERAGE_PRECISION_SHARE * np.where(known, average_precision, typical)


def _flag(scenes: Scenes, scores: Scores, thresholds: FloatArray) -> BoolArray:
    """Which images have a box at or below the threshold of its class, (N,)."""
    flagged = np.zeros(len(scenes), bool)
    for boxes, by_kind in (
        (scenes.labels, scores.labels),
        (scenes.predictions, scores.predictions),
    ):
        for values in by_kind.values():
            flagged[boxes.image[values <= thresholds[boxes.classes]]] = True
    return flagged
