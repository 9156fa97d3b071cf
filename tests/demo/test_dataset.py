"""The demo's files, labels, predictions and errors belong together and are reproducible."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from odquality.core.geometry import box_iou
from odquality.demo.dataset import Demo, make_demo
from odquality.kinds import KINDS

IMAGES = 25


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Make a small demo once for all tests."""
    return make_demo(IMAGES, directory=tmp_path_factory.mktemp("demo") / "images")


def test_one_entry_per_image(demo: Demo) -> None:
    """All lists are as long as the demo, with one error in a fifth of the images."""
    counts = len(demo.image_paths), len(demo.image_sizes), len(demo.labels), len(demo.predictions)
    assert counts == (IMAGES,) * 4
    assert Counter(demo.errors.kind.tolist()) == dict.fromkeys(KINDS, 1)


def test_images_have_the_sizes_given(demo: Demo) -> None:
    """The files can be read and are as large as stated."""
    for path, (width, height) in zip(demo.image_paths, demo.image_sizes, strict=True):
        image = cv2.imread(str(path))
        assert image is not None
        assert image.shape == (height, width, 3)


def test_classes_index_the_names(demo: Demo) -> None:
    """Labels and probabilities agree on the number of classes."""
    for labels, found in zip(demo.labels, demo.predictions, strict=True):
        assert found.probabilities.shape[1] == len(demo.class_names)
        assert labels.classes.max() < len(demo.class_names)


def test_predictions_belong_to_their_images(demo: Demo) -> None:
    """Confident detections hit a label of their own image; those of the next image do not."""

    def share_hit(shift: int) -> float:
        hits = []
        for index, found in enumerate(demo.predictions):
            labels = demo.labels[(index + shift) % IMAGES]
            hits += [
                box_iou(labels.xyxy.T, box[:, None]).max() > 0.5
                for box in found.xyxy[found.confidence > 0.5]
            ]
        return float(np.mean(hits))

    assert share_hit(0) > 0.85
    assert share_hit(1) < 0.15


def test_same_seed_same_demo(demo: Demo, tmp_path: Path) -> None:
    """Files, labels, predictions and errors are reproducible."""
    again = make_demo(IMAGES, directory=tmp_path)
    assert again.errors.kind.tolist() == demo.errors.kind.tolist()
    np.testing.assert_array_equal(again.errors.row, demo.errors.row)
    for index in range(IMAGES):
        assert again.image_paths[index].read_bytes() == demo.image_paths[index].read_bytes()
        np.testing.assert_array_equal(again.labels[index].xyxy, demo.labels[index].xyxy)
        np.testing.assert_array_equal(
            again.predictions[index].confidence, demo.predictions[index].confidence
        )


def test_seeds_differ_and_a_longer_demo_begins_alike(demo: Demo, tmp_path: Path) -> None:
    """An image depends on the seed and its index, not on the number of images."""
    other = make_demo(3, seed=52, directory=tmp_path / "other")
    short = make_demo(3, directory=tmp_path / "short")
    for index in range(3):
        image = demo.image_paths[index].read_bytes()
        assert short.image_paths[index].read_bytes() == image
        assert other.image_paths[index].read_bytes() != image
