"""Which images to review: those with a box that scores low for its class."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from odquality.core.scenes import BoolArray, FloatArray, IntArray, Scenes
from odquality.methods.interface import learn
from odquality.methods.objectlab.average_precision import AveragePrecision
from odquality.methods.objectlab.scorer import ObjectLab, ObjectLabScorer, ObjectLabStatistics

# A box is an issue if its score is at most this share of its class's average precision.
AVERAGE_PRECISION_SHARE = 0.25 * 0.8


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
    flagger = learn(Flagging(method), chunks())
    parts = [flagger.flag(scenes) for scenes in chunks()]
    return FlaggedImages(
        np.concatenate([part.is_issue for part in parts]),
        np.concatenate([part.quality for part in parts]),
    )


@dataclass(frozen=True)
class FlaggingStatistics:
    """What flagging needs to know of a dataset, in eight bytes per prediction."""

    objectlab: ObjectLabStatistics
    average_precision: AveragePrecision

    def merge(self, other: FlaggingStatistics) -> FlaggingStatistics:
        """The statistics of the images of both."""
        return FlaggingStatistics(
            self.objectlab.merge(other.objectlab),
            self.average_precision.merge(other.average_precision),
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
        return FlaggingStatistics(self.method.observe(scenes), AveragePrecision.observe(scenes))

    def fit(self, statistics: FlaggingStatistics) -> Flagger:
        """Sets the thresholds of a dataset.

        Raises:
            ValueError: the boxes are evidently not in pixels.
        """
        classes, precision = statistics.average_precision.per_class()
        return Flagger(self.method.fit(statistics.objectlab), classes, _thresholds(precision))


@dataclass(frozen=True)
class Flagger:
    """Flags images of a dataset that is known.

    Attributes:
        scorer: of the boxes.
        classes: (K,) int64 all classes of the dataset, ascending.
        thresholds: (K,) float64 in [0, 1], the score at which a box of each class is an issue.
    """

    scorer: ObjectLabScorer
    classes: IntArray
    thresholds: FloatArray

    def flag(self, scenes: Scenes) -> FlaggedImages:
        """Flags the images that have a box at or below the threshold of its class."""
        scores = self.scorer.score(scenes)
        flagged = np.zeros(len(scenes), bool)
        for boxes, by_kind in (
            (scenes.labels, scores.labels),
            (scenes.predictions, scores.predictions),
        ):
            thresholds = self.thresholds[np.searchsorted(self.classes, boxes.classes)]
            for values in by_kind.values():
                flagged[boxes.image[values <= thresholds]] = True
        return FlaggedImages(flagged, scores.images["quality"])


def _thresholds(average_precision: FloatArray) -> FloatArray:
    """Score at which a box of each class is an issue, (K,) in [0, 1].

    Where a class's average precision is 0 it tells nothing (all of its labels may be wrong), and
    the mean of the other classes stands in for it, or 1 if there is none.
    """
    known = average_precision > 0
    typical = average_precision[known].mean() if known.any() else 1.0
    return AVERAGE_PRECISION_SHARE * np.where(known, average_precision, typical)
