from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
from collections.abc import Callable, Iterator

import fiftyone as fo
import pytest

from odquality.bridge.run.compute import iter_label_quality
from odquality.bridge.run.settings import RunSettings


def detection(label: str, box: list[float], **attributes: object) -> fo.Detection:
    return fo.Detection(label=label, bounding_box=box, **attributes)


@pytest.fixture
def dataset() -> Iterator[fo.Dataset]:
    """Three images: a right label, a wrong class, a missing label."""
    box, other = [0.1, 0.1, 0.3, 0.3], [0.6, 0.6, 0.3, 0.3]
    contents = [
        ([("cat", box)], [("cat", box, 0.99)]),
        ([("dog", box)], [("cat", box, 0.99)]),
        ([("cat", box)], [("cat", box, 0.99), ("dog", other, 0.99)]),
    ]
    made = fo.Dataset(persistent=True)
    made.add_samples(
        [
            fo.Sample(
                filepath=f"image-{number}.jpg",
                metadata=fo.ImageMetadata(width=640, height=480),
                ground_truth=fo.Detections(detections=[detection(*given) for given in labels]),
                predictions=fo.Detections(
                    detections=[
                        detection(label, where, confidence=confidence)
                        for label, where, confidence in found
                    ]
                ),
            )
            for number, (labels, found) in enumerate(contents)
        ]
    )
    yield made
    fo.delete_dataset(made.name)


@pytest.fixture
def cut_off() -> Callable[[fo.Dataset, str], None]:
    """Starts a run and ends it before it is complete."""

    def start(dataset: fo.Dataset, key: str) -> None:
        steps = iter_label_quality(dataset, RunSettings.of({"key": key}))
        next(step for step in steps if step.complete > 0.5)
        steps.close()

    return start
