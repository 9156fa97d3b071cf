"""How much support labels can expect, from what is known of them beforehand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odquality.core.scenes import NO_SCENES, Boxes, FloatArray, IntArray, Scenes
from odquality.methods.calibrated.canonical import canonical
from odquality.methods.calibrated.evidence import plain_evidence
from odquality.methods.calibrated.expectation import NOTHING_EXPECTED, Expectation
from tests.methods.strategies import shuffled, small_scenes

NUM_IMAGES = 400

# Between the smallest size, 0, and the largest, 1: from where on labels are large, and how large
# one half-way is by that measure.
LARGE = 0.6
MIDDLING = 0.5 / LARGE


def _scenes(xyxy: FloatArray, classes: IntArray, counts: IntArray) -> Scenes:
    none = NO_SCENES.predictions.of_images(np.zeros(0, np.int64))
    no_boxes = np.zeros(len(counts), np.int64)
    return Scenes(
        Boxes(xyxy, classes, counts),
        replace(none, counts=no_boxes),
        Boxes(none.xyxy, none.classes, no_boxes),
    )


@pytest.fixture
def labelled() -> Scenes:
    """Two labels an image side by side, of sizes from 10 to 160 and of three classes."""
    rng = np.random.default_rng(0)
    number = 2 * NUM_IMAGES
    corner = np.tile([[0.0, 0.0], [500.0, 0.0]], (NUM_IMAGES, 1))
    size = 10 * 2 ** rng.uniform(0, 4, (number, 1))
    classes = rng.integers(3, size=number)
    return _scenes(np.hstack([corner, corner + size]), classes, np.full(NUM_IMAGES, 2))


@pytest.fixture
def crowded() -> Scenes:
    """Two labels an image as large, that overlap by 0 to 3/4 of their width."""
    rng = np.random.default_rng(0)
    apart = rng.uniform(25, 100, NUM_IMAGES)
    xyxy = np.array([[0.0, 0, 100, 100], [0, 0, 100, 100]])
    xyxy = np.tile(xyxy, (NUM_IMAGES, 1))
    xyxy[1::2, ::2] += apart[:, None]
    return _scenes(xyxy, np.zeros(2 * NUM_IMAGES, np.int64), np.full(NUM_IMAGES, 2))


def _fit(scenes: Scenes, heights: FloatArray) -> Expectation:
    return Expectation.fit(scenes, _crowding(scenes), heights)


def _expected(expectation: Expectation, scenes: Scenes, heights: FloatArray) -> FloatArray:
    return expectation.of(scenes, _crowding(scenes), heights)


def _crowding(scenes: Scenes) -> FloatArray:
    return plain_evidence(scenes, ()).labels["crowding"]


def _size(scenes: Scenes) -> FloatArray:
    """From 0 to 1 with the logarithm of the width."""
    width = scenes.labels.xyxy[:, 2] - scenes.labels.xyxy[:, 0]
    return np.log2(width / 10) / 4


def test_large_labels_are_expected_to_be_found(labelled):
    heights = 0.2 + 0.6 * np.minimum(_size(labelled) / LARGE, 1)
    found = _fit(labelled, heights)
    assert found.slopes[0] == pytest.approx(0.6, abs=0.05)
    np.testing.assert_allclose(_expected(found, labelled, heights), heights, atol=0.05)


def test_no_detector_is_expected_to_find_small_labels_better(labelled):
    heights = 0.8 - 0.6 * _size(labelled)
    found = _fit(labelled, heights)
    assert found.slopes == (0, 0)
    # What remains is the mean; what labels of an image have in common comes by chance.
    np.testing.assert_allclose(_expected(found, labelled, heights), heights.mean(), atol=0.1)


def test_crowded_labels_are_expected_to_be_found_less(crowded):
    left, right = crowded.labels.xyxy[::2], crowded.labels.xyxy[1::2]
    shared = (left[:, 2] - right[:, 0]).clip(0)
    crowding = np.repeat(shared / (200 - shared), 2)
    found = _fit(crowded, 0.8 - 0.5 * crowding)
    assert found.slopes[0] == 0
    assert found.slopes[1] == pytest.approx(-0.5, abs=0.1)
    assert _fit(crowded, 0.3 + 0.5 * crowding).slopes == (0, 0)


def test_a_class_that_is_seldom_found_is_expected_less(labelled):
    classes = labelled.labels.classes
    heights = np.where(classes == 1, 0.2, 0.9)
    found = _fit(labelled, heights)
    assert found.classes == (0, 1, 2)
    expected = _expected(found, labelled, heights)
    assert expected[classes == 1].mean() < 0.3
    assert expected[classes != 1].mean() > 0.8
    # A label of the class is then no less suspicious for what others lack, nor more.
    assert (np.maximum(expected - heights, 0)[classes == 1] < 0.15).all()


def test_effects_of_classes_with_few_labels_are_drawn_to_0(labelled):
    classes = np.zeros(len(labelled.labels), np.int64)
    classes[:40], classes[40:43] = 1, 2
    scenes = replace(labelled, labels=replace(labelled.labels, classes=classes))
    heights = np.where(classes == 0, 0.9, 0.1)
    effects = _fit(scenes, heights).effects
    assert effects[1] < effects[2] < 0
    assert effects[1] == pytest.approx(-0.8 * 40 / 50, abs=0.1)
    assert effects[2] == pytest.approx(-0.8 * 3 / 13, abs=0.1)


def test_what_other_labels_of_the_image_lack_is_expected_to_lack_here(labelled):
    dark = np.repeat(np.arange(NUM_IMAGES) % 2 == 0, 2)
    heights = np.where(dark, 0.2, 0.8)
    found = _fit(labelled, heights)
    assert found.likeness > 0
    expected = _expected(found, labelled, heights)
    assert expected[dark].mean() < 0.35 < 0.65 < expected[~dark].mean()
    # The label's own support counts for nothing.
    other = heights.copy()
    other[0] = 1.0
    assert _expected(found, labelled, other)[0] == pytest.approx(expected[0], abs=1e-9)
    assert _expected(found, labelled, other)[1] > expected[1]


def test_labels_of_an_image_that_differ_are_no_likeness(labelled):
    heights = np.tile([0.2, 0.8], NUM_IMAGES)
    assert _fit(labelled, heights).likeness == 0


def test_an_unknown_class_has_no_effect(labelled):
    heights = np.where(labelled.labels.classes == 0, 0.2, 0.9)
    found = replace(_fit(labelled, heights), likeness=0.0)
    for classes in ((3, 10**15), (0,)):
        known = replace(found, classes=(5, 7), effects=(0.3, -0.3))
        for number in classes:
            of = replace(labelled.labels, classes=np.full(len(heights), number))
            others = replace(known, classes=(), effects=())
            scenes = replace(labelled, labels=of)
            np.testing.assert_array_equal(
                _expected(known, scenes, heights), _expected(others, scenes, heights)
            )


def test_classes_are_renamed_with_their_effects(labelled):
    heights = np.where(labelled.labels.classes == 1, 0.2, 0.9)
    found = _fit(labelled, heights)
    names = np.array([70, 8, 10**15])
    scenes = replace(
        labelled, labels=replace(labelled.labels, classes=names[labelled.labels.classes])
    )
    renamed = found.renamed(names)
    assert renamed.classes == (8, 70, 10**15)
    np.testing.assert_array_equal(
        _expected(renamed, scenes, heights), _expected(found, labelled, heights)
    )
    assert renamed == _fit(scenes, heights)


def test_nothing_is_expected_beforehand(labelled):
    assert _expected(NOTHING_EXPECTED, labelled, np.ones(len(labelled.labels))).max() == 0
    np.testing.assert_allclose(NOTHING_EXPECTED.size(labelled), MIDDLING)


def test_sizes_are_among_those_of_all_labels(labelled):
    found = _fit(labelled, np.ones(len(labelled.labels))).size(labelled)
    assert (found.min(), found.max()) == pytest.approx((0, 1))
    assert (np.diff(found[np.argsort(_size(labelled), kind="stable")]) >= 0).all()
    is_large = _size(labelled) > 0.65
    assert (found[is_large] == 1).all()
    assert (found[_size(labelled) < 0.55] < 1).all()


def test_where_all_are_as_large_none_is_large(crowded):
    found = _fit(crowded, np.ones(len(crowded.labels))).size(crowded)
    np.testing.assert_allclose(found, MIDDLING, atol=1e-9)


@pytest.mark.parametrize("box", [[0, 0, 10, 10], [5, 5, 5, 5], [0, 0, 10, 0]])
def test_one_label(box):
    scenes = _scenes(np.array([box], float), np.array([4]), np.array([1]))
    with np.errstate(all="raise"):
        found = _fit(scenes, np.array([0.3]))
        assert _expected(found, scenes, np.array([0.3])) == pytest.approx([0.3])
    assert found.size(scenes).tolist() in ([pytest.approx(MIDDLING)], [0.0])


def test_labels_without_area_are_the_smallest(labelled):
    xyxy = labelled.labels.xyxy.copy()
    xyxy[::7, 2:] = xyxy[::7, :2]
    scenes = replace(labelled, labels=replace(labelled.labels, xyxy=xyxy))
    heights = 0.2 + 0.6 * _size(labelled)
    with np.errstate(all="raise"):
        found = _fit(scenes, heights)
        expected, size = _expected(found, scenes, heights), found.size(scenes)
    assert (size[::7] == size.min()).all()
    assert ((expected >= 0) & (expected <= 1)).all()


@settings(max_examples=60, deadline=None)
@given(small_scenes().filter(lambda scenes: len(scenes.labels) > 0), st.integers(0, 2**32))
def test_it_lies_between_0_and_1_with_the_signs_that_it_must_have(scenes, seed):
    scenes = canonical(scenes, 0).scenes
    heights = np.random.default_rng(seed).random(len(scenes.labels))
    found = _fit(scenes, heights)
    assert found.slopes[0] >= 0 >= found.slopes[1]
    assert found.likeness >= 0
    expected, size = _expected(found, scenes, heights), found.size(scenes)
    assert ((expected >= 0) & (expected <= 1)).all()
    assert ((size >= 0) & (size <= 1)).all()


@settings(max_examples=60, deadline=None)
@given(small_scenes().filter(lambda scenes: len(scenes.labels) > 0), st.integers(0, 2**32))
def test_neither_the_order_of_boxes_nor_the_unit_matters(scenes, seed):
    rng = np.random.default_rng(seed)
    heights = rng.random(len(scenes.labels))
    found = _fit(scenes, heights)
    expected = _expected(found, scenes, heights)
    labels, rows = shuffled(scenes.labels, rng)
    np.testing.assert_array_equal(
        _expected(found, replace(scenes, labels=labels), heights[rows]), expected[rows]
    )
    # Powers of two are not rounded.
    scaled = replace(scenes.labels, xyxy=scenes.labels.xyxy * [0.5, 0.25, 0.5, 0.25])
    scaled = replace(scenes, labels=scaled)
    again = _fit(scaled, heights)
    assert replace(again, areas=found.areas) == found
    np.testing.assert_array_equal(_expected(again, scaled, heights), expected)
