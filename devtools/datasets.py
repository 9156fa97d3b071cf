"""Real annotations and detections as FiftyOne datasets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fiftyone as fo
import numpy as np
from numpy.typing import NDArray


def make_dataset(
    file: Path,
    name: str,
    *,
    images: Path | None = None,
    num_images: int | None = None,
    persistent: bool = False,
    probabilities: bool = True,
) -> fo.Dataset:
    """A dataset with ``ground_truth``, ``predictions`` and metadata from a file of arrays.

    Args:
        file: an npz file as its README describes.
        name: of the dataset; one of that name is replaced.
        images: folder with the media; without it the samples have none.
        num_images: the first so many images; all if None.
        persistent: whether other processes see the dataset.
        probabilities: whether predictions get their class probabilities as ``probs``.
    """
    arrays = dict(np.load(file))
    total = len(arrays["img_id"]) if num_images is None else num_images
    dataset = fo.Dataset(name, persistent=persistent, overwrite=True)
    dataset.default_classes = arrays["class_names"].tolist()
    labels = _detections(arrays, "gt", total)
    predictions = _detections(arrays, "pr", total, probabilities=probabilities)
    samples = []
    for image in range(total):
        file_name = Path(str(arrays["img_id"][image])).with_suffix(".jpg").name
        width, height = arrays["img_wh"][image].tolist()
        samples.append(
            fo.Sample(
                filepath=str((images or file.parent / "no-media") / file_name),
                metadata=fo.ImageMetadata(width=width, height=height),
                ground_truth=labels[image],
                predictions=predictions[image],
            )
        )
    dataset.add_samples(samples)
    return dataset


def _detections(
    arrays: dict[str, NDArray[Any]], prefix: str, total: int, *, probabilities: bool = False
) -> list[fo.Detections]:
    """The boxes of one field, per image."""
    image = arrays[f"{prefix}_img"]
    corners = arrays[f"{prefix}_xyxy"].astype(np.float64)
    sizes = np.tile(arrays["img_wh"][image].astype(np.float64), 2)
    xywh = np.column_stack([corners[:, :2], corners[:, 2:] - corners[:, :2]]) / sizes
    names = arrays["class_names"][arrays[f"{prefix}_cls"]]
    attributes: dict[str, list[Any]] = {}
    if prefix == "pr":
        attributes["confidence"] = arrays["pr_score"].astype(np.float64).tolist()
        if probabilities and "pr_probs" in arrays:
            # Half-precision values next to 1 may have been rounded beyond it.
            attributes["probs"] = arrays["pr_probs"].astype(np.float64).clip(0, 1).tolist()
    per_image: list[list[fo.Detection]] = [[] for _ in range(total)]
    for row in np.flatnonzero(image < total).tolist():
        per_image[image[row]].append(
            fo.Detection(
                label=str(names[row]),
                bounding_box=xywh[row].tolist(),
                **{name: values[row] for name, values in attributes.items()},
            )
        )
    return [fo.Detections(detections=detections) for detections in per_image]
