"""A synthetic dataset with a detector that is neither perfect nor confident."""

from __future__ import annotations

import numpy as np

from odquality.core.scenes import Boxes, Predictions, Scenes

NUM_IMAGES = 300
NUM_CLASSES = 4
NO_REGIONS = Boxes(np.zeros((0, 4)), np.zeros(0, np.int64), np.zeros(NUM_IMAGES, np.int64))


def synthetic_scenes(seed: int) -> Scenes:
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
