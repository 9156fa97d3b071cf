"""Scores depend on what is in the images alone, to the last bit.

Neither the order of images, of chunks or of boxes matters, nor how classes are numbered; and the
unit of the boxes no more than it takes to round them.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odquality.core.scenes import AnyBoxes, Boxes, IntArray, Predictions, Scenes
from odquality.methods.calibrated.scorer import Calibrated
from odquality.methods.interface import Scores, learn

CONFIDENCES = (0.0, 0.25, 0.5, 0.9, 1.0)
SIDES = (0, 5, 10, 20, 40)

quickly = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.data_too_large]
)


@st.composite
def scenes_(draw: st.DrawFn) -> Scenes:
    """Up to 12 images, of boxes from few places, so that boxes and whole images come repeatedly."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    num_images = draw(st.integers(0, 12))
    num_places, num_classes = draw(st.integers(1, 40)), draw(st.integers(1, 5))
    corner = rng.integers(0, 60, (num_places, 2)).astype(float)
    places = np.hstack([corner, corner + rng.choice(SIDES, (num_places, 2))])
    if draw(st.booleans()):
        places += rng.random(places.shape[0])[:, None]

    def boxes(most: int) -> Boxes:
        counts = rng.integers(0, most + 1, num_images)
        total = int(counts.sum())
        rows = rng.integers(num_places, size=total)
        return Boxes(places[rows], rng.integers(num_classes, size=total), counts)

    labels, found, ignored = (boxes(draw(st.integers(0, most))) for most in (6, 8, 2))
    confidence = rng.choice(CONFIDENCES, len(found))
    if draw(st.booleans()):
        confidence = rng.random(len(found))
    predictions = Predictions(found.xyxy, found.classes, found.counts, confidence)
    scenes = Scenes(labels, predictions, ignored)
    if num_images and draw(st.booleans()):
        return scenes.of_images(rng.integers(num_images, size=2 * num_images))
    return scenes


methods = st.builds(
    Calibrated, seed=st.integers(0, 2**64 - 1), max_images=st.sampled_from([3, 2000])
)


def _shuffled_boxes(scenes: Scenes, rng: np.random.Generator) -> tuple[Scenes, IntArray, IntArray]:
    """The scenes with the boxes of each image in another order, and the rows they come from."""

    def of(boxes: AnyBoxes) -> tuple[AnyBoxes, IntArray]:
        rows = np.lexsort((rng.random(len(boxes)), boxes.image))
        return boxes.take(rows), rows

    labels, label_rows = of(scenes.labels)
    predictions, prediction_rows = of(scenes.predictions)
    shuffled = Scenes(labels, predictions, of(scenes.ignored)[0])
    return shuffled, label_rows, prediction_rows


def _with_classes(scenes: Scenes, numbers: IntArray) -> Scenes:
    def of(boxes: AnyBoxes) -> AnyBoxes:
        return replace(boxes, classes=numbers[boxes.classes])

    return Scenes(of(scenes.labels), of(scenes.predictions), of(scenes.ignored))


def _scaled(scenes: Scenes, scale: list[float]) -> Scenes:
    def of(boxes: AnyBoxes) -> AnyBoxes:
        return replace(boxes, xyxy=boxes.xyxy * scale)

    return Scenes(of(scenes.labels), of(scenes.predictions), of(scenes.ignored))


def _assert_same(found: Scores, expected: Scores, compare: Callable[..., None]) -> None:
    for part in ("images", "labels", "predictions"):
        for name, values in getattr(expected, part).items():
            compare(getattr(found, part)[name], values, err_msg=f"{part} {name}")


@quickly
@given(scenes_(), methods, st.integers(0, 2**32))
def test_the_order_of_boxes(scenes: Scenes, method: Calibrated, seed: int) -> None:
    shuffled, labels, predictions = _shuffled_boxes(scenes, np.random.default_rng(seed))
    scorer = learn(method, [scenes])
    assert learn(method, [shuffled]) == scorer
    expected, found = scorer.score(scenes), scorer.score(shuffled)
    for name, values in expected.images.items():
        np.testing.assert_array_equal(found.images[name], values)
    for name, values in expected.labels.items():
        np.testing.assert_array_equal(found.labels[name], values[labels])
    for name, values in expected.predictions.items():
        np.testing.assert_array_equal(found.predictions[name], values[predictions])


@quickly
@given(scenes_(), methods, st.data())
def test_the_order_of_images_and_the_chunks(
    scenes: Scenes, method: Calibrated, data: st.DataObject
) -> None:
    expected = learn(method, [scenes])
    order = np.array(data.draw(st.permutations(range(len(scenes)))), np.int64)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(scenes)), max_size=4)))
    chunks = [scenes.of_images(part) for part in np.split(order, cuts)]
    assert learn(method, chunks) == expected
    images = expected.score(scenes.of_images(order)).images
    for name, values in expected.score(scenes).images.items():
        np.testing.assert_array_equal(images[name], values[order])


@quickly
@given(scenes_(), methods, st.data())
def test_statistics_merge_in_any_grouping(
    scenes: Scenes, method: Calibrated, data: st.DataObject
) -> None:
    parts = [method.observe(scenes.of_images(np.array([image]))) for image in range(len(scenes))]
    parts.append(method.observe(scenes.of_images(np.zeros(0, np.int64))))
    while len(parts) > 1:
        first = parts.pop(data.draw(st.integers(0, len(parts) - 1)))
        second = parts.pop(data.draw(st.integers(0, len(parts) - 1)))
        parts.append(pickle.loads(pickle.dumps(first.merge(second))))
    assert method.fit(parts[0]) == learn(method, [scenes])


@quickly
@given(scenes_(), methods, st.data())
def test_the_numbers_of_classes(scenes: Scenes, method: Calibrated, data: st.DataObject) -> None:
    numbers = np.array(data.draw(st.permutations([0, 1, 2, 7, 10**15])), np.int64)
    renumbered = _with_classes(scenes, numbers)
    expected = learn(method, [scenes]).score(scenes)
    found = learn(method, [renumbered]).score(renumbered)
    _assert_same(found, expected, np.testing.assert_array_equal)


@quickly
@given(scenes_(), methods, st.sampled_from([[0.5, 0.25] * 2, [1024.0, 2048.0] * 2]))
def test_the_unit_of_the_boxes(scenes: Scenes, method: Calibrated, scale: list[float]) -> None:
    other = _scaled(scenes, scale)
    expected = learn(method, [scenes]).score(scenes)
    found = learn(method, [other]).score(other)
    # Powers of two are not rounded.
    _assert_same(found, expected, np.testing.assert_array_equal)


@pytest.mark.parametrize("scale", [[1 / 640, 1 / 480] * 2, [0.3, 7.7] * 2])
def test_the_unit_of_the_boxes_but_for_rounding(clean: Scenes, scale: list[float]) -> None:
    def close(found: object, expected: object, err_msg: str) -> None:
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10, err_msg=err_msg)

    other = _scaled(clean, scale)
    method = Calibrated()
    _assert_same(learn(method, [other]).score(other), learn(method, [clean]).score(clean), close)


def test_all_at_once_on_a_larger_dataset(clean: Scenes) -> None:
    rng = np.random.default_rng(11)
    numbers = rng.permutation(4)
    shuffled, labels, _ = _shuffled_boxes(_with_classes(clean, numbers), rng)
    order = rng.permutation(len(clean))
    for max_images in (100, 2000):
        method = Calibrated(max_images=max_images)
        expected = learn(method, [clean])
        chunks = [shuffled.of_images(part) for part in np.array_split(order, 7)]
        scorer = learn(method, chunks)
        for name, values in expected.score(clean).labels.items():
            np.testing.assert_array_equal(scorer.score(shuffled).labels[name], values[labels])
