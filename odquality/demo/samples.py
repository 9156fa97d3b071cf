"""The demo's data as a FiftyOne dataset."""

from __future__ import annotations

from pathlib import Path

import fiftyone as fo
import numpy as np

from odquality.core.scenes import FloatArray, IntArray
from odquality.demo.dataset import make_demo
from odquality.demo.figures import errors_of, simple_scores_of

NAME = "odquality-demo"

# The kinds of errors that were injected into an image's labels.
INJECTED_FIELD = "injected_errors"
# What a simple score says of an image, for comparison.
SIMPLE_FIELD = "simple_score"


def make_demo_dataset(num_images: int, seed: int, directory: Path | None = None) -> fo.Dataset:
    """Renders the demo into a persistent dataset, replacing the one of an earlier demo.

    Args:
        num_images: number of images.
        seed: the same seed renders the same images.
        directory: where the images go; FiftyOne's dataset folder if None.
    """
    directory = directory or Path(fo.config.default_dataset_dir) / NAME
    demo = make_demo(num_images, seed, directory=directory)
    kinds, simple = errors_of(demo), simple_scores_of(demo).tolist()
    samples = []
    for image, path in enumerate(demo.image_paths):
        labels, predictions = demo.labels[image], demo.predictions[image]
        width, height = demo.image_sizes[image].tolist()
        classes = predictions.probabilities.argmax(axis=1)
        found = _detections(predictions.xyxy, classes, demo.class_names, (width, height))
        for row, detection in enumerate(found):
            detection.confidence = float(predictions.confidence[row])
            detection["probs"] = predictions.probabilities[row].tolist()
        given = _detections(labels.xyxy, labels.classes, demo.class_names, (width, height))
        samples.append(
            fo.Sample(
                filepath=str(path),
                metadata=fo.ImageMetadata(width=width, height=height),
                ground_truth=fo.Detections(detections=given),
                predictions=fo.Detections(detections=found),
                **{INJECTED_FIELD: kinds[image], SIMPLE_FIELD: simple[image]},
            )
        )
    dataset = fo.Dataset(NAME, persistent=True, overwrite=True)
    dataset.default_classes = list(demo.class_names)
    dataset.add_samples(samples, progress=False)
    return dataset


def _detections(
    xyxy: FloatArray, classes: IntArray, names: tuple[str, ...], size: tuple[int, int]
) -> list[fo.Detection]:
    xywh = np.hstack([xyxy[:, :2], xyxy[:, 2:] - xyxy[:, :2]]) / (*size, *size)
    return [
        fo.Detection(label=names[label], bounding_box=box)
        for label, box in zip(classes.tolist(), xywh.tolist(), strict=True)
    ]
