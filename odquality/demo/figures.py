"""The demo without FiftyOne, over several seeds, whose means the documents quote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

import odquality
from odquality.core.scenes import Boxes, FloatArray, Predictions
from odquality.demo.dataset import Demo, make_demo
from odquality.demo.outcome import Outcome, assess
from odquality.demo.simple_score import simple_scores


def outcomes(
    num_images: int, seeds: Sequence[int], method: str, directory: Path
) -> Iterator[tuple[int, Outcome]]:
    """What a method finds in demos of several seeds.

    Args:
        num_images: of each demo.
        seeds: of the demos.
        method: a method's name.
        directory: for the images of all of them, each replacing the one before.

    Yields:
        Each seed with its outcome.
    """
    for seed in seeds:
        demo = make_demo(num_images, seed, directory=directory)
        labels = [{"bboxes": one.xyxy, "labels": one.classes} for one in demo.labels]
        found = [
            np.column_stack([one.xyxy, one.confidence, one.probabilities])
            for one in demo.predictions
        ]
        scores = odquality.score_labels(labels, found, method=method).scores
        yield seed, assess(scores, simple_scores_of(demo), errors_of(demo))


def errors_of(demo: Demo) -> list[list[str]]:
    """The kinds of the errors in each image."""
    kinds: list[list[str]] = [[] for _ in demo.image_paths]
    for image, kind in zip(demo.errors.image.tolist(), demo.errors.kind.tolist(), strict=True):
        kinds[image].append(kind)
    return kinds


def simple_scores_of(demo: Demo) -> FloatArray:
    """The simple score of each image, (N,)."""
    labels = Boxes(
        np.concatenate([one.xyxy for one in demo.labels]),
        np.concatenate([one.classes for one in demo.labels]),
        np.array([len(one.xyxy) for one in demo.labels]),
    )
    predictions = Predictions(
        np.concatenate([one.xyxy for one in demo.predictions]),
        np.concatenate([one.probabilities.argmax(axis=1) for one in demo.predictions]),
        np.array([len(one.xyxy) for one in demo.predictions]),
        np.concatenate([one.confidence for one in demo.predictions]),
    )
    return simple_scores(labels, predictions)
