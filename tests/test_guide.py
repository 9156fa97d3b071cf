"""The guide's code runs on real files, and what it exports is compared with them box by box.

A server for annotations is not there: what stands for CVAT gives every label with the tag another
class.
"""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fiftyone as fo
import fiftyone.utils.cvat as fouc
import numpy as np
import pytest

import odquality
from tests.bridge.datasets import detection, random_samples, sample
from tests.documents import ROOT, run_document
from tests.label_files import (
    CATEGORIES,
    HEIGHT,
    NAMES,
    WIDTH,
    Box,
    Files,
    make_files,
    write_coco,
    write_yolo,
)

GUIDE = "docs/guide.md"
KEY = "label_quality"


@dataclass(frozen=True)
class Followed:
    """What somebody has who followed the guide.

    Attributes:
        files: with which they began; the working directory has them, and those that were exported.
        names: what the code left behind.
        exported: labels of the dataset when they were exported as YOLO's.
    """

    files: Files
    names: dict[str, Any]
    exported: dict[str, list[Box]]


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    """The guide, followed from the first line to the last."""
    files, before = make_files(), set(fo.list_datasets())
    exported: dict[str, list[Box]] = {}

    def after(source: str, names: dict[str, Any]) -> None:
        if "yolo-mended" in source:
            exported.update(boxes_of(names["dataset"]))

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("guide"))
        write_yolo(files, Path("yolo"))
        write_coco(files, Path("coco"))
        patch.setattr(fouc.CVATBackend, "upload_annotations", upload)
        patch.setattr(fouc.CVATBackend, "download_annotations", download)
        try:
            yield Followed(files, run_document(GUIDE, patch, after), exported)
        finally:
            for name in set(fo.list_datasets()) - before:
                fo.delete_dataset(name)


def upload(backend: Any, samples: Any, anno_key: str, launch_editor: bool = False) -> Any:
    """Takes what is sent, which has no scores."""
    assert not launch_editor
    assert len(samples) > 0
    assert backend.config.label_schema["ground_truth"]["attributes"] == {}
    ids = dict(zip(*samples.values(["id", "ground_truth.detections.id"]), strict=True))
    return fouc.CVATAnnotationResults(
        samples, backend.config, anno_key, {"ground_truth": ids}, {}, [], [], {}, {}, {}, backend
    )


def download(backend: Any, results: Any) -> dict[str, Any]:
    """Gives back what was sent, every label with the tag of another class."""
    labels: dict[str, dict[str, fo.Detection]] = {}
    for one in results.samples.iter_samples():
        labels[one.id] = {}
        for label in one.ground_truth.detections if one.ground_truth else []:
            mended = label.copy()
            mended.id = label.id
            if "label error" in label.tags:
                mended.label = NAMES[NAMES.index(label.label) - 1]
            labels[one.id][label.id] = mended
    return {"ground_truth": {"detections": labels}}


def boxes_of(dataset: fo.Dataset, field: str = "ground_truth") -> dict[str, list[Box]]:
    """Labels in pixels, by the name of the image."""
    made = {}
    for path, labels in zip(*dataset.values(["filepath", f"{field}.detections"]), strict=True):
        made[Path(path).stem] = [
            (
                one.label,
                tuple((np.array([x, y, x + w, y + h]) * [WIDTH, HEIGHT, WIDTH, HEIGHT]).tolist()),
            )
            for one in labels or []
            for x, y, w, h in [one.bounding_box]
        ]
    return made


def assert_same(
    given: dict[str, list[Box]], expected: dict[str, list[Box]], *, pixels: float
) -> None:
    """Compares labels box by box, in their order."""
    assert given.keys() == expected.keys()
    for name, boxes in expected.items():
        assert [one[0] for one in given[name]] == [one[0] for one in boxes], name
        corners = [np.array([one[1] for one in some]) for some in (given[name], boxes)]
        np.testing.assert_allclose(*corners, rtol=0, atol=pixels, err_msg=name)


def test_files_are_read_as_they_are(guide: Followed) -> None:
    number = sum(map(len, guide.files.predictions.values()))
    for dataset in (guide.names["dataset"], guide.names["coco"]):
        assert len(dataset) == 300
        assert dataset.default_classes == [*NAMES] or dataset.info["categories"]
        assert dataset.count("predictions.detections") == number
        assert None not in dataset.values("predictions.detections")
        assert None not in dataset.values("predictions.detections.confidence", unwind=True)
        assert None not in dataset.values(KEY)
        mended = mended_images(dataset)
        assert len(mended) >= 5
        now = boxes_of(dataset)
        untouched = {name: now[name] for name in now.keys() - mended}
        assert_same(untouched, {name: guide.files.labels[name] for name in untouched}, pixels=1e-3)


def test_yolo_files_are_as_they_were_but_for_what_was_mended(guide: Followed) -> None:
    again = fo.Dataset()
    for split in ("train", "val"):
        again.add_dir(
            dataset_dir="yolo-mended",
            dataset_type=fo.types.YOLOv5Dataset,
            split=split,
            label_field="ground_truth",
            include_all_data=True,
        )
    assert again.default_classes == [*NAMES]
    ending = len(str(Path("yolo-mended/images").resolve())) + 1
    assert {path[ending:] for path in again.values("filepath")} == {
        f"{guide.files.yolo_path(name)}.jpg" for name in guide.files.labels
    }
    assert_same(boxes_of(again), guide.exported, pixels=1e-3)
    again.delete()
    untouched = guide.exported.keys() - mended_images(guide.names["dataset"])
    for name in untouched:
        path = f"labels/{guide.files.yolo_path(name)}.txt"
        rows = [
            np.loadtxt(Path(folder, path), ndmin=2) if Path(folder, path).exists() else None
            for folder in ("yolo", "yolo-mended")
        ]
        if rows[0] is None:
            assert rows[1] is None
        else:
            np.testing.assert_allclose(rows[0], rows[1], rtol=0, atol=1.01e-6)


def test_coco_files_are_as_they_were_but_for_what_was_mended(guide: Followed) -> None:
    coco = guide.names["coco"]
    told, before = (
        json.loads(Path(path).read_text()) for path in ("coco-mended.json", "coco/annotations.json")
    )
    assert {one["name"]: one["id"] for one in told["categories"]} == CATEGORIES
    assert {(one["id"], one["file_name"]) for one in told["images"]} == {
        (one["id"], one["file_name"]) for one in before["images"]
    }
    allowed = {"id", "image_id", "category_id", "bbox", "area", "iscrowd"}
    assert {name for one in told["annotations"] for name in one} == allowed
    again = fo.Dataset.from_dir(
        dataset_type=fo.types.COCODetectionDataset,
        data_path="coco/images",
        labels_path="coco-mended.json",
        label_types="detections",
        label_field="ground_truth",
    )
    assert_same(boxes_of(again), boxes_of(coco), pixels=1e-6)
    removed = odquality.list_issues(coco, KEY, status="accepted")
    assert {one.kind for one in removed} == {"duplicate"}
    assert len(told["annotations"]) == len(before["annotations"]) - len(removed)
    again.delete()


def test_what_was_mended_in_frames_comes_back_into_the_videos(dataset: fo.Dataset) -> None:
    videos = fo.Dataset()
    video = fo.Sample("/nowhere/a.mp4")
    for number, one in enumerate(dataset, 1):
        fields = {name: one[name].copy() for name in ("ground_truth", "predictions")}
        video.frames[number] = fo.Frame(filepath=f"/nowhere/{number}.jpg", **fields)
    videos.add_sample(video)
    section = (ROOT / GUIDE).read_text().partition("### From videos\n")[2]
    code = section.partition("```py\n")[2].partition("```")[0]
    make, back = code.split("# Score and review frames, as below.\n")
    names: dict[str, Any] = {"dataset": videos, "key": KEY}
    # Frames that have files already are not taken from the videos.
    exec(make.replace("sample_frames=True", "sample_frames=True, sparse=True"), names)
    frames = names["frames"]
    odquality.compute_label_quality(frames, key=KEY, min_probability=0.05)
    mended = odquality.accept_all(frames, KEY, min_probability=0.05)
    assert {one.action for one in mended.done} >= {"add", "relabel"}
    exec(back, names)
    shown = videos.first().frames
    labels = {one.id: one.ground_truth for one in shown.values()}
    assert labels == dict(zip(*frames.values(["id", "ground_truth"]), strict=True))
    assert not [path for path in videos.get_frame_field_schema(flat=True) if KEY in path]
    assert KEY not in str(labels)
    for made in (frames, videos):
        made.delete()


def test_annotators_mend_what_has_the_tag(guide: Followed) -> None:
    dataset = guide.names["dataset"]
    edited = odquality.list_issues(dataset, KEY, status="edited")
    assert len(edited) >= 10
    assert guide.names["tagged"].labels >= len(edited)
    for issue in edited:
        (label,) = [
            one
            for one in dataset[issue.sample_id].ground_truth.detections
            if one.id == issue.label_id
        ]
        assert issue.given_label is not None
        assert label.label == NAMES[NAMES.index(issue.given_label) - 1]
    # The tag stays on what nobody has mended, which is missing labels here.
    left = odquality.list_issues(dataset, KEY, min_probability=0.5)
    assert {one.kind for one in left} <= {"overlooked"}
    assert dataset.count_label_tags("ground_truth") == {}


def mended_images(dataset: fo.Dataset) -> set[str]:
    """The names of the images in which a label was mended."""
    issues = odquality.list_issues(dataset, KEY, status="any")
    return {Path(one.filepath).stem for one in issues if one.status in ("accepted", "edited")}


@pytest.fixture
def dataset() -> Iterator[fo.Dataset]:
    made = fo.Dataset()
    made.add_samples(random_samples(60))
    yield made
    made.delete()


def quoted(message: str) -> bool:
    """Whether the guide quotes a part of a message."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", (ROOT / GUIDE).read_text(), flags=re.DOTALL)
    quotes = re.findall(r"\"([^\"]{12,})\"", text)
    return any(" ".join(quote.split()) in message for quote in quotes)


def test_messages_are_quoted_as_they_are(dataset: fo.Dataset) -> None:
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.05)
    issue = odquality.list_issues(dataset, KEY, kinds="swap")[0]
    changed = dataset[issue.sample_id]
    for label in changed.ground_truth.detections:
        label.label = "changed"
    changed.save()
    (refused,) = odquality.accept(dataset, KEY, issue).refused
    assert quoted(refused.reason)
    odquality.compute_label_quality(dataset, key="other", method="objectlab")
    with pytest.raises(ValueError, match="without suggestions") as error:
        odquality.list_issues(dataset, "other")
    assert quoted(str(error.value))


@pytest.mark.parametrize(
    "spoil",
    [
        {"label": lambda label: {"cat": "lion", "dog": "wolf", "bird": "crow"}[label]},
        {"label": lambda label: label.upper()},
        {"bounding_box": lambda box: [number * 640 for number in box]},
    ],
    ids=["other names", "other case", "pixels"],
)
def test_warnings_are_quoted_as_they_are(dataset: fo.Dataset, spoil: dict[str, Any]) -> None:
    for name, change in spoil.items():
        path = f"predictions.detections.{name}"
        values = [[change(one) for one in row] for row in dataset.values(path)]
        dataset.set_values(path, values)
    report = odquality.compute_label_quality(dataset)
    assert any(map(quoted, report.warnings)), report.warnings


def test_the_question_is_quoted_as_it_is() -> None:
    boxes = [[64.0 * place, 48.0, 60.0, 96.0] for place in range(8)]
    dataset = fo.Dataset()
    dataset.add_samples(
        sample(
            [detection("cat", box) for box in boxes],
            [detection("cat", box, confidence=0.9) for box in boxes],
            filepath=f"/nowhere/{number}.jpg",
        )
        for number in range(200)
    )
    report = odquality.compute_label_quality(dataset)
    dataset.delete()
    assert report.maybe_in_sample
    assert any(map(quoted, report.warnings)), report.warnings
