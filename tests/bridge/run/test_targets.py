"""What cannot be scored is refused with advice, before anything is read or written."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import pytest

from odquality.bridge.run.targets import detections_fields
from tests.bridge.datasets import compute, far_sample, set_all


def refusal(samples: Any, **arguments: Any) -> str:
    with pytest.raises(ValueError, match=r"expected|choose|[Ss]core") as caught:
        compute(samples, **arguments)
    if isinstance(samples, fo.Dataset):
        assert samples.list_runs() == []
    return str(caught.value)


@pytest.mark.parametrize("samples", [None, "dataset", []])
def test_no_samples(samples: Any) -> None:
    assert refusal(samples).startswith(f"samples is a {type(samples).__name__}; expected a Fift")


def test_grouped(make_dataset: Any) -> None:
    dataset = make_dataset()
    dataset.add_group_field("group", default="left")
    one = far_sample()
    one["group"] = fo.Group().element("left")
    dataset.add_sample(one)
    message = refusal(dataset)
    assert "samples.select_group_slices(name) (slices: 'left')" in message


def video_dataset(make_dataset: Any) -> fo.Dataset:
    video = fo.Sample(filepath="/nowhere/a.mp4")
    video.frames[1] = fo.Frame(
        filepath="/nowhere/1.jpg",
        ground_truth=fo.Detections(detections=[]),
        predictions=fo.Detections(detections=[]),
    )
    return make_dataset([video])


def test_video(make_dataset: Any) -> None:
    message = refusal(video_dataset(make_dataset))
    assert message.startswith("samples holds videos; score their frames as images")


def test_frames(make_dataset: Any) -> None:
    frames = video_dataset(make_dataset).to_frames(sample_frames=True, sparse=True)
    message = refusal(frames)
    assert message.startswith("samples is a FramesView: its samples are made from those of another")


def test_the_advice_for_videos_works(make_dataset: Any) -> None:
    frames = video_dataset(make_dataset).to_frames(sample_frames=True, sparse=True).clone()
    try:
        frames.set_field("metadata", fo.ImageMetadata(width=640, height=480)).save()
        assert compute(frames).num_scored == 1
    finally:
        frames.delete()


def test_patches(dataset: fo.Dataset) -> None:
    message = refusal(dataset.to_patches("ground_truth"))
    assert message.startswith("samples is a PatchesView")
    assert "view.clone()" in message


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


@pytest.mark.parametrize("probs_attr", ["", 3])
def test_an_attribute_that_is_no_name(dataset: fo.Dataset, probs_attr: Any) -> None:
    assert refusal(dataset, probs_attr=probs_attr).startswith(f"probs_attr is {probs_attr!r}")


def test_an_unknown_method(dataset: fo.Dataset) -> None:
    assert refusal(dataset, method="best").startswith("method is 'best'; expected one of")


def test_fields_to_choose_from(dataset: fo.Dataset) -> None:
    set_all(dataset, "classification", fo.Classification(label="x"))
    assert detections_fields(dataset) == ["ground_truth", "predictions"]
    assert detections_fields(dataset.select_fields("predictions")) == ["predictions"]
