"""What a summary needs to know of every box, in flat arrays."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from odquality.arrays.image_lists import ImageChunk, ImageLists
from odquality.core.geometry import box_area
from odquality.core.scenes import Boxes, FloatArray, IntArray
from odquality.methods.objectlab.average_precision import AveragePrecision
from odquality.summaries.confusion import confused

# Class of a region to ignore.
IGNORED = -1


@dataclass(frozen=True)
class SummaryColumns:
    """The boxes of N images.

    Attributes:
        given_counts: (N,) int64 number of labels of each image, regions to ignore included.
        given_classes: (sum of given_counts,) int64 their classes, `IGNORED` for regions to ignore.
        label_counts: (N,) int64 number of labels of each image without those.
        label_classes: (L,) int64 classes of the labels.
        label_areas: (L,) float64 areas of the labels, as shares of their images' where the images'
            sizes are known.
        found_counts: (N,) int64 number of predictions of each image, the others included.
        prediction_counts: (N,) int64 number of confident predictions of each image.
        prediction_classes: (P,) int64 their classes.
        prediction_areas: (P,) float64 their areas, likewise.
        confusions: how often a class of labels and one of confident predictions, `confused` by
            overlap, go together.
        average_precision: of the detector by class, all predictions considered.
    """

    given_counts: IntArray
    given_classes: IntArray
    label_counts: IntArray
    label_classes: IntArray
    label_areas: FloatArray
    found_counts: IntArray
    prediction_counts: IntArray
    prediction_classes: IntArray
    prediction_areas: FloatArray
    confusions: Counter[tuple[int, int]]
    average_precision: dict[int, float]

    @classmethod
    def of(cls, data: ImageLists, min_confidence: float) -> SummaryColumns:
        """Those of a dataset.

        Args:
            data: labels and predictions.
            min_confidence: of the predictions that are counted as confident.

        Raises:
            ValueError: the data are malformed.
        """
        parts: list[list[Any]] = []
        confusions: Counter[tuple[int, int]] = Counter()
        precision = AveragePrecision()
        for chunk in data:
            scenes = chunk.scenes
            rows = np.flatnonzero(scenes.predictions.confidence >= min_confidence)
            confident = scenes.predictions.take(rows)
            precision = precision.merge(AveragePrecision.observe(scenes))
            pairs = np.stack(confused(scenes.labels, confident), axis=1)
            distinct, counts = np.unique(pairs, axis=0, return_counts=True)
            confusions.update(
                dict(zip(map(tuple, distinct.tolist()), counts.tolist(), strict=True))
            )
            parts.append(
                [
                    chunk.label_counts,
                    _given_classes(chunk),
                    *_counts_classes_areas(scenes.labels, scenes.image_sizes),
                    scenes.predictions.counts,
                    *_counts_classes_areas(confident, scenes.image_sizes),
                ]
            )
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
        given, classes, labels, label_classes, label_areas = columns[:5]
        found, confident_counts, confident_classes, confident_areas = columns[5:]
        numbers, precisions = precision.per_class()
        return cls(
            given_counts=given,
            given_classes=classes,
            label_counts=labels,
            label_classes=label_classes,
            label_areas=label_areas,
            found_counts=found,
            prediction_counts=confident_counts,
            prediction_classes=confident_classes,
            prediction_areas=confident_areas,
            confusions=confusions,
            average_precision=dict(zip(numbers.tolist(), precisions.tolist(), strict=True)),
        )


def _given_classes(chunk: ImageChunk) -> IntArray:
    classes = np.full(int(chunk.label_counts.sum()), IGNORED)
    classes[chunk.label_rows] = chunk.scenes.labels.classes
    return classes


def _counts_classes_areas(boxes: Boxes, sizes: FloatArray | None) -> list[Any]:
    areas = box_area(boxes.columns)
    if sizes is not None:
        areas = areas / sizes.prod(axis=1)[boxes.image]
    return [boxes.counts, boxes.classes, areas]
