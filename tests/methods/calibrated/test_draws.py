"""Keys and random numbers: uniform, and of nothing but contents and seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from odquality.core.scenes import Boxes
from odquality.methods.calibrated.draws import box_keys, image_frames, image_keys, uniform


def _scaled(boxes: Boxes, scale: np.ndarray) -> Boxes:
    return replace(boxes, xyxy=boxes.xyxy * scale)


def test_numbers_are_uniform_and_differ_by_key_and_number():
    keys = np.arange(20_000, dtype=np.uint64)
    first, second = uniform(keys, 0), uniform(keys, 1)

    for numbers in (first, second):
        assert numbers.min() >= 0
        assert numbers.max() < 1
        share, _ = np.histogram(numbers, bins=10, range=(0, 1))
        assert np.abs(share - 2000).max() < 200
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.02
    assert abs(np.corrcoef(first[1:], first[:-1])[0, 1]) < 0.02


def test_keys_differ_between_images_and_seeds(clean):
    keys = image_keys(clean, seed=1)
    assert len(np.unique(keys)) == len(clean)
    assert not (keys == image_keys(clean, seed=2)).any()


def test_keys_do_not_depend_on_order_or_unit(clean, permute):
    keys = image_keys(clean, seed=1)
    order = np.random.default_rng(0).permutation(len(clean))
    np.testing.assert_array_equal(image_keys(permute(clean, order), seed=1), keys[order])

    scale = np.array([1 / 640, 1 / 480, 1 / 640, 1 / 480])
    normalised = replace(
        clean,
        labels=_scaled(clean.labels, scale),
        predictions=replace(clean.predictions, xyxy=clean.predictions.xyxy * scale),
    )
    np.testing.assert_array_equal(image_keys(normalised, seed=1), keys)


def test_keys_depend_on_every_part_of_the_contents(clean):
    keys = image_keys(clean, seed=1)
    labels, predictions = clean.labels, clean.predictions
    moved = labels.xyxy.copy()
    moved[0, 2] += 5
    for changed in (
        replace(clean, labels=replace(labels, xyxy=moved)),
        replace(clean, labels=replace(labels, classes=labels.classes + 1)),
        replace(clean, predictions=replace(predictions, confidence=predictions.confidence / 2)),
        replace(clean, predictions=replace(predictions, classes=predictions.classes + 1)),
    ):
        assert image_keys(changed, seed=1)[0] != keys[0]


def test_boxes_of_an_image_have_keys_of_their_own():
    keys = box_keys(np.array([3, 3], dtype=np.uint64), np.array([2, 2]))
    assert keys[0] != keys[1]
    np.testing.assert_array_equal(keys[:2], keys[2:])


def test_frames_hold_all_boxes(make_scenes):
    scenes = make_scenes([(5, 5, 20, 20, 0)], [(0, 10, 12, 30, 0, 0.5)], [(9, 9, 40, 12, 0)])
    assert image_frames(scenes).tolist() == [[0, 5, 40, 30]]
