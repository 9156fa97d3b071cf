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
from fiftyone import ViewField as F

from odquality.demo.__main__ import main
from odquality.demo.dataset import make_demo
from odquality.demo.figures import simple_scores_of
from odquality.demo.samples import INJECTED_FIELD, NAME, SIMPLE_FIELD
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


def test_the_simple_score_is_on_record(dataset: fo.Dataset, folder: Path) -> None:
    expected = simple_scores_of(make_demo(IMAGES, directory=folder))
    assert dataset.values(SIMPLE_FIELD) == expected.tolist()


def test_the_demo_says_what_it_found(dataset: fo.Dataset, printed: str) -> None:
    worst = dataset.sort_by("label_quality").limit(8)
    found = sum(map(bool, worst.values(INJECTED_FIELD)))
    assert 0 < found <= 8
    assert "8 of 40 images have an injected label error" in printed
    assert f"found among the 8 worst images: {found} (by a simple score" in printed
    for kind in KINDS:
        total = 2 if kind in KINDS[:3] else 1
        own = dataset.sort_by(f"label_quality_{kind}").limit(total)
        (line,) = (one for one in printed.splitlines() if f"({kind})" in one and "among" in one)
        number = sum(kinds.count(kind) for kinds in own.values(INJECTED_FIELD))
        assert f" {number} of {total} among the first {total}, such as " in line
        (example,) = re.findall(r"(\d+\.jpg) \(\d+%\)", line)
        (shown,) = dataset.match(F("filepath").ends_with(example))
        assert kind in shown[INJECTED_FIELD]


@pytest.mark.parametrize("method", ["calibrated", "objectlab"])
def test_seeds_are_printed_with_their_mean(method: str, capsys: pytest.CaptureFixture) -> None:
    assert main(["--seeds", "2", "--images", "20", "--method", method]) == 0
    printed = capsys.readouterr().out
    assert re.findall(r"^(Seed \d+|Mean of \d+ seeds):", printed, re.MULTILINE) == [
        "Seed 51",
        "Seed 52",
        "Mean of 2 seeds",
    ]
    assert ("(spurious)" in printed) == (method == "calibrated")
