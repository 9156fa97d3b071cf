"""Which images to review: those with a box that scores low for its class."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from odquality.core.scenes import BoolArray, FloatArray, IntArray, Scenes
from odquality.methods.interface import Scores, learn
from odquality.methods.objectlab.average_precision import (
    Ranking,
    SortedPositives,
    TruePositives,
    all_confidences,
)
from odquality.methods.objectlab.scorer import ObjectLab, ObjectLabScorer, ObjectLabStatistics
from odquality.methods.objectlab.similarity import MIN_UNION

# A box is an issue if its score is at most this share of its class's average precision.
AVERAGE_PRECISION_SHARE = 0.25 * 0.8

# No average precision exceeds this.
_HIGHEST = 1.0 + 1e-9


@dataclass(frozen=True)
class FlaggedImages:
    """What was found in N images.

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
    return learn(Flagging(method), chunks()).flag_all(chunks())


@dataclass(frozen=True)
class FlaggingStatistics:
    """What flagging needs to know of a dataset before it sees it again."""

    objectlab: ObjectLabStatistics
    true_positives: TruePositives

    def merge(self, other: FlaggingStatistics) -> FlaggingStatistics:
        """The statistics of the images of both."""
        return FlaggingStatistics(
            self.objectlab.merge(other.objectlab),
            self.true_positives.merge(other.true_positives),
        )


@dataclass(frozen=True)
class Flagging:
    """ObjectLab's scores held to what the detector can do.

    Attributes:
        method: the settings of ObjectLab.
    """

    method: ObjectLab

    def observe(self, scenes: Scenes) -> FlaggingStatistics:
        """What these images tell of the dataset and of the detector."""
        positives = TruePositives.observe(scenes, min_union=MIN_UNION)
        return FlaggingStatistics(self.method.observe(scenes), positives)

    def fit(self, statistics: FlaggingStatistics) -> Flagger:
        """Prepares for the second pass.

        Raises:
            ValueError: the boxes are evidently not in pixels.
        """
        return Flagger(self.method.fit(statistics.objectlab), statistics.true_positives.sorted())


@dataclass(frozen=True)
class Flagger:
    """Flags images of a dataset that was seen once.

    Attributes:
        scorer: of the boxes.
        true_positives: of the whole dataset.
    """

    scorer: ObjectLabScorer
    true_positives: SortedPositives

    def flag_all(self, chunks: Iterable[Scenes]) -> FlaggedImages:
        """Flags the images that have a box at or below the threshold of its class.

        What the thresholds are is known when the last image was seen; until then, the boxes that
        may be issues are remembered.

        Args:
            chunks: the dataset, all of it.
        """
        ranking = Ranking(self.true_positives)
        quality, suspects = [], []
        num_images = 0
        for scenes in chunks:
            ranking.add(all_confidences(scenes))
            scores = self.scorer.score(scenes)
            quality.append(scores.images["quality"])
            suspects.append(_suspects(scenes, scores, num_images))
            num_images += len(scenes)
        classes, precision = ranking.per_class()
        thresholds = _thresholds(precision)
        is_issue = np.zeros(num_images, bool)
        for image, of_class, score in suspects:
            low = score <= thresholds[np.searchsorted(classes, of_class.astype(np.int64))]
            is_issue[image[low]] = True
        return FlaggedImages(is_issue, np.concatenate(quality))


def _suspects(
    scenes: Scenes, scores: Scores, first_image: int
) -> tuple[NDArray[Any], NDArray[Any], FloatArray]:
    """Image, class and score of the boxes that score low enough for some threshold, (n,) each.

    Whole numbers take as few bytes as they need.
    """
    found = []
    for boxes, by_kind in (
        (scenes.labels, scores.labels),
        (scenes.predictions, scores.predictions),
    ):
        for values in by_kind.values():
            rows = np.flatnonzero(values <= AVERAGE_PRECISION_SHARE * _HIGHEST)
            found.append((first_image + boxes.image[rows], boxes.classes[rows], values[rows]))
    image, of_class, score = (np.concatenate(column) for column in zip(*found, strict=True))
    return _shortest(image), _shortest(of_class), score


def _shortest(numbers: IntArray) -> NDArray[Any]:
    """Whole numbers of at least 0 in the smallest type that holds them all."""
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))


def _thresholds(average_precision: FloatArray) -> FloatArray:
    """Score at which a box of each class is an issue, (K,) in [0, 1].

    Where a class's average precision is 0 it tells nothing (all of its labels may be wrong), and
    the mean of the other classes stands in for it, or 1 if there is none.
    """
    known = average_precision > 0
    typical = average_precision[known].mean() if known.any() else 1.0
    return AVERAGE_PRECISION_SHARE * np.where(known, average_precision, typical)
