"""The demo's dataset in FiftyOne, and what the demo says of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import fiftyone as fo
import numpy as np
import pytest

import odquality
from odquality.demo.__main__ import main
from odquality.demo.dataset import make_demo
from odquality.demo.samples import INJECTED_FIELD, NAME
from odquality.kinds import KINDS

IMAGES = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def printed(folder: Path) -> Iterator[str]:
    """What the demo prints; its dataset ends with the tests."""
    with redirect_stdout(StringIO()) as output:
        assert main(["--images", str(IMAGES), "--directory", str(folder)]) == 0
    yield output.getvalue()
    fo.delete_dataset(NAME)


@pytest.fixture(scope="module")
def dataset(printed: str) -> fo.Dataset:
    return fo.load_dataset(NAME)


def test_samples_hold_the_demos_data(dataset: fo.Dataset, folder: Path) -> None:
    demo = make_demo(IMAGES, directory=folder)
    assert dataset.values("filepath") == [str(path) for path in demo.image_paths]
    for index, sample in enumerate(dataset):
        width, height = demo.image_sizes[index]
        assert (sample.metadata.width, sample.metadata.height) == (width, height)
        labels, found = sample.ground_truth.detections, sample.predictions.detections
        classes = demo.labels[index].classes
        assert [label.label for label in labels] == [demo.class_names[row] for row in classes]
        for boxes, xyxy in (
            (labels, demo.labels[index].xyxy),
            (found, demo.predictions[index].xyxy),
        ):
            xywh = np.array([box.bounding_box for box in boxes]).reshape(-1, 4)
            corners = np.hstack([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]])
            np.testing.assert_allclose(corners * ([width, height] * 2), xyxy, atol=1e-9)
        np.testing.assert_allclose(
            [box["probs"] for box in found], demo.predictions[index].probabilities
        )
        assert [box.confidence for box in found] == demo.predictions[index].confidence.tolist()


def test_injected_kinds_are_on_record(dataset: fo.Dataset) -> None:
    kinds = [kind for image in dataset.values(INJECTED_FIELD) for kind in image]
    assert Counter(kinds) == {kind: 8 // len(KINDS) + (kind in KINDS[:3]) for kind in KINDS}


def test_the_demo_says_what_it_found(dataset: fo.Dataset, printed: str) -> None:
    worst = odquality.worst_first(dataset, "label_quality").limit(8)
    found = [kind for image in worst.values(INJECTED_FIELD) for kind in image]
    assert 0 < len(found) < 8
    assert "8 of 40 images have an injected label error" in printed
    assert f"of the 8 worst-ranked images, {len(found)} have one" in printed
    for kind in KINDS:
        (said,) = re.findall(rf"{kind} (\d+) of (\d+)[,)]", printed)
        assert said == (str(found.count(kind)), str(2 if kind in KINDS[:3] else 1))
