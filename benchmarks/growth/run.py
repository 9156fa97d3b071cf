"""One run on a dataset of some size, beside its bare costs; FiftyOne is used here."""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.growth.watch import watched
from benchmarks.speed.bare_costs import bare_write_seconds
from benchmarks.speed.fiftyone_runs import FIELDS, NUM_CLASSES, NUM_LABELS, NUM_PREDICTIONS
from benchmarks.speed.memory import measure
from benchmarks.speed.scenes import make_scenes

KEY = "label_quality"

# Images that are made, and read in the bare way, at a time.
AT_ONCE = 10_000

# To make one takes as long as to score one.
NUM_DISTINCT = 100_000

Row = dict[str, Any]


def run(method: str, name: str) -> Row:
    """Runs on a copy of a dataset, and reads and writes the same values in the barest way."""
    import fiftyone as fo

    import odquality

    original = fo.load_dataset(name)
    dataset, twin = original.clone(), original.clone()
    num_images = len(dataset)
    read = bare_read_seconds(dataset)
    with watched(fo.core.odm.get_db_conn()) as taken:
        call = partial(
            odquality.compute_label_quality,
            dataset,
            gt_field="ground_truth",
            pred_field="predictions",
            key=KEY,
            method=method,
            progress=False,
        )
        measured = measure(call)
    write = bare_write_seconds(dataset, twin)
    for copy in (dataset, twin):
        copy.delete()
    seconds = measured.result.seconds
    return {
        "method": method,
        "images": num_images,
        **{f"{part} s": seconds[part] for part in seconds},
        "total s": measured.seconds,
        "us an image": 1e6 * measured.seconds / num_images,
        "bare read s": read,
        "bare write s": write,
        "total / bare": measured.seconds / (read + write),
        "cores busy": taken.processor_seconds / measured.seconds,
        "peak MB": measured.process_megabytes,
        "temporary MB": taken.temporary_megabytes,
        "MB read": taken.read_megabytes,
        "MB written": taken.written_megabytes,
    }


def make_original(num_images: int) -> str:
    """Makes a dataset that stays for other processes; returns its name."""
    dataset = make_dataset(num_images)
    dataset.persistent = True
    return str(dataset.name)


def make_dataset(num_images: int) -> Any:
    """A dataset of so many images, made part by part, so that memory stays bounded.

    Beyond `NUM_DISTINCT` they repeat, with other ids.
    """
    import fiftyone as fo

    from benchmarks.speed.synthetic import insert_copies, insert_scenes

    dataset = fo.Dataset()
    distinct = min(num_images, NUM_DISTINCT)
    for start in range(0, distinct, AT_ONCE):
        size = min(AT_ONCE, distinct - start)
        scenes = make_scenes(size, NUM_LABELS, NUM_PREDICTIONS, NUM_CLASSES, seed=start)
        insert_scenes(dataset, scenes)
    insert_copies(dataset, num_images - distinct)
    return dataset


def bare_read_seconds(dataset: Any) -> float:
    """Time to read what a run reads, by ``values`` of one part after the other."""
    from bson import ObjectId

    ids = [ObjectId(one) for one in dataset.values("id")]
    seconds = 0.0
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        view = dataset.match({"_id": {"$gte": part[0], "$lte": part[-1]}})
        seconds += measure(partial(view.values, list(FIELDS), _raw=True)).seconds
    return seconds
