"""Sizes of images are computed where they are missing, if the files can be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import fiftyone as fo
import numpy as np
import pytest

import odquality
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


def raw(dataset: fo.Dataset) -> list[dict[str, Any]]:
    return list(dataset._sample_collection.find())


def test_metadata_are_completed_and_never_replaced(make_dataset: Any, tmp_path: Path) -> None:
    dataset = make_dataset([image_sample(tmp_path / f"{n}.jpg", None) for n in range(3)])
    own = {"_cls": "ImageMetadata", "size_bytes": 3, "mime_type": "mine", "camera": "A7"}
    collection = dataset._sample_collection
    ids = [one["_id"] for one in raw(dataset)]
    collection.update_one({"_id": ids[0]}, {"$set": {"metadata": own}})
    sized = own | {"width": 64, "height": 48}
    collection.update_one({"_id": ids[1]}, {"$set": {"metadata": sized}})
    compute(dataset)
    first, second, third = (one["metadata"] for one in raw(dataset))
    assert first == own | {"width": WIDTH, "height": HEIGHT}
    assert second == sized
    assert third["_cls"] == "ImageMetadata"
    assert third["mime_type"] == "image/jpeg"
    assert (third["width"], third["height"]) == (WIDTH, HEIGHT)
    assert third["size_bytes"] == (tmp_path / "2.jpg").stat().st_size


def test_a_refused_run_leaves_metadata_alone(make_dataset: Any, tmp_path: Path) -> None:
    """Whatever it is refused for, after the media were read too."""
    in_reach = [image_sample(tmp_path / f"{n}.jpg", None) for n in range(2)]
    dataset = make_dataset([*in_reach, sample([], [], metadata=None)])
    before = raw(dataset)
    with pytest.raises(ValueError, match="1 samples have no width and height"):
        compute(dataset)
    assert raw(dataset) == before


def test_a_method_that_needs_no_pixels_leaves_metadata_alone(
    make_dataset: Any, tmp_path: Path
) -> None:
    dataset = make_dataset([image_sample(tmp_path / "a.jpg", None)])
    odquality.compute_label_quality(dataset, method="calibrated")
    assert raw(dataset)[0].get("metadata") is None
