"""The scorer beside the reference implementation, and how it grows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain
from time import perf_counter
from typing import Any

import cleanlab.object_detection.filter as reference_filter
import cleanlab.object_detection.rank as reference_rank
import numpy as np

import odquality
from benchmarks.speed.memory import measure
from benchmarks.speed.scenes import Scenes, make_scenes

# As many of either; the reference takes four minutes for all.
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
    """Times both, and the reading of their input alone; checks that they agree."""
    rows = []
    for shape in SHAPES:
        scenes = make_scenes(*shape)
        for name, ours, reference in (
            (
                "get_label_quality_scores",
                partial(odquality.get_label_quality_scores, verbose=False),
                partial(reference_rank.get_label_quality_scores, verbose=False),
            ),
            (
                "find_label_issues",
                odquality.find_label_issues,
                reference_filter.find_label_issues,
            ),
        ):
            rows += _compare(name, shape, ours, reference, scenes)
    return rows


def _compare(
    name: str,
    shape: tuple[int, ...],
    ours: Callable[..., Any],
    reference: Callable[..., Any],
    scenes: Scenes,
) -> list[Row]:
    """A row for each of the layouts that predictions come in; the reference takes one of them."""
    by_class, per_image = scenes.by_class(), 1e6 / shape[0]
    taken, expected = _best(REPEATS, partial(reference, scenes.labels, by_class))
    rows = []
    for layout, predictions, floor in (
        ("per class", by_class, partial(_read, scenes, chain.from_iterable)),
        ("rows", scenes.predictions, partial(_read, scenes, iter)),
    ):
        seconds, result = _best(REPEATS, partial(ours, scenes.labels, predictions))
        bare, _ = _best(REPEATS, partial(floor, predictions))
        rows.append(
            {
                "function": name,
                "images x labels x predictions, classes": "{} x {} x {}, {}".format(*shape),
                "layout": layout,
                "cleanlab (us an image)": per_image * taken,
                "odquality (us an image)": per_image * seconds,
                "times as fast": taken / seconds,
                "floor (us an image)": per_image * bare,
                "floor of odquality's time": f"{bare / seconds:.0%}",
                "largest difference": float(np.abs(expected.astype(float) - result).max()),
            }
        )
    return rows


def _best(repeats: int, call: Callable[[], Any]) -> tuple[float, Any]:
    """Time of the quickest of some calls, in seconds, and what the last one gave."""
    seconds = []
    for _ in range(repeats):
        start = perf_counter()
        result = call()
        seconds.append(perf_counter() - start)
    return min(seconds), result


def _read(scenes: Scenes, arrays: Callable[[Any], Iterable[Any]], predictions: Any) -> None:
    """The least that anything in numpy does that takes lists: joins the arrays that hold boxes."""
    np.concatenate([label["bboxes"] for label in scenes.labels])
    np.concatenate([label["labels"] for label in scenes.labels])
    np.concatenate(list(filter(len, arrays(predictions))))


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
