"""What cannot be scored is refused with advice, before anything is read or written."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import fiftyone as fo
import pytest
from fiftyone import ViewField as F

import odquality
from odquality.bridge.run.targets import detections_fields
from odquality.bridge.store.marks import make_mark
from tests.bridge.datasets import BOX, compute, detection, far_sample, set_all


def refusal(samples: Any, **arguments: Any) -> str:
    with pytest.raises(ValueError, match=r"expected|choose|[Ss]core") as caught:
        compute(samples, **arguments)
    if isinstance(samples, fo.Dataset):
        assert samples.list_runs() == []
    return str(caught.value)


@pytest.mark.parametrize("samples", [None, "dataset", []])
def test_no_samples(samples: Any) -> None:
    assert refusal(samples).startswith(f"samples is a {type(samples).__name__}; expected a Fift")


def follow(message: str, samples: Any) -> Any:
    """Does what a message says, by evaluating the expression in it."""
    expression = re.search(r"(?:samples|fo)\.(?:\w+|\((?:[^()]|\([^()]*\))*\)|[.])+", message)
    assert expression is not None, message
    return eval(expression.group(), {"samples": samples, "fo": fo})


def grouped_dataset(make_dataset: Any) -> fo.Dataset:
    dataset = make_dataset()
    dataset.add_group_field("group", default="lidar")
    for number in range(3):
        group, one = fo.Group(), far_sample()
        one["group"], one["number"] = group.element("left"), number
        dataset.add_sample(fo.Sample("/nowhere/a.pcd", group=group.element("lidar"), number=number))
        dataset.add_sample(one)
    return dataset


def test_grouped(make_dataset: Any) -> None:
    dataset = grouped_dataset(make_dataset)
    message = refusal(dataset)
    assert "samples.select_group_slices('left') (slices: 'left')" in message
    assert compute(follow(message, dataset)).num_scored == 3


def test_grouped_without_images(make_dataset: Any) -> None:
    dataset = make_dataset()
    dataset.add_group_field("group", default="lidar")
    dataset.add_sample(fo.Sample("/nowhere/a.pcd", group=fo.Group().element("lidar")))
    with pytest.raises(ValueError, match=r"none of its slices holds images: .*point-cloud"):
        compute(dataset)


def test_dynamic_groups(dataset: fo.Dataset) -> None:
    view = dataset.limit(5).group_by("rank")
    message = refusal(view)
    assert message.endswith("score its samples without the groups: samples.flatten()")
    assert compute(follow(message, view)).num_scored == 5


def test_dynamic_groups_of_grouped_samples(make_dataset: Any) -> None:
    view = grouped_dataset(make_dataset).group_by("number")
    flat = follow(refusal(view), view)
    assert compute(follow(refusal(flat), flat)).num_scored == 3


@pytest.mark.parametrize("group", [lambda view: view, lambda view: view.flatten()])
def test_a_slice_that_is_grouped_by_a_view(make_dataset: Any, group: Callable[[Any], Any]) -> None:
    view = group(grouped_dataset(make_dataset).select_group_slices("left").group_by("number"))
    message = refusal(view)
    assert "none of its slices" not in message
    assert compute(follow(message, view)).num_scored == 3


def video_dataset(make_dataset: Any) -> fo.Dataset:
    events = fo.TemporalDetections(detections=[fo.TemporalDetection(label="x", support=[1, 2])])
    video = fo.Sample(filepath="/nowhere/a.mp4", events=events)
    for number in (1, 2, 3):
        video.frames[number] = fo.Frame(
            filepath=f"/nowhere/{number}.jpg",
            ground_truth=fo.Detections(detections=[detection("cat", BOX)]),
            predictions=fo.Detections(detections=[detection("cat", BOX, confidence=0.9)]),
        )
    return make_dataset([video])


VIDEOS: dict[str, tuple[Callable[[fo.Dataset], Any], str, int]] = {
    "videos": (lambda dataset: dataset, "samples holds videos; score their frames as images", 3),
    "clips": (lambda dataset: dataset.to_clips("events"), "samples is a ClipsView: its samples", 2),
    "frames": (
        lambda dataset: dataset.to_frames(sample_frames=True, sparse=True),
        "samples is a FramesView: its samples are made from the frames of videos",
        3,
    ),
    "patches of frames": (
        lambda dataset: dataset.to_frames(sample_frames=True, sparse=True).to_patches(
            "ground_truth"
        ),
        "samples is a PatchesView: each of its samples is one box of a frame",
        3,
    ),
}


@pytest.mark.parametrize("kind", VIDEOS)
def test_the_advice_for_videos_works(make_dataset: Any, kind: str) -> None:
    make_view, beginning, num_frames = VIDEOS[kind]
    view = make_view(video_dataset(make_dataset))
    message = refusal(view)
    assert message.startswith(beginning)
    frames = follow(message, view)
    try:
        assert compute(frames, method="calibrated").num_scored == num_frames
    finally:
        frames.delete()


PATCHES: dict[str, Callable[[fo.Dataset], Any]] = {
    "patches": lambda dataset: dataset.to_patches("ground_truth"),
    "some patches": lambda dataset: dataset.match(F("rank") > 3).to_patches("predictions"),
    "evaluation patches": lambda dataset: dataset.to_evaluation_patches("evaluation"),
}


@pytest.mark.parametrize("kind", PATCHES)
def test_the_advice_for_patches_works(dataset: fo.Dataset, kind: str) -> None:
    dataset.evaluate_detections(
        "predictions", gt_field="ground_truth", eval_key="evaluation", progress=False
    )
    view = PATCHES[kind](dataset)
    message = refusal(view)
    assert "each of its samples is one box. Score the samples that they come from" in message
    assert compute(follow(message, view)).num_scored == len(set(view.values("sample_id")))


def test_a_dataset_made_of_patches(dataset: fo.Dataset) -> None:
    patches = dataset.to_patches("ground_truth").clone()
    try:
        assert "a sample of patches is one box; score the dataset" in refusal(patches)
    finally:
        patches.delete()


def test_other_media(make_dataset: Any) -> None:
    dataset = make_dataset([fo.Sample(filepath="/nowhere/cloud.pcd")])
    assert "media of type 'point-cloud'; expected images" in refusal(dataset)


@pytest.mark.parametrize("argument", ["gt_field", "pred_field"])
@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("missing", "'missing', which does not exist"),
        ("rank", "'rank', a field of type IntField"),
        ("classification", "'classification', a field of type Classification"),
        ("ground_truth.detections", "'ground_truth.detections', a field of type"),
        ("", "'', which does not exist"),
        (None, "None, which does not exist"),
        ("tags", "'tags', a field of type ListField"),
    ],
)
def test_no_detections_field(dataset: fo.Dataset, argument: str, path: Any, problem: str) -> None:
    set_all(dataset, "classification", fo.Classification(label="x"))
    message = refusal(dataset, **{argument: path})
    assert message.startswith(f"{argument} is {problem}")
    assert message.endswith("expected a Detections field: one of ['ground_truth', 'predictions']")


def test_no_detections_at_all(make_dataset: Any) -> None:
    dataset = make_dataset([fo.Sample(filepath="/nowhere/a.jpg")])
    assert refusal(dataset).endswith("one, but the dataset has none")


def test_a_view_that_lacks_a_field(dataset: fo.Dataset) -> None:
    message = refusal(dataset.select_fields("ground_truth"))
    assert message.startswith("pred_field is 'predictions', which does not exist")


def test_one_field_for_both(dataset: fo.Dataset) -> None:
    message = refusal(dataset, pred_field="ground_truth")
    assert message == "gt_field and pred_field are both 'ground_truth'; expected two fields"


@pytest.mark.parametrize("key", ["", "my key", "1st", "a.b", "a-b", "$a", "class", None, 3, "_own"])
def test_a_key_that_is_no_name(dataset: fo.Dataset, key: Any) -> None:
    assert refusal(dataset, key=key).startswith(f"key is {key!r}; expected a name")


@pytest.mark.parametrize("suffix", ["", "_overlooked", "_badloc"])
def test_a_key_that_collides_with_a_field_of_the_user(dataset: fo.Dataset, suffix: str) -> None:
    set_all(dataset, f"mine{suffix}", 0.5)
    message = refusal(dataset, key="mine")
    assert f"would overwrite: ['mine{suffix}']; choose another key" in message
    assert dataset.values(f"mine{suffix}") == [0.5] * 8


def test_a_key_that_collides_with_an_attribute_of_the_user(dataset: fo.Dataset) -> None:
    dataset.add_sample_field("ground_truth.detections.mine_swap", fo.FloatField)
    message = refusal(dataset, key="mine")
    assert "overwrite: ['ground_truth.detections.mine_swap']" in message


@pytest.mark.parametrize("key", ["ground_truth", "predictions", "rank"])
def test_a_key_that_is_a_field(dataset: fo.Dataset, key: str) -> None:
    assert "would overwrite" in refusal(dataset, key=key)


def test_a_key_of_a_run_of_another_kind(dataset: fo.Dataset) -> None:
    dataset.register_run("other", dataset.init_run(method="somebody's"))
    with pytest.raises(ValueError, match=r"key is 'other', which is a run of another kind"):
        compute(dataset, key="other")
    assert dataset.list_runs() == ["other"]


@pytest.mark.parametrize("argument", ["probs_attr", "iscrowd"])
@pytest.mark.parametrize(
    "name",
    [
        *("", " ", 3, True, ["probs"], b"probs", "$x", "a$b", "a.b", ".", "attributes.x.value"),
        *("_id", "id", "_cls", "label", "bounding_box", "confidence", "tags", "attributes", "a\0"),
    ],
    ids=repr,
)
def test_an_attribute_that_is_no_name(dataset: fo.Dataset, argument: str, name: Any) -> None:
    assert refusal(dataset, **{argument: name}).startswith(f"{argument} is {name!r}")


ARGUMENTS: dict[str, list[Any]] = {
    "classes": ["cat", b"cat", 3, {"cat"}, ["cat", "cat"], [], {1: "cat"}, ["cat", 1]],
    "class_map": ["cat", ["cat"], {"cat": 1}, {1: "cat"}, 3],
    "min_probability": [None, "0.5", -0.1, 1.1, float("nan"), [0.5], True, 10**400],
    "score_unannotated": [None, "yes", 1],
    "method": [None, "best", ["objectlab"], 3, {}],
    "gt_field": [None, "", 3, ["ground_truth"], "x" * 500, "$", "ground_truth."],
}


@pytest.mark.parametrize(
    ("argument", "value"),
    [(name, value) for name, values in ARGUMENTS.items() for value in values],
    ids=lambda value: repr(value)[:40],
)
def test_a_bad_argument_is_named(dataset: fo.Dataset, argument: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"^{argument} (is|names) "):
        odquality.compute_label_quality(
            dataset, **{"gt_field": "ground_truth", "pred_field": "predictions", argument: value}
        )
    assert dataset.list_runs() == []


def own_field(dataset: fo.Dataset, path: str, **arguments: Any) -> None:
    name = path.rpartition(".")[2]
    dataset.add_sample_field(path, info=make_mark("key", name), **arguments)


def test_fields_of_runs_are_no_input(dataset: fo.Dataset) -> None:
    own_field(
        dataset,
        "suggested",
        ftype=fo.EmbeddedDocumentField,
        embedded_doc_type=fo.Detections,
    )
    own_field(dataset, "predictions.detections.swap_flag", ftype=fo.FloatField)
    assert detections_fields(dataset) == ["ground_truth", "predictions"]
    message = refusal(dataset, gt_field="suggested")
    assert message.startswith("gt_field is 'suggested', which a run of this plugin wrote; expected")
    message = refusal(dataset, probs_attr="swap_flag")
    assert message.startswith("probs_attr is 'swap_flag', an attribute that a run of this plugin")


def test_an_unknown_method(dataset: fo.Dataset) -> None:
    assert refusal(dataset, method="best").startswith("method is 'best'; expected one of")


def test_fields_to_choose_from(dataset: fo.Dataset) -> None:
    set_all(dataset, "classification", fo.Classification(label="x"))
    assert detections_fields(dataset) == ["ground_truth", "predictions"]
    assert detections_fields(dataset.select_fields("predictions")) == ["predictions"]
