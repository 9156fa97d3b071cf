"""How long reviewers wait, beside the bare cost of as many updates in the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.speed.scenes import Scenes, make_scenes
from odquality.core.geometry import box_iou

if TYPE_CHECKING:
    from odquality import ReviewIssue

KEY = "quality"
NUM_LABELS, NUM_PREDICTIONS, NUM_CLASSES = 7, 30, 3
# Issues that are decided on in one call.
IN_BULK = 2000
_ONE_BY_ONE = 35
_REPEATS = 5

# By what was done, in seconds.
Timings = dict[str, float]


def make_data(num_samples: int, *, sure_of_objects: bool) -> Scenes:
    """Scenes in which a detector is as sure anywhere as on an object, or sure of objects alone."""
    scenes = make_scenes(num_samples, NUM_LABELS, NUM_PREDICTIONS, NUM_CLASSES)
    if sure_of_objects:
        for label, rows in zip(scenes.labels, scenes.predictions, strict=True):
            one, other = np.broadcast_arrays(label["bboxes"].T[:, :, None], rows[:, :4].T[:, None])
            overlap = box_iou(one.reshape(4, -1), other.reshape(4, -1))
            rows[:, 4] *= overlap.reshape(one.shape[1:]).max(axis=0)
    return scenes


def time_review(num_samples: int, sure_of_objects: bool) -> tuple[int, Timings]:
    """Scores and reviews a dataset; FiftyOne is used here.

    Returns:
        How many issues there were, and what took how long.
    """
    import odquality

    dataset = scored_dataset(num_samples, sure_of_objects)
    number = odquality.review_progress(dataset, KEY).num_open
    timings = {
        name: median(seconds_of(query) for _ in range(_REPEATS))
        for name, query in queries(dataset).items()
    }
    return number, timings | time_decisions(dataset, beside_bare=True)


def scored_dataset(num_samples: int, sure_of_objects: bool) -> Any:
    """A dataset with a run of the default method."""
    import fiftyone as fo

    import odquality
    from benchmarks.speed.synthetic import insert_scenes

    dataset = fo.Dataset()
    insert_scenes(dataset, make_data(num_samples, sure_of_objects=sure_of_objects))
    odquality.compute_label_quality(
        dataset, gt_field="ground_truth", pred_field="predictions", key=KEY
    )
    return dataset


def queries(dataset: Any) -> dict[str, Callable[[], Any]]:
    """What reviewers and the App ask, by name."""
    import odquality
    from odquality.app.panel.many import LEAST
    from odquality.app.panel.overview import plots_of
    from odquality.bridge.review.outlook import outlooks
    from odquality.bridge.review.progress import open_counts
    from odquality.bridge.review.queue import image_after, next_card
    from odquality.bridge.review.runs import run_states
    from odquality.bridge.review.stale import edited_issues

    listed = partial(odquality.list_issues, dataset, KEY)
    likeliest = partial(listed, limit=50, order="probability")
    (first,) = listed(limit=1)
    return {
        "`list_issues`, first 50 by images": partial(listed, limit=50),
        "`list_issues`, first 50 by probability": likeliest,
        "`list_issues`, first 50 of a kind": partial(listed, limit=50, kinds="badloc"),
        "`list_issues`, first 50 of a kind by probability": partial(likeliest, kinds="badloc"),
        "`list_issues`, first 50 of a class by probability": partial(likeliest, classes="class 1"),
        "`list_issues`, first 50 of a kind and class": partial(
            listed, limit=50, kinds="swap", classes="class 1"
        ),
        "next card with the others of its image": partial(next_card, dataset, KEY),
        "next card by probability": partial(next_card, dataset, KEY, order="probability"),
        "next image in the App": partial(image_after, dataset, KEY, first.sample_id),
        "`run_states`, what the panel opens with": partial(run_states, dataset),
        "`review_progress`": partial(odquality.review_progress, dataset, KEY),
        "issues by kind and class, to choose from": partial(open_counts, dataset, KEY),
        "issues that were settled by hand": partial(edited_issues, dataset, KEY),
        "likely issues, to accept many at once": partial(outlooks, dataset, KEY, LEAST),
        "plots of the overview": partial(plots_of, dataset, KEY),
        "`summarize_run`": partial(odquality.summarize_run, dataset, KEY),
    }


def time_decisions(dataset: Any, *, beside_bare: bool) -> Timings:
    """How long decisions take, and what is learnt from them.

    Args:
        dataset: that was scored.
        beside_bare: whether a copy of it gets as many bare updates.
    """
    import odquality

    listed, timings = partial(odquality.list_issues, dataset, KEY), {}
    cards = listed(limit=_ONE_BY_ONE)
    alone = [seconds_of(partial(odquality.accept, dataset, KEY, card)) for card in cards]
    timings["`accept` of one, the first on the dataset"] = alone[0]
    timings["`accept` of one, median"] = median(alone)
    timings["`accept` of one, with a lesson"] = max(alone)
    timings["`learn_from_decisions`"] = seconds_of(
        partial(odquality.learn_from_decisions, dataset, KEY)
    )
    chosen = listed(order="probability", limit=IN_BULK)
    least = chosen[-1].probability
    timings[f"`preview_accept_all` of {IN_BULK:,}"] = seconds_of(
        partial(odquality.preview_accept_all, dataset, KEY, min_probability=least)
    )
    if beside_bare:
        twin = dataset.clone()
        timings[f"{IN_BULK:,} bare guarded updates"] = bare_seconds(twin, chosen)
        twin.delete()
    timings[f"`accept` of {IN_BULK:,} in one call"] = seconds_of(
        partial(odquality.accept, dataset, KEY, chosen)
    )
    timings["`undo` of these"] = seconds_of(partial(odquality.undo, dataset, KEY))
    timings["`redo` of these"] = seconds_of(partial(odquality.redo, dataset, KEY))
    return timings


def bare_seconds(dataset: Any, issues: Sequence[ReviewIssue]) -> float:
    """Time to move suggestions from one list to another, each by a guarded update of its sample."""
    from bson import ObjectId
    from pymongo import UpdateOne

    open_ones, decided = f"{KEY}_suggestions.detections", "decided.detections"
    updates = []
    for issue in issues:
        which = {"_id": ObjectId(issue.suggestion_id)}
        query = {"_id": ObjectId(issue.sample_id), open_ones: {"$elemMatch": which}}
        made = {**which, "label": issue.label, "bounding_box": list(issue.box)}
        change = {"$pull": {open_ones: which}, "$push": {decided: made}}
        updates.append(UpdateOne(query, {**change, "$inc": {f"{KEY}_num_issues": -1}}))
    collection = dataset._sample_collection
    start = perf_counter()
    matched = collection.bulk_write(updates, ordered=False).matched_count
    seconds = perf_counter() - start
    assert matched == len(issues)
    return seconds


def seconds_of(call: Callable[[], Any]) -> float:
    """How long a call takes."""
    start = perf_counter()
    call()
    return perf_counter() - start
