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
    """

    name: str
    class_names: tuple[str, ...]
    image_sizes: FloatArray
    labels: Boxes
    iscrowd: BoolArray
    predictions: Predictions

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
    order = np.lexsort((classes, image))
    boxes = make_boxes(image[order], xyxy[order], classes[order], num_images)
    return Predictions(
        boxes.xyxy,
        boxes.classes,
        boxes.counts,
        confidence[order].astype(np.float64),
    )


def rows_of_images(boxes: Boxes, images: IntArray) -> IntArray:
    """Rows of the boxes of some images, image after image in the order given."""
    counts = boxes.counts[images]
    first = boxes.offsets[:-1][images] - (np.cumsum(counts) - counts)
    return np.repeat(first, counts) + np.arange(counts.sum())
