"""A scored dataset whose labels have errors of every kind, which are known."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import fiftyone as fo
import numpy as np

import odquality
from odquality.core.scenes import Boxes
from odquality.demo.injection.labels import LabelErrors, TrueLabels
from odquality.demo.injection.protocols import inject_by_images
from tests.synthetic import synthetic_scenes

LEAST = 0.2
WIDTH, HEIGHT = 700, 800
NAMES = ("cat", "dog", "bird", "bat")


@dataclass(frozen=True)
class Spoiled:
    """300 images, of which 60 have a known error, twelve of each kind."""

    dataset: fo.Dataset
    errors: LabelErrors
    # The first label of each image, as the errors count them.
    first_label: list[int]

    def label_id(self, error: int) -> str:
        """The database's id of an error's wrong label."""
        image = int(self.errors.image[error])
        row = int(self.errors.row[error]) - self.first_label[image]
        return self.dataset.values("ground_truth.detections.id")[image][row]


def make_spoiled() -> Spoiled:
    """With every kind of error, scored."""
    scenes = synthetic_scenes(seed=7)
    sizes = np.tile([WIDTH, float(HEIGHT)], (len(scenes), 1))
    true = TrueLabels(scenes.labels, np.zeros(len(scenes.labels), bool), sizes, len(NAMES))
    corrupted = inject_by_images(true, np.random.default_rng(0))
    predictions = detections(scenes.predictions)
    for image, start in enumerate(scenes.predictions.offsets[:-1].tolist()):
        for row, found in enumerate(predictions[image].detections):
            found.confidence = float(scenes.predictions.confidence[start + row])
            found["probs"] = np.eye(len(NAMES))[NAMES.index(found.label)].tolist()
    dataset = fo.Dataset()
    dataset.default_classes = list(NAMES)
    dataset.add_samples(
        fo.Sample(
            f"/nowhere/{image}.jpg",
            metadata=fo.ImageMetadata(width=WIDTH, height=HEIGHT),
            ground_truth=labels,
            predictions=found,
        )
        for image, (labels, found) in enumerate(
            zip(detections(corrupted.labels), predictions, strict=True)
        )
    )
    odquality.compute_label_quality(
        dataset, key="quality", method="calibrated", min_probability=LEAST
    )
    return Spoiled(dataset, corrupted.errors, corrupted.labels.offsets.tolist())


def detections(boxes: Boxes) -> list[fo.Detections]:
    """The boxes of each image."""
    xywh = np.hstack([boxes.xyxy[:, :2], boxes.xyxy[:, 2:] - boxes.xyxy[:, :2]])
    xywh /= [WIDTH, HEIGHT] * 2
    made = [
        fo.Detection(label=NAMES[number], bounding_box=box)
        for number, box in zip(boxes.classes.tolist(), xywh.tolist(), strict=True)
    ]
    starts = boxes.offsets.tolist()
    return [fo.Detections(detections=made[start:stop]) for start, stop in pairwise(starts)]
