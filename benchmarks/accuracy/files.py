"""Reads the benchmark's data files: real annotations with the output of real detectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.accuracy.data import DetectionData, make_boxes, make_predictions
from devtools.real_data import DATA_VARIABLE

# File of each dataset, and which of its label sets counts as right when errors are injected.
ORIGINAL_LABELS = "gt"
DATASETS = {
    "voc": ("voc2007test_yolov2.npz", "gt"),
    "bccd": ("bccd/bccd.npz", "gt2"),
}


def load_dataset(name: str, directory: Path, label_set: str | None = None) -> DetectionData:
    """Loads a dataset.

    Args:
        name: one of ``DATASETS``.
        directory: where the files are.
        label_set: ``gt``, the labels as annotated, or ``gt2``, the corrected ones, where there are
            any; the better of them if None.

    Raises:
        ValueError: no dataset has that name.
        FileNotFoundError: the file is not there.
    """
    if name not in DATASETS:
        raise ValueError(f"dataset is {name!r}; expected one of {', '.join(map(repr, DATASETS))}")
    file, best_labels = DATASETS[name]
    path = directory / file
    if not path.is_file():
        raise FileNotFoundError(
            f"no data file {path}; name its directory by --data or {DATA_VARIABLE}, or benchmark a "
            "dataset of your own by --fiftyone-dataset"
        )
    with np.load(path) as arrays:
        return _to_data(name, arrays, label_set or best_labels)


def _to_data(name: str, arrays: Any, label_set: str) -> DetectionData:
    sizes = arrays["img_wh"].astype(np.float64)
    image = arrays[f"{label_set}_img"]
    # Rounding left some corners a thousandth of a pixel outside of the image.
    xyxy = arrays[f"{label_set}_xyxy"].astype(np.float64).clip(0, np.tile(sizes, 2)[image])
    return DetectionData(
        name=name,
        class_names=tuple(arrays["class_names"].tolist()),
        image_sizes=sizes,
        labels=make_boxes(image, xyxy, arrays[f"{label_set}_cls"], len(sizes)),
        iscrowd=arrays[f"{label_set}_iscrowd"].astype(bool),
        predictions=make_predictions(
            arrays["pr_img"],
            arrays["pr_xyxy"],
            arrays["pr_cls"],
            arrays["pr_score"],
            len(sizes),
        ),
    )
