"""The peers on as many images as they can be asked for, each by its own code."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from benchmarks.growth.run import KEY, make_dataset
from benchmarks.speed.fiftyone_runs import NUM_CLASSES, NUM_LABELS, NUM_PREDICTIONS
from benchmarks.speed.scenes import make_scenes

Row = dict[str, Any]


def time_in_fiftyone(num_images: int) -> list[Row]:
    """Whole runs on the same dataset, ours and that of FiftyOne Brain; FiftyOne is used here."""
    import fiftyone.brain as fob

    import odquality
    from odquality.methods.registry import METHODS

    dataset = make_dataset(num_images)
    fields: dict[str, Any] = {"gt_field": "ground_truth", "pred_field": "predictions"}
    rows = []
    for method in METHODS:
        start = perf_counter()
        odquality.compute_label_quality(dataset, **fields, key=KEY, method=method, progress=False)
        rows.append(_row(f"odquality, {method}, on a FiftyOne dataset", num_images, start))
    start = perf_counter()
    fob.compute_mistakenness(dataset, "predictions", label_field="ground_truth", progress=False)
    rows.append(_row("FiftyOne Brain, compute_mistakenness", num_images, start))
    return rows


def time_on_arrays(num_images: int) -> list[Row]:
    """The scores of the same images as arrays, ours and cleanlab's."""
    from cleanlab.object_detection import rank

    import odquality

    scenes = make_scenes(num_images, NUM_LABELS, NUM_PREDICTIONS, NUM_CLASSES)
    by_class = scenes.by_class()
    start = perf_counter()
    odquality.get_label_quality_scores(scenes.labels, scenes.predictions, verbose=False)
    ours = _row("odquality, get_label_quality_scores on arrays", num_images, start)
    start = perf_counter()
    rank.get_label_quality_scores(scenes.labels, by_class, verbose=False)
    return [ours, _row("cleanlab, get_label_quality_scores on arrays", num_images, start)]


def _row(name: str, num_images: int, start: float) -> Row:
    seconds = perf_counter() - start
    return {
        "by": name,
        "images": num_images,
        "seconds": seconds,
        "us an image": 1e6 * seconds / num_images,
    }
