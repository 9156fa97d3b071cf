"""Small FiftyOne datasets made in the tests, and the scores that their boxes should get."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import Any

import fiftyone as fo
import numpy as np

import odquality

WIDTH, HEIGHT = 640, 480
BOX = [64.0, 48.0, 128.0, 96.0]
NAMES = ("cat", "dog", "bird")
KINDS = ("quality", "overlooked", "swap", "badloc")

# Runs by the reference method, whose scores can be foretold.
compute = partial(odquality.compute_label_quality, method="objectlab")


def detection(name: str | None, xywh: list[float], **attributes: Any) -> fo.Detection:
    """A detection whose box is given in pixels of a 640 x 480 image."""
    x, y, width, height = xywh
    box = [x / WIDTH, y / HEIGHT, width / WIDTH, height / HEIGHT]
    return fo.Detection(label=name, bounding_box=box, **attributes)


def sample(
    labels: list[fo.Detection] | None, predictions: list[fo.Detection] | None, **fields: Any
) -> fo.Sample:
    """A sample of a 640 x 480 image without media."""
    fields.setdefault("filepath", f"/nowhere/{len(labels or ())}.jpg")
    fields.setdefault("metadata", fo.ImageMetadata(width=WIDTH, height=HEIGHT))
    return fo.Sample(
        ground_truth=None if labels is None else fo.Detections(detections=labels),
        predictions=None if predictions is None else fo.Detections(detections=predictions),
        **fields,
    )


def far_sample() -> fo.Sample:
    """A label and a prediction so far apart that they make the smallest similarity."""
    labels = [detection("cat", [0, 0, 10, 10])]
    return sample(labels, [detection("cat", [320, 0, 10, 10], confidence=0.1)])


def random_samples(number: int, *, seed: int = 0) -> list[fo.Sample]:
    """Samples with up to four labels, most of them found by up to eight predictions."""
    rng = np.random.default_rng(seed)
    samples = [far_sample()]
    while len(samples) < number:
        boxes = rng.uniform([0, 0, 20, 20], [400, 300, 200, 150], (int(rng.integers(5)), 4))
        labels = [detection(str(rng.choice(NAMES)), box) for box in boxes.tolist()]
        found = [
            detection(
                label.label if rng.random() < 0.7 else str(rng.choice(NAMES)),
                (np.array(box) + rng.uniform(0, 9, 4)).tolist(),
                confidence=float(rng.uniform(0.4, 1)),
            )
            for label, box in zip(labels, boxes.tolist(), strict=True)
        ]
        found += [
            detection(str(rng.choice(NAMES)), box, confidence=float(rng.uniform(0.9, 1)))
            for box in rng.uniform([0, 0, 20, 20], [400, 300, 200, 150], (3, 4)).tolist()
        ]
        path = f"/nowhere/{len(samples)}.jpg"
        samples.append(sample(labels, found, filepath=path, rank=len(samples)))
    return samples


def copy_of_boxes(sample: fo.Sample, path: str, **fields: Any) -> fo.Sample:
    """An image with the boxes of another one, new and without what a run wrote on them."""
    for field in ("ground_truth", "predictions"):
        boxes = [
            fo.Detection(label=one.label, bounding_box=one.bounding_box, confidence=one.confidence)
            for one in sample[field].detections
        ]
        fields[field] = fo.Detections(detections=boxes)
    return fo.Sample(path, metadata=sample.metadata.copy(), **fields)


def expected_quality(
    samples: Any,
    *,
    gt_field: str = "ground_truth",
    pred_field: str = "predictions",
    **settings: Any,
) -> odquality.LabelQuality:
    """The scores of the same boxes in pixels, in the order of the samples."""
    codes: dict[str, int] = {}
    labels, found = [], []
    for one in samples.iter_samples():
        size = np.tile([one.metadata.width, one.metadata.height], 2)
        labels.append(_columns(one[gt_field].detections, size, codes))
        found.append(_columns(one[pred_field].detections, size, codes))
    predictions = [
        np.column_stack(
            [image["bboxes"], image["confidence"], np.eye(max(1, len(codes)))[image["labels"]]]
        )
        for image in found
    ]
    return odquality.score_labels(labels, predictions, **settings)


def _columns(detections: list[fo.Detection], size: Any, codes: dict[str, int]) -> dict[str, Any]:
    boxes = np.array([one.bounding_box for one in detections], float).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    numbers = [codes.setdefault(one.label, len(codes)) for one in detections]
    return {
        "bboxes": boxes * size,
        "labels": np.array(numbers, int),
        "confidence": np.array([one.confidence for one in detections], float),
    }


def assert_scored(
    samples: Any, expected: odquality.LabelQuality, key: str = "label_quality"
) -> None:
    """Compares the fields of samples, in their order, with scores."""
    names = {kind: key if kind == "quality" else f"{key}_{kind}" for kind in KINDS}
    assert len(samples) == len(expected.scores["quality"]) > 0
    for row, one in enumerate(samples.iter_samples()):
        for kind, name in names.items():
            assert abs(one[name] - expected.scores[kind][row]) <= 1e-12
        for kind, per_image in expected.label_scores.items():
            found = [label[names[kind]] for label in one.ground_truth.detections]
            np.testing.assert_allclose(found, per_image[row], rtol=0, atol=1e-12)
        for kind, per_image in expected.prediction_scores.items():
            found = [_or_nan(label, names[kind]) for label in one.predictions.detections]
            np.testing.assert_allclose(found, per_image[row], rtol=0, atol=1e-12)


def set_all(dataset: fo.Dataset, field: str, value: Any) -> None:
    """Sets a new field of every sample."""
    dataset.set_values(field, [value] * len(dataset))


def lock(dataset: fo.Dataset, path: str) -> None:
    """Makes a field read-only."""
    field = dataset.get_field(path)
    field.read_only = True
    field.save()


def documents(dataset: fo.Dataset) -> list[dict[str, Any]]:
    """All samples as the database holds them, but for when they were modified."""
    return list(dataset._sample_collection.find({}, {"last_modified_at": 0}))


def value_of(label: fo.Detection, name: str) -> Any:
    """An attribute that a label may lack."""
    return label[name] if label.has_field(name) else None


def _or_nan(label: fo.Detection, name: str) -> float:
    value = value_of(label, name)
    return np.nan if value is None else value


def finish(steps: Generator[Any, None, Any]) -> Any:
    """Exhausts a generator and gives what it returns."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
