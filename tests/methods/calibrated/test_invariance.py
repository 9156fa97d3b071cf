"""Scores depend on what is in the images alone, to the last bit.

Neither the order of images, of chunks or of boxes matters, nor how classes are numbered; and the
unit of the boxes no more than it takes to round them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odquality.core.scenes import AnyBoxes, Boxes, IntArray, Predictions, Scenes
from odquality.methods.calibrated.scorer import Calibrated
from odquality.methods.interface import Scores, learn
from tests.methods.strategies import shuffled, small_scenes, split

quickly = settings(max_examples=40, deadline=None)


methods = st.builds(
    Calibrated, seed=st.integers(0, 2**64 - 1), max_images=st.sampled_from([3, 2000])
)


def _shuffled(scenes: Scenes, rng: np.random.Generator) -> tuple[Scenes, IntArray, IntArray]:
    """The scenes with other orders of boxes; the rows of labels and predictions they come from."""
    labels, label_rows = shuffled(scenes.labels, rng)
    predictions, prediction_rows = shuffled(scenes.predictions, rng)
    ignored, _ = shuffled(scenes.ignored, rng)
    return Scenes(labels, predictions, ignored), label_rows, prediction_rows


def _with_classes(scenes: Scenes, numbers: IntArray) -> Scenes:
    def of(boxes: AnyBoxes) -> AnyBoxes:
        return replace(boxes, classes=numbers[boxes.classes])

    predictions = of(scenes.predictions)
    predictions = replace(predictions, alternatives=numbers[predictions.alternatives])
    return Scenes(of(scenes.labels), predictions, of(scenes.ignored))


def _scaled(scenes: Scenes, scale: list[float]) -> Scenes:
    def of(boxes: AnyBoxes) -> AnyBoxes:
        return replace(boxes, xyxy=boxes.xyxy * scale)

    return Scenes(of(scenes.labels), of(scenes.predictions), of(scenes.ignored))


def _assert_same(found: Scores, expected: Scores, compare: Callable[..., None]) -> None:
    for part in ("images", "labels", "predictions", "expected_errors"):
        for name, values in getattr(expected, part).items():
            compare(getattr(found, part)[name], values, err_msg=f"{part} {name}")


@quickly
@given(small_scenes(), methods, st.integers(0, 2**32))
def test_the_order_of_boxes(scenes: Scenes, method: Calibrated, seed: int) -> None:
    other, labels, predictions = _shuffled(scenes, np.random.default_rng(seed))
    scorer = learn(method, [scenes])
    assert learn(method, [other]) == scorer
    expected, found = scorer.score(scenes), scorer.score(other)
    for name, values in expected.images.items():
        np.testing.assert_array_equal(found.images[name], values)
    for name, values in expected.labels.items():
        np.testing.assert_array_equal(found.labels[name], values[labels])
    for name, values in expected.predictions.items():
        np.testing.assert_array_equal(found.predictions[name], values[predictions])
    for name, values in expected.expected_errors.items():
        np.testing.assert_array_equal(found.expected_errors[name], values)


@quickly
@given(small_scenes(), methods, st.integers(0, 2**32))
def test_the_order_of_alternatives(scenes: Scenes, method: Calibrated, seed: int) -> None:
    """Nor does it matter how many there is room for."""
    possible = scenes.predictions.alternatives
    order = np.argsort(np.random.default_rng(seed).random(possible.shape), axis=1)
    predictions = replace(
        scenes.predictions,
        alternatives=np.pad(np.take_along_axis(possible, order, axis=1), ((0, 0), (0, 2))),
        alternative_confidence=np.pad(
            np.take_along_axis(scenes.predictions.alternative_confidence, order, axis=1),
            ((0, 0), (0, 2)),
        ),
    )
    other = replace(scenes, predictions=predictions)
    expected, found = learn(method, [scenes]), learn(method, [other])
    assert found == expected
    _assert_same(found.score(other), expected.score(scenes), np.testing.assert_array_equal)


@quickly
@given(small_scenes(), methods, st.data())
def test_the_order_of_images_and_the_chunks(
    scenes: Scenes, method: Calibrated, data: st.DataObject
) -> None:
    expected = learn(method, [scenes])
    chunks, order = split(scenes, data)
    assert learn(method, chunks) == expected
    found, scores = expected.score(scenes.of_images(order)), expected.score(scenes)
    for name, values in scores.images.items():
        np.testing.assert_array_equal(found.images[name], values[order])
    for name, values in scores.expected_errors.items():
        np.testing.assert_array_equal(found.expected_errors[name], values[order])


@quickly
@given(small_scenes(), methods, st.data())
def test_the_numbers_of_classes(scenes: Scenes, method: Calibrated, data: st.DataObject) -> None:
    numbers = np.array(data.draw(st.permutations([0, 1, 2, 3, 7, 10**15])), np.int64)
    renumbered = _with_classes(scenes, numbers)
    expected = learn(method, [scenes]).score(scenes)
    found = learn(method, [renumbered]).score(renumbered)
    _assert_same(found, expected, np.testing.assert_array_equal)


def test_the_numbers_of_classes_that_alternatives_alone_tell_apart(clean: Scenes) -> None:
    """Every label lies twice, once of another class; predictions hold one of both for possible."""
    labels = clean.labels
    twice = labels.arranged(np.repeat(np.arange(len(labels)), 2), 2 * labels.counts)
    twice = replace(twice, classes=np.tile([0, 1], len(labels)))
    predictions = replace(
        clean.predictions,
        classes=np.full(len(clean.predictions), 2),
        alternatives=np.zeros((len(clean.predictions), 1), np.int64),
        alternative_confidence=clean.predictions.confidence[:, None] / 2,
    )
    scenes, method = Scenes(twice, predictions, clean.ignored), Calibrated()
    other = _with_classes(scenes, np.array([1, 0, 2]))
    expected, found = learn(method, [scenes]), learn(method, [other])
    _assert_same(found.score(other), expected.score(scenes), np.testing.assert_array_equal)


@quickly
@given(small_scenes(), methods, st.sampled_from([[0.5, 0.25] * 2, [1024.0, 2048.0] * 2]))
def test_the_unit_of_the_boxes(scenes: Scenes, method: Calibrated, scale: list[float]) -> None:
    other = _scaled(scenes, scale)
    expected = learn(method, [scenes]).score(scenes)
    found = learn(method, [other]).score(other)
    # Powers of two are not rounded.
    _assert_same(found, expected, np.testing.assert_array_equal)


@pytest.mark.parametrize("scale", [[0.5, 0.25] * 2, [1024.0, 2048.0] * 2])
def test_the_unit_where_images_differ_in_size_alone(scale: list[float]) -> None:
    """In each image one label fills its frame; small ones are of other classes than large ones."""
    size = np.arange(1.0, 61.0)
    labels = Boxes(
        np.stack([0 * size, 0 * size, size, 2 * size], axis=1),
        np.repeat([0, 1, 2], 20),
        np.ones(60, np.int64),
    )
    nothing = labels.of_images(np.zeros(0, np.int64))
    none = Boxes(nothing.xyxy, nothing.classes, np.zeros(60, np.int64))
    predictions = Predictions(none.xyxy, none.classes, none.counts, confidence=np.zeros(0))
    scenes = Scenes(labels, predictions, none)
    expected = learn(Calibrated(), [scenes]).score(scenes)
    other = _scaled(scenes, scale)
    found = learn(Calibrated(), [other]).score(other)
    _assert_same(found, expected, np.testing.assert_array_equal)


def _assert_close(found: object, expected: object, err_msg: str) -> None:
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10, err_msg=err_msg)


def _of_one_size(seed: int) -> Scenes:
    """Labels of one size, or of a few, in whole pixels; most are found, give or take two pixels."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 4, 150)
    size = rng.choice([20, 48, 100][: 1 + seed % 3], (counts.sum(), 1))
    corner = rng.integers(0, 500, (len(size), 2))
    xyxy = np.hstack([corner, corner + size]).astype(float)
    found = rng.random(len(xyxy)) < 0.85
    image = np.repeat(np.arange(150), counts)
    classes = np.zeros(len(xyxy), np.int64)
    predictions = Predictions(
        (xyxy + rng.integers(-2, 3, xyxy.shape))[found],
        classes[found],
        np.bincount(image[found], minlength=150),
        confidence=rng.uniform(0.5, 1.0, found.sum()),
    )
    return Scenes(
        Boxes(xyxy, classes, counts),
        predictions,
        Boxes(xyxy[:0], classes[:0], np.zeros(150, np.int64)),
    )


@pytest.mark.parametrize("scale", [1 / 640, 1 / 1000, 3.0])
@pytest.mark.parametrize("seed", range(9, 16))
def test_the_unit_of_boxes_that_are_equally_large(seed: int, scale: float) -> None:
    scenes = _of_one_size(seed)
    other = _scaled(scenes, [scale] * 4)
    expected, found = (learn(Calibrated(), [one]).score(one) for one in (scenes, other))
    _assert_same(found, expected, _assert_close)


@pytest.mark.parametrize("scale", [[1 / 640, 1 / 480] * 2, [0.3, 7.7] * 2])
def test_the_unit_of_the_boxes_but_for_rounding(clean: Scenes, scale: list[float]) -> None:
    other = _scaled(clean, scale)
    method = Calibrated()
    expected, found = (learn(method, [one]).score(one) for one in (clean, other))
    _assert_same(found, expected, _assert_close)


def test_all_at_once_on_a_larger_dataset(clean: Scenes) -> None:
    rng = np.random.default_rng(11)
    numbers = rng.permutation(4)
    other, labels, _ = _shuffled(_with_classes(clean, numbers), rng)
    order = rng.permutation(len(clean))
    for max_images in (100, 2000):
        method = Calibrated(max_images=max_images)
        expected = learn(method, [clean])
        chunks = [other.of_images(part) for part in np.array_split(order, 7)]
        scorer = learn(method, chunks)
        for name, values in expected.score(clean).labels.items():
            np.testing.assert_array_equal(scorer.score(other).labels[name], values[labels])
