"""The form of the data that is benchmarked, and its conversion to the public form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from odquality.core.scenes import BoolArray, Boxes, FloatArray, IntArray, Predictions


@dataclass(frozen=True)
class DetectionData:
    """Labels and predictions of N images.

    Attributes:
        name: what to call the data in tables.
        class_names: K names, which the classes of labels and predictions index.
        image_sizes: (N, 2) float64 width and height in pixels.
        labels: boxes in pixels.
        iscrowd: (number of labels,) true for regions that are not reviewed.
        predictions: boxes in pixels; within each image ordered by class.
        probabilities: (number of predictions, K) float64 in [0, 1], the largest of which is that of
            the predicted class; None where the detector gives none.
    """

    name: str
    class_names: tuple[str, ...]
    image_sizes: FloatArray
    labels: Boxes
    iscrowd: BoolArray
    predictions: Predictions
    probabilities: FloatArray | None = None

    def __len__(self) -> int:
        """Number of images."""
        return len(self.image_sizes)

    def with_labels(self, labels: Boxes, iscrowd: BoolArray) -> DetectionData:
        """The same images and predictions with other labels."""
        return replace(self, labels=labels, iscrowd=iscrowd)

    def label_dicts(self) -> list[dict[str, Any]]:
        """N dicts of ``bboxes`` (L, 4), ``labels`` (L,) and ``iscrowd`` (L,)."""
        at = self.labels.offsets[1:-1]
        return [
            {"bboxes": boxes, "labels": classes, "iscrowd": crowd}
            for boxes, classes, crowd in zip(
                np.split(self.labels.xyxy, at),
                np.split(self.labels.classes, at),
                np.split(self.iscrowd, at),
                strict=True,
            )
        ]

    def prediction_rows(self) -> list[FloatArray] | list[list[FloatArray]]:
        """All that is known of the predictions.

        N arrays (P, K + 5) ``x1, y1, x2, y2, confidence, p(0), ..., p(K - 1)``; without class
        probabilities those of `predictions_by_class`.
        """
        if self.probabilities is None:
            return self.predictions_by_class()
        found = self.predictions
        rows = np.hstack([found.xyxy, found.confidence[:, None], self.probabilities])
        return np.split(rows, found.offsets[1:-1])

    def of_images(self, images: IntArray) -> DetectionData:
        """Some images alone, in the order of ``images``, (n,) int64."""
        labels = rows_of_images(self.labels, images)
        rows = rows_of_images(self.predictions, images)
        return replace(
            self,
            image_sizes=self.image_sizes[images],
            labels=self.labels.of_images(images),
            iscrowd=self.iscrowd[labels],
            predictions=self.predictions.of_images(images),
            probabilities=None if self.probabilities is None else self.probabilities[rows],
        )

    def predictions_by_class(self) -> list[list[FloatArray]]:
        """N lists of K arrays (M, 5) ``x1, y1, x2, y2, confidence``."""
        num_classes = len(self.class_names)
        rows = np.hstack([self.predictions.xyxy, self.predictions.confidence[:, None]])
        group = self.predictions.image * num_classes + self.predictions.classes
        counts = np.bincount(group, minlength=len(self) * num_classes)
        arrays = np.split(rows, np.cumsum(counts)[:-1])
        return [arrays[i : i + num_classes] for i in range(0, len(arrays), num_classes)]


def make_boxes(image: IntArray, xyxy: FloatArray, classes: IntArray, num_images: int) -> Boxes:
    """Boxes whose (n,) images are in ascending order."""
    return Boxes(
        xyxy.astype(np.float64).reshape(-1, 4),
        classes.astype(np.int64),
        np.bincount(image, minlength=num_images),
    )


def make_predictions(
    image: IntArray,
    xyxy: FloatArray,
    classes: IntArray,
    confidence: FloatArray,
    num_images: int,
) -> Predictions:
    """Predictions in any order, put in the order of image and class."""
    order = prediction_order(image, classes)
    boxes = make_boxes(image[order], xyxy[order], classes[order], num_images)
    return Predictions(
        boxes.xyxy,
        boxes.classes,
        boxes.counts,
        confidence[order].astype(np.float64),
    )


def prediction_order(image: IntArray, classes: IntArray) -> IntArray:
    """The order that sorts predictions by image and class."""
    return np.lexsort((classes, image))


def rows_of_images(boxes: Boxes, images: IntArray) -> IntArray:
    """Rows of the boxes of some images, image after image in the order given."""
    counts = boxes.counts[images]
    first = boxes.offsets[:-1][images] - (np.cumsum(counts) - counts)
    return np.repeat(first, counts) + np.arange(counts.sum())
