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


@pytest.fixture(scope="session")
def permute():
    """Puts the images of scenes in another order, or selects some."""
    return Scenes.of_images
