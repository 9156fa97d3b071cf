"""From FiftyOne datasets, to which nothing is written, and to samples of new ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.accuracy.data import DetectionData, make_boxes, make_predictions
from odquality.core.scenes import Boxes, FloatArray, IntArray


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


def read_labels(samples: Any, field: str, data: DetectionData) -> DetectionData:
    """The same images and predictions with the labels of a field.

    Args:
        samples: a dataset or view with the images of the data, in their order.
        field: `Detections` of classes that the data know.
        data: whose labels are exchanged.
    """
    labels = _read(samples, field, "iscrowd")
    boxes = make_boxes(
        labels["image"],
        _corners(labels, data.image_sizes),
        _classes(labels, data.class_names),
        len(data),
    )
    return data.with_labels(boxes, np.array([bool(value) for value in labels["iscrowd"]], bool))


def to_samples(data: DetectionData) -> Iterator[Any]:
    """One sample per image with ``labels`` and ``predictions``; there is no file of it."""
    import fiftyone as fo

    found = {"confidence": data.predictions.confidence.tolist()}
    if data.probabilities is not None:
        found["probs"] = data.probabilities.tolist()
    rows = zip(
        _detections(data, data.labels, {"iscrowd": data.iscrowd.tolist()}),
        _detections(data, data.predictions, found),
        data.image_sizes.astype(int).tolist(),
        strict=True,
    )
    for number, (labels, predictions, (width, height)) in enumerate(rows):
        yield fo.Sample(
            f"{number}.jpg",
            metadata=fo.ImageMetadata(width=width, height=height),
            labels=labels,
            predictions=predictions,
        )


def _detections(
    data: DetectionData, boxes: Boxes, attributes: Mapping[str, list[Any]]
) -> Iterator[Any]:
    """The boxes of each image in FiftyOne's form, with more attributes."""
    import fiftyone as fo

    relative = boxes.xyxy / np.tile(data.image_sizes, 2)[boxes.image]
    relative[:, 2:] -= relative[:, :2]
    for start, end in pairwise(boxes.offsets.tolist()):
        yield fo.Detections(
            detections=[
                fo.Detection(
                    label=data.class_names[boxes.classes[row]],
                    bounding_box=relative[row].tolist(),
                    **{name: values[row] for name, values in attributes.items()},
                )
                for row in range(start, end)
            ]
        )


def _read(view: Any, field: str, extra: str) -> dict[str, Any]:
    """Image, label, bounding box and one more attribute of all boxes of a field."""
    names = ["label", "bounding_box", extra]
    columns = view.values([f"{field}.detections.{name}" for name in names])
    counts = [len(values or ()) for values in columns[0]]
    flat = {
        name: [value for values in column for value in values or ()]
        for name, column in zip(names, columns, strict=True)
    }
    return {"image": np.repeat(np.arange(len(counts)), counts), **flat}


def _corners(flat: dict[str, Any], sizes: FloatArray) -> FloatArray:
    boxes = np.array(flat["bounding_box"], np.float64).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    corners: FloatArray = boxes * np.tile(sizes, 2)[flat["image"]]
    return corners


def _classes(flat: dict[str, Any], names: tuple[str, ...]) -> IntArray:
    index = {name: number for number, name in enumerate(names)}
    return np.array([index[label] for label in flat["label"]], np.int64)
