"""What every scoring method is: something that learns from a dataset and then scores its images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from odquality.core.scenes import FloatArray, IntArray, Scenes


@dataclass(frozen=True)
class Scores:
    """Scores of the images and boxes of one `Scenes`; in [0, 1], lower = more likely mislabelled.

    Attributes:
        images: (N,) float64 per name; ``quality`` combines the others.
        labels: (number of labels,) float64 per name.
        predictions: (number of predictions,) float64 per name; NaN where the name does not apply.
        evidence: per kind of label error, (number of labels,) int64: the row of the prediction
            (for ``duplicate``, of the other label) that speaks for the error, -1 for none. Empty
            for methods that give no evidence.
    """

    images: Mapping[str, FloatArray]
    labels: Mapping[str, FloatArray]
    predictions: Mapping[str, FloatArray]
    evidence: Mapping[str, IntArray] = field(default_factory=dict)


class Scorer(Protocol):
    """A method that has learned all it needs of the dataset, and scores images one by one."""

    def score(self, scenes: Scenes) -> Scores:
        """Scores every image and box of ``scenes``."""
        ...


class Method(Protocol):
    """A scoring method and its settings."""

    def fit(self, chunks: Iterable[Scenes]) -> Scorer:
        """Learns what depends on the whole dataset, in one pass over chunks of its images."""
        ...
