"""Reads the benchmark's data files: real annotations with the output of real detectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.comparison import RealErrors, Rules, compare
from benchmarks.accuracy.data import DetectionData, make_boxes, make_predictions, prediction_order
from devtools.real_data import DATA_VARIABLE

ORIGINAL_LABELS = "gt"
CORRECTED_LABELS = "gt2"


@dataclass(frozen=True)
class Source:
    """A data file.

    Attributes:
        file: its path inside the data folder.
        rules: what is an error in the original labels; None where nobody corrected them.
        injected: whether errors are injected into its best labels. A set whose detector learnt from
            wrong labels already has its errors.
    """

    file: str
    rules: Rules | None = None
    injected: bool = True

    @property
    def best_labels(self) -> str:
        """The label set that counts as right."""
        return ORIGINAL_LABELS if self.rules is None else CORRECTED_LABELS


# Two thirds of the cells that the annotators of the blood cells left out are cut by the border.
_BORDER_IS_POLICY = Rules(border=3.0)
# Labels were moved to an IoU below .7, and what was removed touches the border as often as not.
_INJECTED = Rules(misplaced_iou=0.7)

DATASETS: Mapping[str, Source] = {
    "voc": Source("voc2007test_yolov2.npz"),
    "bccd": Source("bccd/bccd.npz", Rules()),
    "kaist": Source("kaist_real_mlpd.npz", Rules()),
    "bccd_folds": Source("insample/bccd_folds.npz", _BORDER_IS_POLICY, injected=False),
    "bccd_seen": Source("insample/bccd_seen.npz", _BORDER_IS_POLICY, injected=False),
    "injected_folds": Source("insample/injected_folds.npz", _INJECTED, injected=False),
    "injected_seen": Source("insample/injected_seen.npz", _INJECTED, injected=False),
}


def absent_files(names: Sequence[str], directory: Path) -> list[str]:
    """Those of ``DATASETS`` whose files are not there."""
    return [
        name
        for name in names
        if name in DATASETS and not (directory / DATASETS[name].file).is_file()
    ]


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
    source = DATASETS[name]
    path = directory / source.file
    if not path.is_file():
        raise FileNotFoundError(
            f"no data file {path}; name its directory by --data or {DATA_VARIABLE}, or benchmark a "
            "dataset of your own by --fiftyone-dataset"
        )
    with np.load(path) as arrays:
        return _to_data(name, dict(arrays), label_set or source.best_labels)


def load_errors(name: str, directory: Path) -> tuple[DetectionData, RealErrors]:
    """Loads the labels as annotated, and what is wrong in them.

    Args:
        name: one of ``DATASETS`` that has corrected labels.
        directory: where the files are.

    Raises:
        ValueError: no dataset has that name, or it has no corrected labels.
        FileNotFoundError: the file is not there.
    """
    corrected = load_dataset(name, directory)
    rules = DATASETS[name].rules
    if rules is None:
        raise ValueError(f"dataset {name!r} has no corrected labels")
    original = load_dataset(name, directory, ORIGINAL_LABELS)
    return original, compare(original, corrected, rules)


def _to_data(name: str, arrays: dict[str, NDArray[Any]], label_set: str) -> DetectionData:
    sizes = arrays["img_wh"].astype(np.float64)
    image = arrays[f"{label_set}_img"].astype(np.int64)
    # Rounding left some corners a thousandth of a pixel outside of the image.
    xyxy = arrays[f"{label_set}_xyxy"].astype(np.float64).clip(0, np.tile(sizes, 2)[image])
    found_in = arrays["pr_img"].astype(np.int64)
    found_class = arrays["pr_cls"].astype(np.int64)
    probabilities = arrays.get("pr_probs")
    if probabilities is not None:
        order = prediction_order(found_in, found_class)
        probabilities = probabilities[order].astype(np.float64).clip(0, 1)
    return DetectionData(
        name=name,
        class_names=tuple(arrays["class_names"].tolist()),
        image_sizes=sizes,
        labels=make_boxes(image, xyxy, arrays[f"{label_set}_cls"].astype(np.int64), len(sizes)),
        iscrowd=arrays[f"{label_set}_iscrowd"].astype(bool),
        predictions=make_predictions(
            found_in,
            arrays["pr_xyxy"].astype(np.float64),
            found_class,
            arrays["pr_score"].astype(np.float64),
            len(sizes),
        ),
        probabilities=probabilities,
    )
