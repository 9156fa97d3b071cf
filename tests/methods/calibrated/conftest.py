"""A synthetic dataset with a detector that is neither perfect nor confident."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.core.scenes import Boxes, FloatArray, IntArray, Predictions, Scenes

NUM_IMAGES = 300
NUM_CLASSES = 4
NO_REGIONS = Boxes(np.zeros((0, 4)), np.zeros(0, np.int64), np.zeros(NUM_IMAGES, np.int64))


def _synthetic(seed: int) -> Scenes:
    """One to five objects an image, 90% of them found, a false alarm in every image."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 6, NUM_IMAGES)
    image = np.repeat(np.arange(NUM_IMAGES), counts)
    # Objects stand in cells of a grid, so that they do not overlap much.
    cell = np.concatenate([rng.permutation(9)[:count] for count in counts])
    corner = np.stack([cell % 3, cell // 3], axis=1) * 200.0 + rng.uniform(0, 60, (len(cell), 2))
    xyxy = np.hstack([corner, corner + rng.uniform(60, 130, (len(cell), 2))])
    classes = rng.integers(NUM_CLASSES, size=len(cell))

    found = rng.random(len(cell)) < 0.9
    size = np.tile(xyxy[:, 2:] - xyxy[:, :2], 2)
    located = (xyxy + rng.normal(0, 0.03, xyxy.shape) * size)[found]
    noise_corner = rng.uniform(0, 500, (NUM_IMAGES, 2))
    noise = np.hstack([noise_corner, noise_corner + rng.uniform(40, 120, (NUM_IMAGES, 2))])
    predicted_image = np.concatenate([image[found], np.arange(NUM_IMAGES)])
    order = np.argsort(predicted_image, kind="stable")
    confidence = np.concatenate(
        [rng.beta(6, 2, np.count_nonzero(found)), rng.beta(1, 8, NUM_IMAGES)]
    )
    predicted_classes = np.concatenate([classes[found], rng.integers(NUM_CLASSES, size=NUM_IMAGES)])
    return Scenes(
        Boxes(xyxy, classes, counts),
        Predictions(
            np.concatenate([located, noise])[order],
            predicted_classes[order],
            np.bincount(predicted_image, minlength=NUM_IMAGES),
            confidence[order],
        ),
        NO_REGIONS,
    )


@pytest.fixture(scope="session")
def clean() -> Scenes:
    """Scenes whose labels are right."""
    return _synthetic(seed=7)


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
