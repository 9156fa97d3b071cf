"""Reads any FiftyOne dataset; nothing is written to it."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.accuracy.data import DetectionData, make_boxes, make_predictions
from odquality.core.scenes import FloatArray, IntArray


def load_fiftyone(name: str, gt_field: str, pred_field: str) -> DetectionData:
    """Loads the images of a dataset that have both fields.

    Args:
        name: name of the dataset.
        gt_field: field of the labels, `Detections`; its boxes may have an ``iscrowd`` attribute.
        pred_field: field of the predictions, `Detections` with confidences.

    Raises:
        ValueError: a sample lacks its image size, or a prediction its confidence.
    """
    import fiftyone as fo

    view = fo.load_dataset(name).exists(gt_field).exists(pred_field)
    widths, heights = view.values(["metadata.width", "metadata.height"])
    if None in widths or None in heights:
        raise ValueError(f"dataset {name!r} lacks image sizes; call its compute_metadata() first")
    sizes = np.array([widths, heights], np.float64).T
    labels = _read(view, gt_field, "iscrowd")
    found = _read(view, pred_field, "confidence")
    if None in found["confidence"]:
        raise ValueError(f"a prediction in the field {pred_field!r} has no confidence")
    names = tuple(sorted(set(labels["label"]) | set(found["label"])))
    return DetectionData(
        name=name,
        class_names=names,
        image_sizes=sizes,
        labels=make_boxes(
            labels["image"], _corners(labels, sizes), _classes(labels, names), len(sizes)
        ),
        iscrowd=np.array([bool(value) for value in labels["iscrowd"]], bool),
        predictions=make_predictions(
            found["image"],
            _corners(found, sizes),
            _classes(found, names),
            np.array(found["confidence"], np.float64),
            len(sizes),
        ),
    )


def _read(view: Any, field: str, extra: str) -> dict[str, Any]:
    """Image, label, bounding box and one more attribute of all boxes of a field."""
    path = f"{field}.detections"
    has_extra = view.has_field(f"{path}.{extra}")
    names = ["label", "bounding_box", *([extra] if has_extra else [])]
    columns = view.values([f"{path}.{name}" for name in names])
    counts = [len(values or ()) for values in columns[0]]
    flat = {
        name: [value for values in column for value in values or ()]
        for name, column in zip(names, columns, strict=True)
    }
    flat.setdefault(extra, [None] * sum(counts))
    return {"image": np.repeat(np.arange(len(counts)), counts), **flat}


def _corners(flat: dict[str, Any], sizes: FloatArray) -> FloatArray:
    boxes = np.array(flat["bounding_box"], np.float64).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    corners: FloatArray = boxes * np.tile(sizes, 2)[flat["image"]]
    return corners


def _classes(flat: dict[str, Any], names: tuple[str, ...]) -> IntArray:
    index = {name: number for number, name in enumerate(names)}
    return np.array([index[label] for label in flat["label"]], np.int64)
