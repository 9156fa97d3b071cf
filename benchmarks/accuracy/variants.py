"""Scores many variants of the same labels at once, each distinct image only once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.suspicion import Suspicion
from odquality.core.scenes import Boxes, Predictions
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
        data.with_labels(variant.labels, variant.iscrowd).of_images(images)
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


def _concatenate(parts: Sequence[DetectionData]) -> DetectionData:
    """All images of all parts; class probabilities are left out."""
    return DetectionData(
        parts[0].name,
        parts[0].class_names,
        np.concatenate([part.image_sizes for part in parts]),
        Boxes.join([part.labels for part in parts]),
        np.concatenate([part.iscrowd for part in parts]),
        Predictions.join([part.predictions for part in parts]),
    )
