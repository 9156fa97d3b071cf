"""What every method under test gives: how suspicious each image and box is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.accuracy.data import DetectionData, rows_of_images
from odquality.arrays.api import score_labels
from odquality.core.scenes import FloatArray, IntArray
from odquality.kinds import ANY, KINDS, LABEL_KINDS


@dataclass(frozen=True)
class Suspicion:
    """Suspicions, higher = more likely wrong, of any range; NaN = not scored.

    Where a tool has no score of a kind, its score of any error stands in.

    Attributes:
        images: (N,) float64 per kind and for ``any``.
        labels: (number of labels,) float64 per kind that is told of labels and for ``any``.
        predictions: (number of predictions,) float64: is it an overlooked object?
        expected: (N,) float64 per kind and for ``any``: the expected number of errors of each
            image; None for methods that do not tell.
    """

    images: Mapping[str, FloatArray]
    labels: Mapping[str, FloatArray]
    predictions: FloatArray
    expected: Mapping[str, FloatArray] | None = None

    def take(self, data: DetectionData, images: IntArray) -> Suspicion:
        """The suspicions of some images of the data, in the order given."""
        labels = rows_of_images(data.labels, images)
        predictions = rows_of_images(data.predictions, images)
        return Suspicion(
            {kind: values[images] for kind, values in self.images.items()},
            {kind: values[labels] for kind, values in self.labels.items()},
            self.predictions[predictions],
        )


def score_by_odquality(data: DetectionData, method: str) -> Suspicion:
    """Scores by a method of odquality."""
    quality = score_labels(
        data.label_dicts(), data.prediction_rows(), method=method, image_sizes=data.image_sizes
    )
    images = {name: 1 - scores for name, scores in quality.scores.items()}
    labels = {name: 1 - flatten(scores) for name, scores in quality.label_scores.items()}
    any_label: FloatArray = np.fmax.reduce(list(labels.values()))
    any_label = labels.get("quality", any_label)
    expected = quality.expected_errors
    return Suspicion(
        {ANY: images["quality"], **{kind: images.get(kind, images["quality"]) for kind in KINDS}},
        {ANY: any_label, **{kind: labels.get(kind, any_label) for kind in LABEL_KINDS}},
        1 - flatten(quality.prediction_scores["overlooked"]),
        expected or None,
    )


def flatten(scores: list[FloatArray]) -> FloatArray:
    """Scores of all boxes, image after image."""
    return np.concatenate([np.empty(0), *scores])
