"""Small detection datasets made from a seed, in the forms that the scorer takes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Labels = list[dict[str, Array]]
PerClass = list[list[Array]]

CONFIDENCES = np.array([0.05, 0.3, 0.5, 0.51, 0.7, 0.94, 0.95, 0.951, 0.99, 1.0])


def labels_of(*images: list[tuple[Any, int]]) -> Labels:
    """Labels of images that are given as lists of (corners, class)."""
    return [
        {
            "bboxes": np.array([box for box, _ in boxes], float).reshape(-1, 4),
            "labels": np.array([number for _, number in boxes], int),
        }
        for boxes in images
    ]


def rows_of(*boxes: tuple[Any, int, float], num_classes: int = 3) -> Array:
    """Predictions of one image from (corners, class, confidence), with class probabilities."""
    rows = np.zeros((len(boxes), num_classes + 5))
    for row, (box, number, confidence) in zip(rows, boxes, strict=True):
        row[:5] = [*box, confidence]
        row[5 + number] = 1.0
    return rows


def to_rows(predictions: PerClass) -> list[Array]:
    """The per-class layout as one array (P, K + 5) per image, class by class."""
    images = []
    for per_class in predictions:
        num_classes = len(per_class)
        rows = [
            np.column_stack([boxes, np.tile(np.eye(num_classes)[number], (len(boxes), 1))])
            for number, boxes in enumerate(per_class)
        ]
        images.append(np.concatenate(rows))
    return images


def random_scenes(
    seed: int,
    num_images: int,
    *,
    num_classes: int = 3,
    max_labels: int = 6,
    max_predictions: int = 20,
    size: float = 500.0,
) -> tuple[Labels, PerClass]:
    """Labels and per-class predictions, some of which agree.

    One image in eight has no labels and one in eight no predictions; some labels lie twice on a
    box; some confidences lie exactly on the method's thresholds.
    """
    rng = np.random.default_rng(seed)
    labels, predictions = [], []
    for _ in range(num_images):
        boxes, classes = _labels(rng, num_classes, max_labels, size)
        labels.append({"bboxes": boxes, "labels": classes})
        predictions.append(_predictions(rng, boxes, classes, num_classes, max_predictions, size))
    return labels, predictions


def _labels(
    rng: np.random.Generator, num_classes: int, largest: int, size: float
) -> tuple[Array, Array]:
    number = 0 if rng.random() < 1 / 8 else int(rng.integers(1, largest + 1))
    boxes = _boxes(rng, number, size)
    classes = rng.integers(num_classes, size=number)
    if number > 1 and rng.random() < 0.3:
        boxes[1] = boxes[0] + rng.uniform(0, 0.2, 4).round(2)
        classes[1] = rng.integers(num_classes)
    return boxes, classes


def _predictions(
    rng: np.random.Generator,
    boxes: Array,
    classes: Array,
    num_classes: int,
    largest: int,
    size: float,
) -> list[Array]:
    number = 0 if rng.random() < 1 / 8 else int(rng.integers(0, largest + 1))
    found = _boxes(rng, number, size)
    numbers = rng.integers(num_classes, size=number)
    confidence = np.where(
        rng.random(number) < 0.3, rng.choice(CONFIDENCES, number), rng.random(number).round(4)
    )
    for row in range(min(number, len(boxes))):
        if rng.random() < 0.8:
            found[row] = boxes[row] + rng.uniform(-4, 4, 4).round(2)
            found[row, 2:] = np.maximum(found[row, 2:], found[row, :2])
            numbers[row] = classes[row] if rng.random() < 0.8 else rng.integers(num_classes)
            confidence[row] = round(rng.uniform(0.4, 1), 4)
    rows = np.column_stack([found, confidence])
    return [rows[numbers == number] for number in range(num_classes)]


def _boxes(rng: np.random.Generator, number: int, size: float) -> Array:
    corner = rng.uniform(0, size * 0.9, (number, 2))
    return np.concatenate([corner, corner + rng.uniform(3, size / 3, (number, 2))], axis=1).round(2)
