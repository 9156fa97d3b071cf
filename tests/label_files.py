"""Files of labels and predictions as users have them, whose boxes are known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from odquality.core.scenes import Boxes
from odquality.demo.injection.labels import TrueLabels
from odquality.demo.injection.protocols import inject_by_images
from tests.synthetic import synthetic_scenes

WIDTH, HEIGHT = 700, 800
NAMES = ("cat", "dog", "bird", "bat")
# COCO's numbers of classes and images follow no order.
CATEGORIES = {"cat": 17, "dog": 18, "bird": 3, "bat": 90}

# Class and corners in pixels; predictions have a confidence too.
Box = tuple[str, tuple[float, ...]]
Found = tuple[str, tuple[float, ...], float]


@dataclass(frozen=True)
class Files:
    """What is in the files, by the name of the image."""

    labels: dict[str, list[Box]]
    predictions: dict[str, list[Found]]

    def split_of(self, name: str) -> str:
        """Every fourth image is held out."""
        return "val" if int(name) % 4 == 0 else "train"

    def yolo_path(self, name: str) -> str:
        """Within the folders of images and of labels, without the ending; some have subfolders."""
        folder = "night/" if int(name) % 5 == 0 else ""
        return f"{self.split_of(name)}/{folder}{name}"

    def image_id(self, name: str) -> int:
        """COCO's number of an image."""
        return 5000 - 7 * int(name)


def make_files() -> Files:
    """300 images, of which a fifth has a known error; some without labels, some without finds."""
    scenes = synthetic_scenes(seed=7)
    sizes = np.tile([WIDTH, float(HEIGHT)], (len(scenes), 1))
    true = TrueLabels(scenes.labels, np.zeros(len(scenes.labels), bool), sizes, len(NAMES))
    labels = per_image(inject_by_images(true, np.random.default_rng(0)).labels)
    confidences = iter(scenes.predictions.confidence.tolist())
    found = [
        [(name, corners, next(confidences)) for name, corners in image]
        for image in per_image(scenes.predictions)
    ]
    labels[3], found[5] = [], []
    return Files(
        {f"{number:03}": boxes for number, boxes in enumerate(labels)},
        {f"{number:03}": boxes for number, boxes in enumerate(found)},
    )


def per_image(boxes: Boxes) -> list[list[Box]]:
    """The boxes of each image; no image has a box that reaches outside."""
    corners = boxes.xyxy.clip(0, [WIDTH, HEIGHT, WIDTH, HEIGHT])
    made = [
        (NAMES[number], tuple(box))
        for number, box in zip(boxes.classes.tolist(), corners.tolist(), strict=True)
    ]
    return [made[start:stop] for start, stop in pairwise(boxes.offsets.tolist())]


def write_yolo(files: Files, folder: Path) -> None:
    """As Ultralytics wants and writes them: no file where there is nothing."""
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    (folder / "predicted").mkdir(parents=True)
    for split in ("train", "val"):
        for part in ("images", "labels"):
            (folder / part / split / "night").mkdir(parents=True)
    for name, boxes in files.labels.items():
        place = files.yolo_path(name)
        assert cv2.imwrite(str(folder / "images" / f"{place}.jpg"), image)
        rows = [yolo_row(label, corners) for label, corners in boxes]
        found = [f"{yolo_row(*one[:2])} {one[2]:.6g}" for one in files.predictions[name]]
        for path, lines in ((f"labels/{place}", rows), (f"predicted/{name}", found)):
            if lines:
                (folder / f"{path}.txt").write_text("\n".join(lines) + "\n")
    told = "".join(f"  {number}: {name}\n" for number, name in enumerate(NAMES))
    (folder / "dataset.yaml").write_text(
        f"path: .\ntrain: ./images/train/\nval: ./images/val/\nnames:\n{told}"
    )


def yolo_row(name: str, corners: Sequence[float]) -> str:
    """Class, centre and size as shares of the image."""
    x1, y1, x2, y2 = corners
    centre = ((x1 + x2) / 2 / WIDTH, (y1 + y2) / 2 / HEIGHT)
    numbers = (*centre, (x2 - x1) / WIDTH, (y2 - y1) / HEIGHT)
    return f"{NAMES.index(name)} " + " ".join(f"{one:.6f}" for one in numbers)


def write_coco(files: Files, folder: Path) -> None:
    """Annotations and a detector's results."""
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    names = {name: f"{files.split_of(name)}/{name}.jpg" for name in files.labels}
    for split in ("train", "val"):
        (folder / "images" / split).mkdir(parents=True)
    for path in names.values():
        assert cv2.imwrite(str(folder / "images" / path), image)
    annotations = [
        {**coco_box(files, image, *box), "id": 1000 + number, "area": 1.0, "iscrowd": 0}
        for number, (image, box) in enumerate(
            (image, box) for image, boxes in files.labels.items() for box in boxes
        )
    ]
    results = [
        {**coco_box(files, image, name, corners), "score": confidence}
        for image, found in files.predictions.items()
        for name, corners, confidence in found
    ]
    told = {
        "images": [
            {"id": files.image_id(name), "file_name": path, "width": WIDTH, "height": HEIGHT}
            for name, path in names.items()
        ],
        "categories": [{"id": number, "name": name} for name, number in CATEGORIES.items()],
        "annotations": annotations,
    }
    (folder / "annotations.json").write_text(json.dumps(told))
    (folder / "results.json").write_text(json.dumps(results))


def coco_box(files: Files, image: str, name: str, corners: Sequence[float]) -> dict[str, Any]:
    """What annotations and results have in common."""
    x1, y1, x2, y2 = corners
    bbox = [x1, y1, x2 - x1, y2 - y1]
    return {"image_id": files.image_id(image), "category_id": CATEGORIES[name], "bbox": bbox}
