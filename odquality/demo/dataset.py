"""The demo data set: rendered images, a detector's predictions, labels with known errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from odquality.core.scenes import Boxes, IntArray
from odquality.demo.detector import Detections, fit_detector
from odquality.demo.injection.labels import Corrupted, LabelErrors, TrueLabels
from odquality.demo.injection.protocols import inject_by_images
from odquality.demo.injection.settings import Settings
from odquality.demo.scenes import CLASS_NAMES, Labels, Scene, render_scene

TRAINING_SCENES = 80
JPEG_QUALITY = 95

# Spurious boxes are about as large as the shapes, and on none of them.
WRONG_BOXES = Settings(duplicate_iou=(0.8, 0.95), spurious_side=(0.06, 0.2), spurious_iou=0.1)


@dataclass(frozen=True)
class Demo:
    """N images with labels, predictions and the label errors that a review should find.

    Attributes:
        image_paths: N JPEG files.
        image_sizes: (N, 2) int64 width and height in pixels.
        class_names: K names, which the classes of labels and predictions index.
        labels: boxes and classes of each image, errors included.
        predictions: what the detector found in each image.
        errors: the injected errors, whose rows count the labels of all images, image after image.
    """

    image_paths: tuple[Path, ...]
    image_sizes: IntArray
    class_names: tuple[str, ...]
    labels: tuple[Labels, ...]
    predictions: tuple[Detections, ...]
    errors: LabelErrors


def make_demo(num_images: int = 200, seed: int = 51, *, directory: Path) -> Demo:
    """Renders images, runs the detector over their JPEG versions, and spoils some labels.

    The detector is fitted on scenes of its own; it never sees a label of these images.

    Args:
        num_images: how many images, at least 1.
        seed: the same seed gives the same demo; a longer demo begins with the shorter one's images.
        directory: folder for the images; made if missing, files of the same name are replaced.
    """
    training, demo, errors = np.random.SeedSequence(seed).spawn(3)
    detector = fit_detector(_photo(child)[0] for child in training.spawn(TRAINING_SCENES))
    directory.mkdir(parents=True, exist_ok=True)
    paths, sizes, labels, predictions = [], [], [], []
    for index, child in enumerate(demo.spawn(num_images)):
        scene, data = _photo(child)
        paths.append(directory / f"{index:05d}.jpg")
        paths[-1].write_bytes(data)
        sizes.append(scene.image.shape[1::-1])
        labels.append(scene.labels)
        predictions.append(detector.detect(scene.image))
    image_sizes = np.array(sizes, dtype=np.int64)
    corrupted = _inject(labels, image_sizes, np.random.default_rng(errors))
    return Demo(
        image_paths=tuple(paths),
        image_sizes=image_sizes,
        class_names=CLASS_NAMES,
        labels=_per_image(corrupted.labels),
        predictions=tuple(predictions),
        errors=corrupted.errors,
    )


def _inject(labels: list[Labels], image_sizes: IntArray, rng: np.random.Generator) -> Corrupted:
    boxes = Boxes(
        np.concatenate([each.xyxy for each in labels]),
        np.concatenate([each.classes for each in labels]),
        np.array([len(each.xyxy) for each in labels]),
    )
    no_crowds = np.zeros(len(boxes), bool)
    true = TrueLabels(boxes, no_crowds, image_sizes.astype(np.float64), len(CLASS_NAMES))
    return inject_by_images(true, rng, settings=WRONG_BOXES)


def _per_image(boxes: Boxes) -> tuple[Labels, ...]:
    ends = boxes.offsets[1:-1]
    parts = zip(np.split(boxes.xyxy, ends), np.split(boxes.classes, ends), strict=True)
    return tuple(Labels(xyxy, classes) for xyxy, classes in parts)


def _photo(seed: np.random.SeedSequence) -> tuple[Scene, bytes]:
    """A scene as a reader of its JPEG file sees it, and the content of that file."""
    scene = render_scene(np.random.default_rng(seed))
    data = cv2.imencode(".jpg", scene.image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
    decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)
    return replace(scene, image=decoded), data.tobytes()
