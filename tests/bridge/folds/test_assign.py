"""Folds in FiftyOne's datasets: what stays together, what is written, and what is refused."""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import fiftyone as fo
import pytest
from fiftyone import ViewField as F

import odquality
from odquality.bridge.store.marks import is_folds
from tests.bridge.datasets import random_samples

ROOT = Path(__file__).parents[3]


def samples_of(number: int, **columns: Any) -> list[fo.Sample]:
    """Samples with values of fields, one value per sample each."""
    return [
        fo.Sample(
            filepath=f"/nowhere/{row}.jpg",
            **{name: column[row] for name, column in columns.items()},
        )
        for row in range(number)
    ]


def folds_by(samples: Any, path: str, field: str = "fold") -> dict[Any, set[int]]:
    """The folds in which each value of a field is."""
    found = defaultdict(set)
    for value, fold in zip(*samples.values([path, field]), strict=True):
        for one in value if isinstance(value, list) else [value]:
            found[one].add(fold)
    return found


def test_folds_are_of_equal_sizes(make_dataset: Any) -> None:
    dataset = make_dataset(samples_of(23))
    report = odquality.assign_folds(dataset, 5)
    assert Counter(dataset.values("fold")) == {0: 5, 1: 5, 2: 5, 3: 4, 4: 4}
    assert report.sizes == (5, 5, 5, 4, 4)
    assert (report.num_groups, report.largest_group, report.warnings) == (23, 1, ())
    assert str(report) == "Assigned 23 samples to 5 folds of 4 to 5, in field 'fold'"
    assert isinstance(dataset.get_field("fold"), fo.IntField)


def test_frames_of_a_video_stay_together(make_dataset: Any) -> None:
    videos = [f"video-{row % 9}" for row in range(60)]
    dataset = make_dataset(samples_of(60, video=videos))
    report = odquality.assign_folds(dataset, 3, group="video")
    assert all(len(folds) == 1 for folds in folds_by(dataset, "video").values())
    assert report.num_groups == 9
    assert max(report.sizes) - min(report.sizes) <= report.largest_group == 7


def test_samples_without_a_value_belong_to_nothing(make_dataset: Any) -> None:
    values = [None] * 10 + ["a"] * 4
    dataset = make_dataset(samples_of(14, video=values, scene=[float("nan")] * 14))
    report = odquality.assign_folds(dataset, 2, group=["video", "scene"])
    assert (report.num_groups, report.sizes) == (11, (7, 7))


def test_several_fields_and_lists_of_values_connect(make_dataset: Any) -> None:
    """A is a near-duplicate of B, which is of the video of C."""
    columns = {
        "video": ["v", "w", "w", "x", None, "y"],
        "near": [["d"], ["d", "e"], [], None, ["e"], ["f"]],
    }
    dataset = make_dataset(samples_of(6, **columns))
    report = odquality.assign_folds(dataset, 3, group=["video", "near"])
    folds = dataset.values("fold")
    assert len(set(folds[:3] + folds[4:5])) == 1
    assert (report.num_groups, report.largest_group) == (3, 4)
    (warning,) = report.warnings
    assert "the largest group has 4 samples" in warning


def test_values_of_different_types_are_different(make_dataset: Any) -> None:
    dataset = make_dataset(samples_of(4, code=[1, 2, 2**40, 2**40]))
    assert odquality.assign_folds(dataset, 2, group="code").num_groups == 3
    dataset.add_sample_field("text", fo.StringField)
    dataset.set_values("text", ["1", "2", "3", "4"])
    assert odquality.assign_folds(dataset, 2, group=["code", "text"]).num_groups == 3


def test_an_original_stays_with_the_near_duplicates_that_name_it(make_dataset: Any) -> None:
    """By its id, as a text or not, also where it comes later or names another one itself."""
    dataset = make_dataset(samples_of(9, near_duplicate_of=["0" * 24] * 9))
    ids = dataset.values("id")
    named = [None, ids[0], ids[1], ids[5], None, None, None, ids[7], None]
    dataset.set_values("near_duplicate_of", named)
    dataset.add_sample_field("origin", fo.ObjectIdField)
    dataset.set_values("origin", [None] * 8 + [ids[7]])
    report = odquality.assign_folds(dataset, 3, group=["near_duplicate_of", "origin"])
    folds = dataset.values("fold")
    assert len(set(folds[:3])) == len({folds[3], folds[5]}) == len(set(folds[7:])) == 1
    assert (report.num_groups, report.sizes) == (5, (3, 3, 3))
    odquality.assign_folds(dataset.shuffle(seed=1), 3, group=["near_duplicate_of", "origin"])
    assert dataset.values("fold") == folds


def test_a_number_is_the_same_however_it_is_stored(make_dataset: Any) -> None:
    dataset = make_dataset()
    dataset.add_sample_field("second", fo.FloatField)
    dataset.add_samples(samples_of(6, second=[3, 3.0, 0.0, -0.0, 4.5, 5.0]))
    assert odquality.assign_folds(dataset, 2, group="second").num_groups == 4
    folds = dataset.values("fold")
    assert (folds[0], folds[2]) == (folds[1], folds[3])
    odquality.assign_folds(dataset.sort_by("filepath", reverse=True), 2, group="second")
    assert dataset.values("fold") == folds


def test_fields_that_a_view_hides_hold_samples_together(make_dataset: Any) -> None:
    videos = [f"video-{row % 9}" for row in range(60)]
    dataset = make_dataset(samples_of(60, video=videos, weather=["sun", "rain"] * 30))
    odquality.assign_folds(dataset, 3, group="video", stratify="weather")
    folds = dataset.values("fold")
    views = (
        dataset.select_fields("weather"),
        dataset.match(F("weather") != None).exclude_fields(["video", "weather"]),  # noqa: E711
    )
    for view in views:
        report = odquality.assign_folds(view, 3, group="video", stratify="weather")
        assert (report.num_groups, dataset.values("fold")) == (9, folds)


def test_groups_that_a_view_hides_stay_together(make_dataset: Any) -> None:
    """Slices, and the crops of an image."""
    grouped = make_dataset()
    grouped.add_group_field("group", default="left")
    for row in range(12):
        group = fo.Group()
        grouped.add_samples(
            fo.Sample(f"/nowhere/{row}-{name}.jpg", group=group.element(name))
            for name in ("left", "right")
        )
    both = grouped.select_group_slices(["left", "right"])
    for view in (both.select_fields("filepath"), both.exclude_fields("group")):
        assert odquality.assign_folds(view, 3).num_groups == 12
    images = make_dataset(random_samples(6))
    crops = images.to_patches("ground_truth").clone()
    try:
        num_images = len(crops.distinct("sample_id"))
        for view in (crops, crops.select_fields("filepath"), crops.exclude_fields("sample_id")):
            assert odquality.assign_folds(view, 2).num_groups == num_images < len(crops)
    finally:
        crops.delete()


def test_a_sample_that_a_view_shows_twice_counts_once(make_dataset: Any) -> None:
    dataset = make_dataset(samples_of(30, video=[f"video-{row // 3}" for row in range(30)]))
    view = dataset[:20].concat(dataset[10:30])
    report = odquality.assign_folds(view, 5, group="video")
    assert (report.sizes, report.largest_group) == ((6,) * 5, 3)


def test_slices_of_a_group_stay_together(make_dataset: Any) -> None:
    dataset = make_dataset()
    dataset.add_group_field("group", default="left")
    samples = []
    for row in range(12):
        group = fo.Group()
        samples += [
            fo.Sample(filepath=f"/nowhere/{row}-{name}{ending}", group=group.element(name))
            for name, ending in (("left", ".jpg"), ("right", ".jpg"), ("scan", ".pcd"))
        ]
    dataset.add_samples(samples)
    for grouped in (dataset, dataset.match(F("filepath") != None)):  # noqa: E711
        report = odquality.assign_folds(grouped, 3)
        assert report.sizes == (12, 12, 12)
        flat = dataset.select_group_slices(_allow_mixed=True)
        assert len(flat) == 36
        assert all(len(folds) == 1 for folds in folds_by(flat, "group.id").values())
    one_slice = odquality.assign_folds(dataset.select_group_slices("right"), 3)
    assert one_slice.sizes == (4, 4, 4)
    assert dataset.values("fold") == [None] * 12


def test_frames_that_became_samples_stay_with_their_video(make_dataset: Any) -> None:
    videos = make_dataset()
    for name in "abc":
        video = fo.Sample(filepath=f"/nowhere/{name}.mp4")
        for number in range(1, 5):
            video.frames[number] = fo.Frame(filepath=f"/nowhere/{name}-{number}.jpg")
        videos.add_sample(video)
    frames = videos.to_frames(sample_frames=False)
    with pytest.raises(ValueError, match="FramesView, made from other samples"):
        odquality.assign_folds(frames, 3)
    dataset = frames.clone()
    try:
        report = odquality.assign_folds(dataset, 3)
        assert (report.num_groups, report.sizes) == (3, (4, 4, 4))
        assert all(len(folds) == 1 for folds in folds_by(dataset, "sample_id").values())
    finally:
        dataset.delete()
    assert odquality.assign_folds(videos, 3).sizes == (1, 1, 1)
    with pytest.raises(ValueError, match=r"group is 'frames\.filepath', a field of frames"):
        odquality.assign_folds(videos, 3, group="frames.filepath")


def test_classes_are_spread(make_dataset: Any) -> None:
    dataset = make_dataset(random_samples(40))
    labels = "ground_truth.detections.label"
    dataset.set_values("rare", [["x"] if row < 5 else ["y"] for row in range(40)])
    report = odquality.assign_folds(dataset, 5, stratify="rare")
    assert report.sizes == (8,) * 5
    assert sorted(dataset.match(F("rare").contains("x")).values("fold")) == [0, 1, 2, 3, 4]
    assert odquality.assign_folds(dataset, 5, stratify=labels).sizes == (8,) * 5


def test_neither_the_order_nor_the_process_matters(make_dataset: Any) -> None:
    dataset = make_dataset(samples_of(40, video=[f"v{row % 13}" for row in range(40)]))
    dataset.persistent = True
    odquality.assign_folds(dataset, 4, group="video", stratify="video")
    folds = dict(zip(*dataset.values(["id", "fold"]), strict=True))
    odquality.assign_folds(dataset.shuffle(seed=1), 4, group="video", stratify="video")
    assert dict(zip(*dataset.values(["id", "fold"]), strict=True)) == folds
    code = (
        "import fiftyone as fo, odquality\n"
        f"dataset = fo.load_dataset({dataset.name!r})\n"
        "odquality.assign_folds(dataset, 4, 'again', 'video', stratify='video')"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    dataset.reload()
    assert dict(zip(*dataset.values(["id", "again"]), strict=True)) == folds
    odquality.assign_folds(dataset, 4, "other", group="video", seed=52)
    assert dataset.values("other") != dataset.values("fold")


def test_videos_have_the_same_folds_in_a_dataset_with_other_ids(make_dataset: Any) -> None:
    videos = [f"v{row % 13}" for row in range(40)]
    folds = []
    for _ in range(2):
        dataset = make_dataset(samples_of(40, video=videos))
        odquality.assign_folds(dataset, 4, group="video")
        folds.append(dataset.values("fold"))
    assert folds[0] == folds[1]


def test_a_view_alone_gets_folds(make_dataset: Any) -> None:
    dataset = make_dataset(samples_of(20))
    odquality.assign_folds(dataset, 2)
    view = dataset.skip(12).sort_by("filepath")
    assert odquality.assign_folds(view, 2).sizes == (4, 4)
    assert dataset.values("fold")[:12] == [None] * 12
    assert Counter(view.values("fold")) == {0: 4, 1: 4}


def test_samples_in_memory_have_their_folds(make_dataset: Any) -> None:
    dataset = make_dataset(samples_of(4))
    sample = dataset.first()
    before = sample.last_modified_at
    odquality.assign_folds(dataset, 2)
    assert sample.fold in (0, 1)
    assert sample.last_modified_at > before
    assert sample.fold == dataset[sample.id].fold


def test_what_someone_else_wrote_is_not_replaced_unless_asked(make_dataset: Any) -> None:
    dataset = make_dataset(samples_of(6, fold=[7] * 6))
    with pytest.raises(ValueError, match="field is 'fold', a field that assign_folds did not"):
        odquality.assign_folds(dataset, 2)
    assert dataset.values("fold") == [7] * 6
    odquality.assign_folds(dataset, 2, overwrite=True)
    assert Counter(dataset.values("fold")) == {0: 3, 1: 3}
    # It is the function's own now, but no more once someone gives it another name.
    odquality.assign_folds(dataset, 3)
    dataset.rename_sample_field("fold", "mine")
    with pytest.raises(ValueError, match="'mine'"):
        odquality.assign_folds(dataset, 2, "mine")


def test_a_field_that_comes_while_groups_are_read_is_not_replaced(make_dataset: Any) -> None:
    dataset = make_dataset(samples_of(20, video=["a", "b"] * 10))

    class Reading(list[str]):
        """Paths that are asked for just before the groups are read."""

        def __iter__(self) -> Any:
            if not dataset.has_field("fold"):
                dataset.set_values("fold", ["mine"] * 20)
            return super().__iter__()

    with pytest.raises(ValueError, match="did not write"):
        odquality.assign_folds(dataset, 2, group=Reading(["video"]))
    assert dataset.values("fold") == ["mine"] * 20


def test_a_clone_knows_its_folds(make_dataset: Any) -> None:
    dataset = make_dataset(samples_of(6))
    odquality.assign_folds(dataset, 2)
    clone = dataset.clone()
    try:
        assert clone.values("fold") == dataset.values("fold")
        assert is_folds(clone.get_field("fold").info, "fold")
        assert odquality.assign_folds(clone, 3).sizes == (2, 2, 2)
    finally:
        clone.delete()


def test_values_that_are_not_declared_are_someones(make_dataset: Any) -> None:
    dataset = make_dataset(samples_of(4))
    dataset._sample_collection.update_many({}, {"$set": {"fold": "theirs"}})
    with pytest.raises(ValueError, match="does not declare"):
        odquality.assign_folds(dataset, 2)
    odquality.assign_folds(dataset, 2, overwrite=True)
    assert Counter(dataset.values("fold")) == {0: 2, 1: 2}


def test_runs_and_folds_leave_each_other_alone(make_dataset: Any) -> None:
    dataset = make_dataset(random_samples(8))
    odquality.assign_folds(dataset, 2)
    with pytest.raises(ValueError, match="would overwrite: \\['fold'\\]"):
        odquality.compute_label_quality(dataset, key="fold")
    odquality.compute_label_quality(dataset, key="run")
    with pytest.raises(ValueError, match="field is 'run', which a label quality run wrote"):
        odquality.assign_folds(dataset, 2, "run", overwrite=True)
    folds = dataset.values("fold")
    dataset.delete_run("run")
    assert dataset.values("fold") == folds


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "one fold": ({"k": 1}, "k is 1; expected an integer from 2 to 1000"),
    "a text": ({"k": "3"}, "k is '3'; expected an integer"),
    "more folds than samples": ({"k": 9}, "k is 9, but the 8 samples make 8 groups"),
    "a path": ({"field": "a.b"}, "field is 'a.b'; expected a name"),
    "no name": ({"field": None}, "field is None; expected a name"),
    "FiftyOne's": ({"field": "tags"}, "field is 'tags', but FiftyOne's samples"),
    "labels": (
        {"field": "ground_truth", "overwrite": True},
        "field is 'ground_truth', a field of type Detections, which is never replaced",
    ),
    "no field": ({"group": "nothing"}, r"group is 'nothing', which is no field.*'filepath'"),
    "a field of labels": ({"group": "ground_truth"}, "a field of type Detections; expected texts"),
    "no paths": ({"group": 3}, "group is 3; expected a path"),
    "a path in a list": ({"group": ["filepath", 3]}, "group is 3, which is no field"),
    "the field itself": ({"group": "rank", "field": "rank", "overwrite": True}, "are both 'rank'"),
    "stratify": ({"stratify": "predictions"}, "stratify is 'predictions', a field of type"),
    "seed": ({"seed": -1}, "seed is -1; expected an integer from 0"),
    "overwrite": ({"overwrite": "yes"}, "overwrite is 'yes'; expected True or False"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_and_nothing_written(dataset: fo.Dataset, case: str) -> None:
    arguments, message = REFUSED[case]
    before = dataset.get_field_schema(flat=True).keys()
    with pytest.raises(ValueError, match=message):
        odquality.assign_folds(dataset, **{"k": 2, **arguments})
    assert dataset.get_field_schema(flat=True).keys() == before


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda dataset: "my-dataset", "samples is a str; expected a FiftyOne dataset or view"),
        (lambda dataset: dataset.to_patches("ground_truth"), "PatchesView, made from other"),
        (lambda dataset: dataset.group_by("rank"), "samples is grouped by a view"),
        (lambda dataset: dataset.limit(0), "samples is empty"),
    ],
)
def test_what_has_no_samples_of_its_own_is_refused(
    dataset: fo.Dataset, make: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        odquality.assign_folds(make(dataset), 2)
    assert not dataset.has_field("fold")


def test_a_read_only_field_is_refused(dataset: fo.Dataset) -> None:
    odquality.assign_folds(dataset, 2)
    field = dataset.get_field("fold")
    field.read_only = True
    field.save()
    with pytest.raises(ValueError, match="read-only"):
        odquality.assign_folds(dataset, 2)
