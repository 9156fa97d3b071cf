"""The reference method, ObjectLab (https://arxiv.org/abs/2309.00832), in flat arrays.

A label and a prediction are as similar as their boxes overlap and their centres are near. From
that come three scores: a confident prediction far from every label was *overlooked*, a label that
a confident prediction of another class resembles is a *swap*, and a label that its own class's
predictions resemble little is *badloc*.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from odquality.core.geometry import (
    box_area,
    box_intersection,
    box_iou,
    squared_distance,
)
from odquality.core.pairs import iter_pairs, iter_same_class_pairs
from odquality.core.scenes import (
    IGNORED_SHARE,
    BoolArray,
    Boxes,
    FloatArray,
    IntArray,
    Predictions,
    Scenes,
)
from odquality.core.segments import segment_softmin
from odquality.methods.interface import Scores
from odquality.methods.objectlab.min_similarity import min_similarity
from odquality.methods.objectlab.pixel_check import unit_extent, verify_pixels
from odquality.methods.objectlab.similarity import ALPHA, similarity
from odquality.methods.objectlab.weights import AggregationWeights

LOW_PROBABILITY = 0.5
HIGH_PROBABILITY = 0.95
TEMPERATURE = 0.1
LABEL_OVERLAP = 0.95

# Offset that keeps the logarithm of a score of 0 finite.
TINY = 1e-100

# Marks a box without any partner; a similarity is never negative.
_NO_PARTNER = -1.0


@dataclass(frozen=True)
class ObjectLab:
    """Settings of the method.

    Attributes:
        weights: how much each kind of error counts in an image's score.
        overlapping_label_check: whether two labels of different classes on the same box (IoU of
            at least .95) are swaps.
        alpha: weight of IoU against the distance of the centres, in [0, 1].
        low_probability: predictions above this confidence tell about a label's location.
        high_probability: predictions of at least this confidence tell about missing and swapped
            labels.
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
        label_scores, overlooked = self._box_scores(scenes)
        label_image, prediction_image = scenes.labels.image, scenes.predictions.image

        def pool(values: FloatArray, image: IntArray) -> FloatArray:
            temperature = self.settings.temperature
            return segment_softmin(values, image, len(scenes), temperature=temperature)

        images = {"overlooked": pool(overlooked, prediction_image)}
        images |= {kind: pool(values, label_image) for kind, values in label_scores.items()}
        logs = sum(
            weight * np.log(TINY + images[kind]) for kind, weight in self.settings.weights.items()
        )
        return Scores(
            images={"quality": np.exp(logs), **images},
            labels=label_scores,
            predictions={"overlooked": overlooked},
        )

    def _box_scores(self, scenes: Scenes) -> tuple[dict[str, FloatArray], FloatArray]:
        """Scores of the labels (L,) by kind, and overlooked scores of the predictions (P,)."""
        settings, labels, predictions = self.settings, scenes.labels, scenes.predictions
        confidence = predictions.confidence
        rows = np.flatnonzero(confidence >= settings.high_probability)
        confident = predictions.take(rows)
        evidence = _confident_evidence(settings, labels, confident)

        candidate = ~evidence.overlaps & ~_mostly_ignored(scenes.ignored, confident)
        nearest = np.where(
            evidence.nearest_label == _NO_PARTNER,
            self.min_similarity * (1.0 - confident.confidence),
            evidence.nearest_label,
        )
        overlooked = np.full(len(predictions), np.nan)
        overlooked[rows] = np.where(candidate, nearest, np.nan)

        swap = np.maximum(self.min_similarity, 1.0 - evidence.other_class)
        swap[evidence.other_class == _NO_PARTNER] = 1.0
        if settings.overlapping_label_check:
            swap[_conflicting(labels)] = self.min_similarity

        likely = predictions.take(np.flatnonzero(confidence > settings.low_probability))
        badloc = _best_location(settings.alpha, labels, likely)
        badloc[badloc == _NO_PARTNER] = 1.0
        return {"swap": swap, "badloc": badloc}, overlooked


@dataclass(frozen=True)
class _ConfidentEvidence:
    """What highly confident predictions (C,) and labels (L,) of an image say of each other.

    Attributes:
        nearest_label: (C,) largest similarity to a label of the same class, or -1.
        overlaps: (C,) bool, whether a prediction overlaps any label.
        other_class: (L,) largest similarity to a prediction of another class above the high
            probability, or -1.
    """

    nearest_label: FloatArray
    overlaps: BoolArray
    other_class: FloatArray


def _confident_evidence(
    settings: ObjectLab, labels: Boxes, confident: Predictions
) -> _ConfidentEvidence:
    nearest_label = np.full(len(confident), _NO_PARTNER)
    overlaps = np.zeros(len(confident), bool)
    other_class = np.full(len(labels), _NO_PARTNER)
    above_high = confident.confidence > settings.high_probability
    for label, prediction in iter_pairs(labels.counts, confident.counts):
        iou = _iou(labels, label, confident, prediction)
        similar = _similarity(settings.alpha, iou, labels, label, confident, prediction)
        overlaps[prediction[iou > 0]] = True
        same = labels.classes[label] == confident.classes[prediction]
        np.maximum.at(nearest_label, prediction[same], similar[same])
        other = ~same & above_high[prediction]
        np.maximum.at(other_class, label[other], similar[other])
    return _ConfidentEvidence(nearest_label, overlaps, other_class)


def _best_location(alpha: float, labels: Boxes, likely: Predictions) -> FloatArray:
    """Largest similarity of each label to an overlapping prediction of its class, (L,); or -1."""
    best = np.full(len(labels), _NO_PARTNER)
    for label, prediction in iter_same_class_pairs(labels, likely):
        iou = _iou(labels, label, likely, prediction)
        overlapping = np.flatnonzero(iou)
        label, prediction = label.take(overlapping), prediction.take(overlapping)
        similar = _similarity(alpha, iou.take(overlapping), labels, label, likely, prediction)
        np.maximum.at(best, label, similar)
    return best


def _iou(first: Boxes, first_rows: IntArray, second: Boxes, second_rows: IntArray) -> FloatArray:
    # `take` is several times as fast as indexing by brackets.
    return box_iou(first.columns.take(first_rows, axis=1), second.columns.take(second_rows, axis=1))


def _similarity(
    alpha: float,
    iou: FloatArray,
    labels: Boxes,
    label: IntArray,
    predictions: Boxes,
    prediction: IntArray,
) -> FloatArray:
    distance = squared_distance(
        labels.centres.take(label, axis=1), predictions.centres.take(prediction, axis=1)
    )
    return similarity(iou, distance, alpha)


def _conflicting(labels: Boxes) -> BoolArray:
    """Which labels share their box with a label of another class, (L,) bool."""
    conflicting = np.zeros(len(labels), bool)
    for first, second in iter_pairs(labels.counts, labels.counts):
        iou = _iou(labels, first, labels, second)
        same_box = np.flatnonzero(iou >= LABEL_OVERLAP)
        first, second = first.take(same_box), second.take(same_box)
        conflicting[first[labels.classes[first] != labels.classes[second]]] = True
    return conflicting


def _mostly_ignored(regions: Boxes, predictions: Predictions) -> BoolArray:
    """Which predictions lie mostly in an ignored region of their image, (P,) bool."""
    ignored = np.zeros(len(predictions), bool)
    for region, prediction in iter_pairs(regions.counts, predictions.counts):
        box = predictions.columns[:, prediction]
        inside = box_intersection(regions.columns[:, region], box)
        area = box_area(box)
        ignored[prediction[(inside >= IGNORED_SHARE * area) & (area > 0)]] = True
    return ignored
