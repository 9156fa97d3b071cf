"""The reference method, ObjectLab (https://arxiv.org/abs/2309.00832), in flat arrays.

A label and a prediction are as similar as their boxes overlap and their centres are near. From
that come three scores: a confident prediction far from every label was *overlooked*, a label that
a confident prediction of another class resembles is a *swap*, and a label that its own class's
predictions resemble little is *badloc*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from odquality.core.ignored import mostly_ignored
from odquality.core.scenes import Boxes, FloatArray, IntArray, Predictions, Scenes
from odquality.core.segments import segment_softmin
from odquality.kinds import BADLOC, OVERLOOKED, SWAP
from odquality.methods.interface import Scores
from odquality.methods.objectlab.evidence import (
    NO_PARTNER,
    ConfidentEvidence,
    best_location,
    confident_evidence,
    conflicting,
)
from odquality.methods.objectlab.min_similarity import min_similarity
from odquality.methods.objectlab.pixel_check import unit_extent, verify_pixels
from odquality.methods.objectlab.similarity import ALPHA
from odquality.methods.objectlab.weights import AggregationWeights

LOW_PROBABILITY = 0.5
HIGH_PROBABILITY = 0.95
TEMPERATURE = 0.1

# Offset that keeps the logarithm of a score of 0 finite.
TINY = 1e-100


@dataclass(frozen=True)
class ObjectLab:
    """Settings of the method.

    Attributes:
        weights: how much each kind of error counts in an image's score.
        overlapping_label_check: whether two labels of different classes on the same box (IoU of
            at least .95) are swaps.
        alpha: weight of IoU against the distance of the centres, in [0, 1].
        low_probability: predictions above this confidence tell about a label's location.
        high_probability: predictions of at least this confidence tell about missing labels, those
            above it about swapped ones.
        temperature: of the softmin that pools an image's box scores.
    """

    weights: AggregationWeights = field(default_factory=AggregationWeights)
    overlapping_label_check: bool = True
    alpha: float = ALPHA
    low_probability: float = LOW_PROBABILITY
    high_probability: float = HIGH_PROBABILITY
    temperature: float = TEMPERATURE

    def observe(self, scenes: Scenes) -> ObjectLabStatistics:
        """Finds the smallest similarity in these images, and whether they are in pixels."""
        return ObjectLabStatistics(
            min_similarity(scenes.labels, scenes.predictions, self.alpha),
            unit_extent(scenes.labels),
            unit_extent(scenes.predictions),
        )

    def fit(self, statistics: ObjectLabStatistics) -> ObjectLabScorer:
        """A scorer that knows the smallest similarity in the dataset, all that images share.

        Raises:
            ValueError: the boxes are evidently not in pixels.
        """
        verify_pixels("labels", statistics.label_extent)
        verify_pixels("predictions", statistics.prediction_extent)
        return ObjectLabScorer(self, statistics.min_similarity)


@dataclass(frozen=True)
class ObjectLabStatistics:
    """What images share in this method.

    Attributes:
        min_similarity: the smallest non-zero similarity of any label to any prediction of its
            image, in (0, 1].
        label_extent: of the labels, as `unit_extent` defines it.
        prediction_extent: of the predictions.
    """

    min_similarity: float
    label_extent: float
    prediction_extent: float

    def merge(self, other: ObjectLabStatistics) -> ObjectLabStatistics:
        """The statistics of the images of both."""
        return ObjectLabStatistics(
            min(self.min_similarity, other.min_similarity),
            max(self.label_extent, other.label_extent),
            max(self.prediction_extent, other.prediction_extent),
        )

    def renumbered(self, numbers: IntArray) -> ObjectLabStatistics:
        """The same: no class matters here."""
        return self


@dataclass(frozen=True)
class ObjectLabScorer:
    """The method on one dataset.

    Attributes:
        settings: of the method.
        min_similarity: the smallest non-zero similarity of any label to any prediction of its
            image in the whole dataset, in (0, 1].
    """

    settings: ObjectLab
    min_similarity: float

    def score(self, scenes: Scenes) -> Scores:
        """Scores every image and box of ``scenes``."""
        settings = self.settings
        labels, predictions = scenes.labels, scenes.predictions
        # The others, which are most of many a detector's, tell nothing of missing labels and swaps.
        confident_rows = np.flatnonzero(predictions.confidence >= settings.high_probability)
        confident = predictions.ascending(confident_rows)
        evidence = confident_evidence(labels, confident, settings.high_probability, settings.alpha)
        confident_overlooked = self._overlooked(evidence, confident, scenes.ignored)
        overlooked = np.full(len(predictions), np.nan)
        overlooked[confident_rows] = confident_overlooked
        label_scores = {
            SWAP: self._swap(evidence, labels),
            BADLOC: self._badloc(labels, predictions),
        }
        images = self._pooled(
            {
                OVERLOOKED: (confident_overlooked, confident.image),
                **{kind: (values, labels.image) for kind, values in label_scores.items()},
            },
            len(scenes),
        )
        logs = sum(
            weight * np.log(TINY + images[kind]) for kind, weight in settings.weights.items()
        )
        return Scores(
            images={"quality": np.exp(logs), **images},
            labels=label_scores,
            predictions={OVERLOOKED: overlooked},
        )

    def _pooled(
        self, scores: Mapping[str, tuple[FloatArray, IntArray]], num_images: int
    ) -> dict[str, FloatArray]:
        """Scores of the images by kind, (N,) each, of the scores and images of boxes."""
        pooled = segment_softmin(
            np.concatenate([values for values, _ in scores.values()]),
            np.concatenate([of + i * num_images for i, (_, of) in enumerate(scores.values())]),
            len(scores) * num_images,
            temperature=self.settings.temperature,
        )
        return dict(zip(scores, pooled.reshape(len(scores), num_images), strict=True))

    def _overlooked(
        self, evidence: ConfidentEvidence, predictions: Predictions, ignored: Boxes
    ) -> FloatArray:
        """Score of each prediction, (P,); NaN for no candidate."""
        candidate = evidence.apart & ~mostly_ignored(ignored, predictions, evidence.apart)
        rows = np.flatnonzero(candidate)
        nearest = evidence.nearest_label.take(rows)
        overlooked = np.full(len(predictions), np.nan)
        overlooked[rows] = np.where(
            nearest == NO_PARTNER,
            self.min_similarity * (1.0 - predictions.confidence.take(rows)),
            nearest,
        )
        return overlooked

    def _swap(self, evidence: ConfidentEvidence, labels: Boxes) -> FloatArray:
        """Score of each label, (L,)."""
        swap = np.maximum(self.min_similarity, 1.0 - evidence.other_class)
        swap[evidence.other_class == NO_PARTNER] = 1.0
        if self.settings.overlapping_label_check:
            swap[conflicting(labels)] = self.min_similarity
        return swap

    def _badloc(self, labels: Boxes, predictions: Predictions) -> FloatArray:
        """Score of each label, (L,)."""
        badloc = best_location(
            labels, predictions, self.settings.low_probability, self.settings.alpha
        )
        badloc[badloc == NO_PARTNER] = 1.0
        return badloc
