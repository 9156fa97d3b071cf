"""Sizes of images are computed where they are missing, if the files can be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import fiftyone as fo
import numpy as np
import pytest

from tests.bridge.datasets import (
    BOX,
    HEIGHT,
    WIDTH,
    assert_scored,
    compute,
    detection,
    expected_quality,
    sample,
)


def image_sample(path: Path, metadata: fo.ImageMetadata | None) -> fo.Sample:
    cv2.imwrite(str(path), np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    found = [detection("cat", [80, 60, 128, 96], confidence=0.9)]
    return sample([detection("cat", BOX)], found, filepath=str(path), metadata=metadata)


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        fo.ImageMetadata(),
        fo.ImageMetadata(width=WIDTH),
        fo.ImageMetadata(width=0, height=0),
        fo.ImageMetadata(mime_type="image/jpeg", size_bytes=3),
    ],
    ids=str,
)
def test_sizes_are_read_from_the_files(
    make_dataset: Any, tmp_path: Path, metadata: fo.ImageMetadata | None
) -> None:
    dataset = make_dataset([image_sample(tmp_path / f"{n}.jpg", metadata) for n in range(2)])
    report = compute(dataset)
    assert report.num_scored == 2
    assert dataset.values("metadata.width") == [WIDTH] * 2
    assert_scored(dataset, expected_quality(dataset))


def test_known_sizes_are_left_as_they_are(make_dataset: Any, tmp_path: Path) -> None:
    known = fo.ImageMetadata(width=2 * WIDTH, height=2 * HEIGHT)
    samples = [
        image_sample(tmp_path / "known.jpg", known),
        image_sample(tmp_path / "unknown.jpg", None),
    ]
    dataset = make_dataset(samples)
    compute(dataset)
    assert dataset.values("metadata.width") == [2 * WIDTH, WIDTH]


def test_only_the_view_s_samples_need_a_size(make_dataset: Any, tmp_path: Path) -> None:
    dataset = make_dataset([image_sample(tmp_path / "a.jpg", None), sample([], [], metadata=None)])
    assert compute(dataset.limit(1)).num_scored == 1


@pytest.mark.parametrize("number", [1, 7])
def test_files_out_of_reach_are_named_and_nothing_is_written(
    make_dataset: Any, number: int
) -> None:
    samples = [
        sample([], [], filepath=f"/nowhere/{row}.jpg", metadata=None) for row in range(number)
    ]
    dataset = make_dataset([*samples, sample([], [])])
    with pytest.raises(ValueError, match=rf"^{number} samples have no width and height") as caught:
        compute(dataset)
    message = str(caught.value)
    assert f"{dataset.first().id} (/nowhere/0.jpg)" in message
    assert "dataset.compute_metadata()" in message
    assert "fo.ImageMetadata(width=..., height=...)" in message
    assert ("and 2 more" in message) == (number == 7)
    assert dataset.list_runs() == []
    assert not dataset.has_field("label_quality")


def test_unscored_samples_need_no_size(make_dataset: Any) -> None:
    dataset = make_dataset([sample([], []), sample(None, None, metadata=None)])
    assert compute(dataset).num_scored == 1
