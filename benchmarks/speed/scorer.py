"""The scorer beside the reference implementation, and how it grows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import cleanlab.object_detection.filter as reference_filter
import cleanlab.object_detection.rank as reference_rank
import numpy as np

import odquality
from benchmarks.speed.memory import measure
from benchmarks.speed.scenes import Scenes, make_scenes

REPEATS = 5
# Images, labels, predictions and classes.
SHAPES = ((500, 7, 100, 3), (500, 7, 100, 20), (1000, 7, 30, 3), (1000, 3, 17, 20))
# Images and predictions of each.
GROWTH = (
    (1_000, 30),
    (10_000, 30),
    (100_000, 30),
    (1_000_000, 30),
    (100_000, 100),
    (1_000_000, 100),
)
# Of images with 100 predictions, so many are distinct.
DISTINCT = 20_000
CALIBRATED_GROWTH = (1_000, 5_000, 20_000, 100_000)

Row = dict[str, Any]


def compare_with_reference() -> list[Row]:
    """Times both on the same inputs; checks that they agree."""
    rows = []
    for shape in SHAPES:
        scenes = make_scenes(*shape)
        by_class = scenes.by_class()
        rows.append(
            _compare(
                "get_label_quality_scores",
                shape,
                partial(odquality.get_label_quality_scores, verbose=False),
                partial(reference_rank.get_label_quality_scores, verbose=False),
                scenes,
                by_class,
            )
        )
        rows.append(
            _compare(
                "find_label_issues",
                shape,
                odquality.find_label_issues,
                reference_filter.find_label_issues,
                scenes,
                by_class,
            )
        )
    return rows


def _compare(
    name: str,
    shape: tuple[int, ...],
    ours: Callable[..., Any],
    reference: Callable[..., Any],
    scenes: Scenes,
    by_class: list[Any],
) -> Row:
    start = perf_counter()
    expected = reference(scenes.labels, by_class)
    reference_seconds = perf_counter() - start
    seconds, bare_seconds = [], []
    for _ in range(REPEATS):
        start = perf_counter()
        result = ours(scenes.labels, scenes.predictions)
        seconds.append(perf_counter() - start)
        start = perf_counter()
        _read(scenes)
        bare_seconds.append(perf_counter() - start)
    num_images = shape[0]
    return {
        "function": name,
        "images x labels x predictions, classes": "{} x {} x {}, {}".format(*shape),
        "reference (us an image)": 1e6 * reference_seconds / num_images,
        "odquality (us an image)": 1e6 * min(seconds) / num_images,
        "bare reading (us an image)": 1e6 * min(bare_seconds) / num_images,
        "times as fast": reference_seconds / min(seconds),
        "largest difference": float(np.abs(expected.astype(float) - result).max()),
    }


def _read(scenes: Scenes) -> None:
    """The least that anything has to do that takes lists: joins their arrays."""
    np.concatenate([label["bboxes"] for label in scenes.labels])
    np.concatenate([label["labels"] for label in scenes.labels])
    np.concatenate(scenes.predictions)


def measure_calibrated() -> list[Row]:
    """Time and memory of the calibrated method: learning and scoring, box scores included."""
    rows = []
    for num_images in CALIBRATED_GROWTH:
        scenes = make_scenes(num_images, 7, 20, 3)
        call = partial(
            odquality.score_labels, scenes.labels, scenes.predictions, method="calibrated"
        )
        measured = measure(call)
        rows.append(
            {
                "images": num_images,
                "seconds": measured.seconds,
                "us an image": 1e6 * measured.seconds / num_images,
                "peak memory beyond input (MB)": measured.peak_megabytes,
            }
        )
    return rows


def measure_growth(largest: int) -> list[Row]:
    """Time and memory from 1,000 images with 7 labels each to ``largest``.

    A million images with 100 predictions each take 6 GB. Of those some are distinct, and the others
    are the same arrays again.
    """
    rows = []
    for num_images, num_predictions in (shape for shape in GROWTH if shape[0] <= largest):
        distinct = min(num_images, DISTINCT) if num_predictions > 30 else num_images
        scenes = make_scenes(distinct, 7, num_predictions, 3)
        labels, predictions = (
            images * (num_images // distinct) for images in (scenes.labels, scenes.predictions)
        )
        for name, function in (
            (
                "get_label_quality_scores",
                partial(odquality.get_label_quality_scores, verbose=False),
            ),
            ("find_label_issues", odquality.find_label_issues),
        ):
            call = partial(function, labels, predictions)
            measured = measure(call)
            seconds = measured.seconds
            for _ in range(REPEATS if num_images <= 10_000 else 0):
                seconds = min(seconds, measure(call).seconds)
            rows.append(
                {
                    "function": name,
                    "images": num_images,
                    "predictions an image": num_predictions,
                    "seconds": seconds,
                    "us an image": 1e6 * seconds / num_images,
                    "peak memory beyond input (MB)": measured.peak_megabytes,
                }
            )
        del scenes, labels, predictions
    return rows
