"""Scenes, and what one does with them."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.core.scenes import Boxes, FloatArray, IntArray, Predictions, Scenes
from tests.synthetic import synthetic_scenes


@pytest.fixture(scope="session")
def clean() -> Scenes:
    """Scenes whose labels are right."""
    return synthetic_scenes(seed=7)


@pytest.fixture(scope="session")
def make_scenes():
    """Scenes of one image from lists of labels and predictions."""

    def boxes(rows: list[tuple[float, ...]]) -> tuple[FloatArray, IntArray, IntArray]:
        table = np.array(rows, dtype=float).reshape(-1, 5)
        return table[:, :4], table[:, 4].astype(np.int64), np.array([len(rows)], dtype=np.int64)

    def make(
        labels: list[tuple[float, ...]],
        predictions: list[tuple[float, ...]],
        ignored: list[tuple[float, ...]] | None = None,
    ) -> Scenes:
        confidence = np.array([row[5] for row in predictions], dtype=float)
        return Scenes(
            Boxes(*boxes(labels)),
            Predictions(*boxes([row[:5] for row in predictions]), confidence),
            Boxes(*boxes(ignored or [])),
        )

    return make


def _permuted(scenes: Scenes, order: IntArray) -> Scenes:
    """The images in another order."""

    def rows(boxes: Boxes) -> IntArray:
        return np.concatenate(
            [np.arange(boxes.offsets[i], boxes.offsets[i + 1]) for i in order]
        ).astype(np.int64)

    def take(boxes: Boxes) -> Boxes:
        kept = rows(boxes)
        return Boxes(boxes.xyxy[kept], boxes.classes[kept], boxes.counts[order])

    predictions = take(scenes.predictions)
    return Scenes(
        take(scenes.labels),
        Predictions(
            predictions.xyxy,
            predictions.classes,
            predictions.counts,
            scenes.predictions.confidence[rows(scenes.predictions)],
        ),
        take(scenes.ignored),
    )


@pytest.fixture(scope="session")
def permute():
    """Puts the images of scenes in another order, or selects some."""
    return _permuted
