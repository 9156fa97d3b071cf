"""From scores to issues: which images to review."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from odquality.core.average_precision import AveragePrecision
from odquality.core.class_numbers import ClassNumbers
from odquality.core.listed import ListedScenes
from odquality.core.method import Scores
from odquality.core.objectlab import ObjectLab
from odquality.core.scenes import BoolArray, FloatArray, IntArray, Scenes

# A box is an issue if its score is at most this share of its class's average precision.
AVERAGE_PRECISION_SHARE = 0.25 * 0.8


def issues_from_scores(label_quality_scores: Any, *, threshold: float = 0.1) -> IntArray:
    """The images whose score is at most a threshold, the worst first.

    Args:
        label_quality_scores: (N,) scores in [0, 1]; NaN for unscored images, which are left out.
        threshold: in [0, 1].

    Returns:
        (n,) int64 indices of images; equal scores stay in the order of the images.

    Raises:
        ValueError: the scores are not one-dimensional, or the threshold lies outside [0, 1].
    """
    scores = np.asarray(label_quality_scores, dtype=np.float64)
    if scores.ndim != 1:
        raise ValueError(f"label_quality_scores has shape {scores.shape}; expected (N,)")
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold is {threshold}; expected a number in [0, 1]")
    issues = np.flatnonzero(scores <= threshold)
    return issues[np.argsort(scores[issues], kind="stable")]


@dataclass(frozen=True)
class FlaggedImages:
    """What `flag_images` found.

    Attributes:
        is_issue: (N,) bool.
        quality: (N,) float64, the images' scores.
    """

    is_issue: BoolArray
    quality: FloatArray


def flag_images(method: ObjectLab, data: ListedScenes) -> FlaggedImages:
    """Flags the images of which any box scores low for what the detector can do in its class."""
    average_precision, numbers = AveragePrecision(), ClassNumbers()
    chunks = (numbers.apply(scenes) for scenes in data.scenes())
    scorer = method.fit(_watched(chunks, average_precision))
    thresholds = _thresholds(average_precision.per_class())
    is_issue, quality = [], []
    for chunk in data:
        scenes = numbers.apply(chunk.scenes)
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
