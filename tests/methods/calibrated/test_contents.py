"""Keys of contents: equal for the same contents however they come, and different for others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from odquality.core.scenes import NO_SCENES, Boxes
from odquality.methods.calibrated.contents import describe, exact_places
from odquality.methods.calibrated.frames import image_frames, relative


def _keys(scenes):
    return describe(scenes).image_keys


def _scaled(boxes: Boxes, scale: np.ndarray) -> Boxes:
    return replace(boxes, xyxy=boxes.xyxy * scale)


def test_images_have_keys_of_their_own(clean):
    assert len(np.unique(_keys(clean))) == len(clean)


def test_keys_do_not_depend_on_order_unit_or_class_numbers(clean, permute):
    keys = _keys(clean)
    order = np.random.default_rng(0).permutation(len(clean))
    np.testing.assert_array_equal(_keys(permute(clean, order)), keys[order])

    scale = np.array([1 / 640, 1 / 480, 1 / 640, 1 / 480])
    labels, predictions = clean.labels, clean.predictions
    backwards = np.lexsort((-np.arange(len(labels)), labels.image))
    numbers = np.array([2, 10**15, 0, 1])
    for same in (
        replace(clean, labels=_scaled(labels, scale), predictions=_scaled(predictions, scale)),
        replace(clean, labels=labels.take(backwards)),
        replace(
            clean,
            labels=replace(labels, classes=numbers[labels.classes]),
            predictions=replace(predictions, classes=numbers[predictions.classes]),
        ),
    ):
        np.testing.assert_array_equal(_keys(same), keys)


def test_keys_depend_on_every_part_of_the_contents(clean):
    keys = _keys(clean)
    labels, predictions = clean.labels, clean.predictions
    moved = labels.xyxy.copy()
    moved[0, 2] += 5
    for changed in (
        replace(clean, labels=replace(labels, xyxy=moved)),
        replace(clean, predictions=replace(predictions, confidence=predictions.confidence / 2)),
        # Boxes that shared a class share none now.
        replace(clean, predictions=replace(predictions, classes=predictions.classes + 9)),
        replace(clean, labels=labels.take(np.arange(1, len(labels)))),
    ):
        assert _keys(changed)[0] != keys[0]


def test_keys_depend_on_what_else_predictions_may_be(clean):
    predictions, number = clean.predictions, len(clean.predictions)

    def keys(alternatives, confidence):
        rows = np.tile(alternatives, (number, 1)), np.tile(confidence, (number, 1))
        possible = replace(predictions, alternatives=rows[0], alternative_confidence=rows[1])
        return _keys(replace(clean, predictions=possible))

    some = keys([8, 9], [0.1, 0.2])
    assert not (some == _keys(clean)).any()
    assert not (some == keys([8, 9], [0.1, 0.3])).any()
    for same in (
        keys([9, 8], [0.2, 0.1]),
        keys([5, 6], [0.1, 0.2]),
        keys([8, 9, 0], [0.1, 0.2, 0]),
    ):
        np.testing.assert_array_equal(same, some)
    np.testing.assert_array_equal(keys([8], [0.0]), _keys(clean))


def test_boxes_of_an_image_have_keys_of_their_own_and_equal_boxes_the_same(make_scenes):
    label, other_class, elsewhere = (0, 0, 9, 9, 1), (0, 0, 9, 9, 2), (5, 5, 20, 20, 1)
    scenes = make_scenes([label, label, other_class, elsewhere], [(*label, 0.5), (*label, 0.6)])
    keys = describe(scenes).box_keys
    assert keys[0] == keys[1]
    assert len(set(keys.tolist())) == 5


def test_exact_places_tell_units_and_classes_apart(clean):
    without, including = exact_places(clean)
    other = replace(clean, labels=replace(clean.labels, classes=clean.labels.classes + 1))
    np.testing.assert_array_equal(exact_places(other)[0], without)
    assert not (exact_places(other)[1] == including).any()
    other = replace(clean, labels=_scaled(clean.labels, np.full(4, 1.1)))
    assert not (exact_places(other)[0] == without).any()


def test_no_images(make_scenes):
    assert len(describe(NO_SCENES).image_keys) == 0
    assert describe(make_scenes([], [])).image_keys.tolist() == [0]


def test_frames_hold_all_boxes(make_scenes):
    scenes = make_scenes([(5, 5, 20, 20, 0)], [(0, 10, 12, 30, 0, 0.5)], [(9, 9, 40, 12, 0)])
    frames = image_frames(scenes)
    assert frames.T.tolist() == [[0, 5, 40, 30]]
    assert relative(scenes.labels.columns, frames).T.tolist() == [[0.125, 0, 0.5, 0.6]]


def test_places_in_a_frame_without_area_are_0():
    point = np.array([[5.0], [5.0], [5.0], [8.0]])
    assert relative(point, point).T.tolist() == [[0, 0, 0, 1]]
