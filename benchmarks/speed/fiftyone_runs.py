"""Whole runs on FiftyOne datasets, beside the bare costs of reading and writing the same values."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.speed.memory import measure
from devtools.private_database import call_in_private_database

NUM_LABELS, NUM_PREDICTIONS, NUM_CLASSES = 7, 30, 3
# Labels in all of the datasets of dense images, and as many predictions.
DENSE_BOXES = 16_000
BOXES_PER_DENSE_IMAGE = (20, 200, 2_000)

OPERATOR = "@odquality/label-quality/compute_label_quality"
FIELDS = (
    "id",
    "last_modified_at",
    "ground_truth.detections._id",
    "ground_truth.detections.label",
    "ground_truth.detections.bounding_box",
    "predictions.detections._id",
    "predictions.detections.label",
    "predictions.detections.bounding_box",
    "predictions.detections.confidence",
)

Row = dict[str, Any]


def in_own_database(task: str, *arguments: Any) -> Row:
    """Calls a function of this module in a process with a database of its own."""
    plugins = str(Path(__file__).parents[2])
    return call_in_private_database(
        globals()[task], *arguments, cache_gigabytes=None, FIFTYONE_PLUGINS_DIR=plugins
    )


def run_synthetic(method: str, num_samples: int) -> Row:
    """Runs, and does no more than to read what the run read and to write what it wrote."""
    import fiftyone as fo

    from benchmarks.speed.bare_costs import bare_write_seconds
    from benchmarks.speed.scenes import make_scenes
    from benchmarks.speed.synthetic import insert_scenes

    dataset = fo.Dataset("synthetic")
    scenes = make_scenes(num_samples, NUM_LABELS, NUM_PREDICTIONS, NUM_CLASSES)
    insert_scenes(dataset, scenes)
    del scenes
    twin = dataset.clone("twin")
    read = measure(partial(dataset.values, list(FIELDS), _raw=True)).seconds
    row = _run(dataset, method)
    write = bare_write_seconds(dataset, twin)
    row["bare read s"] = read
    row["bare write s"] = write
    row["total / bare"] = row["total s"] / (read + write)
    return row


def run_dense(method: str, num_boxes: int) -> Row:
    """Runs on images that are full of small boxes, as many boxes in all whatever an image has."""
    import fiftyone as fo

    from benchmarks.speed.bare_costs import bare_write_seconds
    from benchmarks.speed.scenes import make_dense_scenes
    from benchmarks.speed.synthetic import insert_scenes

    dataset = fo.Dataset("dense")
    insert_scenes(dataset, make_dense_scenes(DENSE_BOXES // num_boxes, num_boxes, NUM_CLASSES))
    twin = dataset.clone("twin")
    row = _run(dataset, method)
    write = bare_write_seconds(dataset, twin)
    per_box = 1e6 / (DENSE_BOXES // num_boxes * num_boxes)
    return {
        "method": method,
        "images": row["images"],
        "labels, predictions an image": num_boxes,
        "read us a label": per_box * row["read s"],
        "score us": per_box * row["score s"],
        "write us": per_box * row["write s"],
        "bare write us": per_box * write,
        "peak MB": row["peak MB"],
    }


def run_voc(method: str) -> Row:
    """Runs on PASCAL VOC 2007 test; compares with the reference on the boxes in the database."""
    from devtools.datasets import make_dataset
    from devtools.real_data import VOC

    dataset = make_dataset(VOC, "voc")
    row = _run(dataset, method)
    if method == "objectlab":
        row["largest difference from the reference"] = _difference(dataset)
    return row


def _run(dataset: Any, method: str) -> Row:
    import fiftyone.operators as foo

    operator = foo.get_operator(OPERATOR)
    measured = measure(partial(operator, dataset, method=method))
    report = measured.result.result
    return {
        "dataset": dataset.name,
        "method": method,
        "images": report["num_scored"],
        "labels": report["num_labels"],
        "predictions": report["num_predictions"],
        **{f"{part} s": seconds for part, seconds in report["seconds"].items()},
        "total s": measured.seconds,
        "peak MB": measured.peak_megabytes,
    }


def _difference(dataset: Any) -> float:
    import cleanlab.object_detection.rank as reference
    import numpy as np

    names = {name: code for code, name in enumerate(dataset.default_classes)}
    labels, predictions = [], []
    sizes = ["metadata.width", "metadata.height"]
    paths = sizes + [path for path in FIELDS if "detections" in path and "_id" not in path]
    for width, height, gt, gt_box, found, box, confidence in zip(
        *dataset.values(paths), strict=True
    ):
        size = np.array([width, height] * 2, float)
        labels.append({"bboxes": _corners(gt_box) * size, "labels": _codes(gt, names)})
        rows = np.column_stack([_corners(box) * size, np.array(confidence, float)])
        classes = _codes(found, names)
        predictions.append([rows[classes == code] for code in names.values()])
    expected = reference.get_label_quality_scores(labels, predictions, verbose=False)
    return float(np.abs(expected - np.array(dataset.values("label_quality"))).max())


def _corners(xywh: list[list[float]]) -> Any:
    import numpy as np

    boxes = np.array(xywh, float).reshape(-1, 4)
    return np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])


def _codes(labels: list[str], names: dict[str, int]) -> Any:
    import numpy as np

    return np.array([names[label] for label in labels], int)
