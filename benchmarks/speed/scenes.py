"""Random scenes that look like a detector's output on an annotated dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from odquality.core.scenes import FloatArray, IntArray

WIDTH, HEIGHT = 640.0, 480.0
SMALLEST, LARGEST = 16.0, 240.0
DENSE_SIDES = (3.0, 9.0)

# Share of the predictions that lie on an object; the others lie anywhere.
ON_OBJECT = 0.5


@dataclass(frozen=True)
class Scenes:
    """N images in the public form.

    Attributes:
        labels: N dicts.
        predictions: N arrays (P, K + 5), views of one array.
        num_classes: K.
    """

    labels: list[dict[str, Any]]
    predictions: list[FloatArray]
    num_classes: int

    def by_class(self) -> list[list[FloatArray]]:
        """Predictions as the reference implementation takes them: K arrays (M, 5) per image."""
        result = []
        for rows in self.predictions:
            classes = rows[:, 5:].argmax(axis=1)
            result.append([rows[classes == number, :5] for number in range(self.num_classes)])
        return result


def make_scenes(
    num_images: int, num_labels: int, num_predictions: int, num_classes: int, *, seed: int = 51
) -> Scenes:
    """Makes scenes; predictions of an object are jittered and of its class nine times in ten."""
    rng = np.random.default_rng(seed)
    boxes = _boxes(rng, num_images * num_labels)
    classes = rng.integers(0, num_classes, num_images * num_labels)
    total = num_images * num_predictions
    predictions = np.empty((total, 5 + num_classes))
    image = np.repeat(np.arange(num_images), num_predictions)
    near = image * num_labels + rng.integers(0, num_labels, total)
    jitter = rng.normal(0, 6, (total, 4))
    predictions[:, :4] = np.sort((boxes[near] + jitter).reshape(-1, 2, 2), axis=1).reshape(-1, 4)
    anywhere = np.flatnonzero(rng.random(total) >= ON_OBJECT)
    predictions[anywhere, :4] = _boxes(rng, len(anywhere))
    predictions[:, 4] = rng.random(total)
    other = rng.random(total) < 0.1
    found = np.where(other, rng.integers(0, num_classes, total), classes[near])
    _fill_probabilities(predictions[:, 5:], found, rng)
    return Scenes(
        [
            {"bboxes": image_boxes, "labels": image_classes}
            for image_boxes, image_classes in zip(
                boxes.reshape(num_images, num_labels, 4),
                classes.reshape(num_images, num_labels),
                strict=True,
            )
        ],
        list(predictions.reshape(num_images, num_predictions, -1)),
        num_classes,
    )


def make_dense_scenes(
    num_images: int, num_boxes: int, num_classes: int, *, seed: int = 51
) -> Scenes:
    """Makes scenes of many small objects (cells, shelves), each with a label and a prediction."""
    rng = np.random.default_rng(seed)
    total = num_images * num_boxes
    sides = rng.uniform(*DENSE_SIDES, (total, 2))
    corner = rng.random((total, 2)) * (np.array([WIDTH, HEIGHT]) - sides)
    boxes = np.hstack([corner, corner + sides])
    classes = rng.integers(0, num_classes, total)
    predictions = np.empty((total, 5 + num_classes))
    predictions[:, :4] = boxes + np.tile(rng.normal(0, 0.5, (total, 2)), 2)
    predictions[:, 4] = rng.beta(2, 0.5, total)
    other = rng.random(total) < 0.02
    found = np.where(other, rng.integers(0, num_classes, total), classes)
    _fill_probabilities(predictions[:, 5:], found, rng)
    return Scenes(
        [
            {"bboxes": image_boxes, "labels": image_classes}
            for image_boxes, image_classes in zip(
                boxes.reshape(num_images, num_boxes, 4),
                classes.reshape(num_images, num_boxes),
                strict=True,
            )
        ],
        list(predictions.reshape(num_images, num_boxes, -1)),
        num_classes,
    )


def _boxes(rng: np.random.Generator, number: int) -> FloatArray:
    """Boxes inside the image, sides spread evenly over the orders of magnitude, (n, 4)."""
    sides = np.exp(rng.uniform(np.log(SMALLEST), np.log(LARGEST), (number, 2)))
    corner = rng.random((number, 2)) * (np.array([WIDTH, HEIGHT]) - sides)
    return np.hstack([corner, corner + sides])


def _fill_probabilities(
    probabilities: FloatArray, classes: IntArray, rng: np.random.Generator
) -> None:
    """Fills rows that add up to 1 and are largest at the given class."""
    num_classes = probabilities.shape[1]
    largest = rng.uniform(0.6, 1.0, len(classes))
    probabilities[:] = ((1 - largest) / max(1, num_classes - 1))[:, None]
    probabilities[np.arange(len(classes)), classes] = largest
