"""Scores many variants of the same labels at once, each distinct image only once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.accuracy.data import DetectionData, rows_of_images
from benchmarks.accuracy.suspicion import Suspicion
from odquality.core.scenes import Boxes, IntArray, Predictions
from odquality.demo.injection.labels import Corrupted


def score_variants(
    score: Callable[[DetectionData], Suspicion],
    data: DetectionData,
    variants: Sequence[Corrupted],
) -> list[Suspicion]:
    """Scores variants of the labels by a method to which every image is a world of its own.

    Images without errors are alike in all variants, and so are then their suspicions.

    Args:
        score: the method.
        data: images with labels that count as right.
        variants: those labels with errors.

    Returns:
        The suspicions of each variant.
    """
    changed = [np.unique(variant.errors.image) for variant in variants]
    parts = [data] + [
        _select(data.with_labels(variant.labels, variant.iscrowd), images)
        for variant, images in zip(variants, changed, strict=True)
    ]
    stacked = _concatenate(parts)
    suspicion = score(stacked)
    results, start = [], len(data)
    for images in changed:
        place = np.arange(len(data))
        place[images] = start + np.arange(len(images))
        start += len(images)
        results.append(suspicion.take(stacked, place))
    return results


def _select(data: DetectionData, images: IntArray) -> DetectionData:
    """Some images in ascending order, renumbered."""
    label_rows = rows_of_images(data.labels, images)
    rows = rows_of_images(data.predictions, images)
    found = data.predictions
    return DetectionData(
        data.name,
        data.class_names,
        data.image_sizes[images],
        Boxes(
            data.labels.xyxy[label_rows],
            data.labels.classes[label_rows],
            data.labels.counts[images],
        ),
        data.iscrowd[label_rows],
        Predictions(
            found.xyxy[rows], found.classes[rows], found.counts[images], found.confidence[rows]
        ),
    )


def _concatenate(parts: Sequence[DetectionData]) -> DetectionData:
    """All images of all parts; class probabilities are left out."""

    def join(name: str, attributes: Sequence[str]) -> list[np.ndarray]:
        boxes = [getattr(part, name) for part in parts]
        return [np.concatenate([getattr(box, each) for box in boxes]) for each in attributes]

    return DetectionData(
        parts[0].name,
        parts[0].class_names,
        np.concatenate([part.image_sizes for part in parts]),
        Boxes(*join("labels", ["xyxy", "classes", "counts"])),
        np.concatenate([part.iscrowd for part in parts]),
        Predictions(*join("predictions", ["xyxy", "classes", "counts", "confidence"])),
    )
