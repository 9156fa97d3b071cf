"""A detector that agrees with the labels implausibly well is asked about, and no honest one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.accuracy.files import DATASETS, load_dataset
from devtools.real_data import DATA_FOLDER
from odquality.core.geometry import box_iou
from odquality.core.in_sample import HELD_OUT, TRAINING, UNKNOWN, InSample
from odquality.core.scenes import Boxes, Predictions, Scenes

LEARNT = ("bccd_seen", "injected_seen")


def scenes_of(
    number: int,
    share: float,
    *,
    seed: int = 0,
    labels_each: int = 6,
    burst: int = 1,
    ignored: bool = False,
) -> Scenes:
    """Images whose labels are all found, with confident predictions elsewhere besides.

    Args:
        number: of images.
        share: of the confident predictions that have no label.
        seed: of the places.
        labels_each: labels of each image.
        burst: how many predictions without a label an image has that has any.
        ignored: whether those lie in a region to ignore.
    """
    rng = np.random.default_rng(seed)
    extra = burst * (rng.random(number) < labels_each * share / (1 - share) / burst)
    counts = np.full(number, labels_each)
    xyxy = np.tile([0.0, 0.0, 10.0, 10.0], (number * labels_each, 1))
    xyxy += 20.0 * np.tile(np.arange(labels_each), number)[:, None]
    elsewhere = np.tile([500.0, 0.0, 510.0, 10.0], (int(extra.sum()), 1))
    image = np.concatenate([np.repeat(np.arange(number), of) for of in (counts, extra)])
    order = np.argsort(image, kind="stable")
    boxes = np.concatenate([xyxy + rng.normal(0, 0.2, xyxy.shape), elsewhere])[order]
    found = Predictions(
        boxes, np.zeros(len(boxes), np.int64), counts + extra, rng.uniform(0.55, 1, len(boxes))
    )
    regions = np.full(number, int(ignored))
    return Scenes(
        Boxes(xyxy, np.zeros(len(xyxy), np.int64), counts),
        found,
        Boxes(
            np.tile([490.0, 0.0, 520.0, 20.0], (int(regions.sum()), 1)),
            np.zeros(int(regions.sum()), np.int64),
            regions,
        ),
    )


def finding(scenes: Scenes, parts: Any = None) -> str | None:
    observed = InSample()
    observed.observe(scenes, parts)
    return observed.finding("labels", "predictions")


def test_it_asks_where_hardly_any_confident_prediction_is_without_a_label() -> None:
    asked = finding(scenes_of(300, 0.01))
    assert asked is not None
    assert "was the detector trained on these labels?" in asked
    assert "confident predictions of predictions have no label of their class in labels" in asked


def test_it_asks_of_filtered_predictions_whether_they_are() -> None:
    asked = finding(scenes_of(300, 0.0))
    assert asked is not None
    assert "were those without one left out, or was the detector trained" in asked


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("burst", [1, 4])
@pytest.mark.parametrize("number", [60, 150, 400])
def test_the_most_careful_of_honest_detectors_is_not_asked_about(
    seed: int, burst: int, number: int
) -> None:
    assert finding(scenes_of(number, 0.045, seed=seed, burst=burst)) is None


def test_few_images_or_predictions_say_nothing() -> None:
    assert finding(scenes_of(49, 0.0, labels_each=10)) is None
    assert finding(scenes_of(50, 0.0, labels_each=10)) is not None
    assert finding(scenes_of(60, 0.0, labels_each=4)) is None
    assert finding(scenes_of(0, 0.0)) is None


def test_a_detector_that_seldom_says_half_is_judged_by_its_most_confident() -> None:
    """Few of an honest detector's predictions above .5 are wrong if few are above .5."""
    scenes = scenes_of(300, 0.2, seed=1)
    on_label = scenes.predictions.xyxy[:, 0] < 400
    rng = np.random.default_rng(2)
    unsure = rng.uniform(0.12, 0.4, len(on_label))
    above = on_label & (rng.random(len(on_label)) < 0.5)
    shy = replace(scenes.predictions, confidence=np.where(above, 0.8, unsure))
    assert finding(replace(scenes, predictions=shy)) is None
    learnt = scenes_of(300, 0.005)
    halved = replace(learnt.predictions, confidence=learnt.predictions.confidence / 3)
    assert finding(replace(learnt, predictions=halved)) is not None


def test_confidences_near_nothing_say_nothing() -> None:
    scenes = scenes_of(300, 0.0)
    low = replace(scenes.predictions, confidence=scenes.predictions.confidence / 20)
    assert finding(replace(scenes, predictions=low)) is None


def test_predictions_in_regions_to_ignore_do_not_count() -> None:
    assert finding(scenes_of(300, 0.2)) is None
    assert finding(scenes_of(300, 0.2, ignored=True)) is not None


def test_a_label_of_another_class_is_none() -> None:
    scenes = scenes_of(300, 0.0)
    assert (
        finding(replace(scenes, labels=replace(scenes.labels, classes=scenes.labels.classes + 1)))
        is None
    )


def parts_of(number: int) -> dict[str, Any]:
    first = np.arange(number) < number // 2
    return {TRAINING: first, HELD_OUT: ~first}


def test_parts_that_differ_are_safe_to_compare() -> None:
    """A share that would be plausible by itself."""
    joined = Scenes.join([scenes_of(200, 0.04, seed=3), scenes_of(200, 0.25, seed=4)])
    assert finding(joined) is None
    asked = finding(joined, parts_of(400))
    assert asked is not None
    assert "on images marked as training" in asked
    backwards = {TRAINING: parts_of(400)[HELD_OUT], HELD_OUT: parts_of(400)[TRAINING]}
    assert finding(joined, backwards) is None


@pytest.mark.parametrize("turns", [1, 2, 4, 5, 10])
def test_parts_that_take_turns_are_both_looked_at(turns: int) -> None:
    """Of very many images some are looked at, evenly spread: of each part, in whatever order."""
    number = 1000
    held_out = np.arange(number) % turns == turns - 1
    joined = Scenes.join([scenes_of(number, 0.04, seed=3), scenes_of(number, 0.25, seed=4)])
    scenes = joined.of_images(np.arange(number) + number * held_out)
    observed = InSample()
    observed.observe(scenes, {TRAINING: ~held_out, HELD_OUT: held_out})
    labels = {name: part.labels for name, part in observed.parts.items()}
    assert labels[HELD_OUT] == pytest.approx(6 * number / 4 / turns, rel=0.05)
    assert sum(labels.values()) == pytest.approx(6 * number / 4, rel=0.05)
    if turns in (2, 4):
        asked = observed.finding("labels", "predictions")
        assert asked is not None
        assert "on images marked as training" in asked


@pytest.mark.parametrize("seed", range(10))
def test_parts_that_are_alike_are_not_asked_about(seed: int) -> None:
    assert finding(scenes_of(400, 0.08, seed=seed), parts_of(400)) is None


def test_parts_that_are_both_implausible_are_asked_about() -> None:
    assert finding(scenes_of(400, 0.005), parts_of(400)) is not None


def test_observations_merge_in_any_grouping() -> None:
    whole, parts = InSample(), [InSample(), InSample()]
    chunks = [scenes_of(40, share, seed=seed) for seed, share in enumerate((0.1, 0.02, 0.3))]
    whole.observe(Scenes.join(chunks))
    parts[0].observe(chunks[0])
    parts[1].observe(chunks[1])
    parts[1].observe(chunks[2])
    parts[1].merge(parts[0])
    assert whole.parts[UNKNOWN].labels == parts[1].parts[UNKNOWN].labels == 720
    np.testing.assert_array_equal(whole.parts[UNKNOWN].sums, parts[1].parts[UNKNOWN].sums)


def test_the_share_as_one_by_one() -> None:
    scenes = scenes_of(80, 0.1, seed=5)
    observed = InSample()
    observed.observe(scenes)
    share = observed.parts[UNKNOWN].share()
    assert share is not None
    labels = scenes.labels.xyxy.reshape(-1, 6, 4)
    unlabelled = sum(
        not (box_iou(np.repeat(box[:, None], 6, axis=1), labels[image].T) >= 0.5).any()
        for image, box in zip(scenes.predictions.image, scenes.predictions.xyxy, strict=True)
    )
    assert (share.unlabelled, share.confident) == (unlabelled, len(scenes.predictions))


def test_very_many_boxes_are_looked_at_in_part() -> None:
    scenes = scenes_of(300, 0.0, labels_each=60)
    observed = InSample()
    observed.observe(scenes, parts_of(300))
    assert sum(part.labels for part in observed.parts.values()) < len(scenes.labels) / 2
    assert finding(scenes) is not None


def scenes_of_file(name: str) -> Scenes:
    try:
        data = load_dataset(name, DATA_FOLDER, "gt")
    except FileNotFoundError as error:
        pytest.skip(str(error))
    reviewed, ignored = np.flatnonzero(~data.iscrowd), np.flatnonzero(data.iscrowd)
    return Scenes(data.labels.take(reviewed), data.predictions, data.labels.take(ignored))


@pytest.mark.parametrize("name", DATASETS)
def test_detectors_that_have_learnt_the_labels_and_no_others_are_asked_about(name: str) -> None:
    assert (finding(scenes_of_file(name)) is not None) == (name in LEARNT)


@pytest.mark.parametrize("power", [0.5, 1.5, 2.5])
@pytest.mark.parametrize("name", DATASETS)
def test_confidences_on_another_scale_change_nothing(name: str, power: float) -> None:
    scenes = scenes_of_file(name)
    found = replace(scenes.predictions, confidence=scenes.predictions.confidence**power)
    asked = finding(replace(scenes, predictions=found)) is not None
    assert not asked or name in LEARNT
