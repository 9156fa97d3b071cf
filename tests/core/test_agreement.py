"""What labels and predictions look like gives away that they do not fit together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from odquality.core.agreement import Agreement
from odquality.core.scenes import Boxes, Predictions, Scenes

NAMES = ["cat", "dog", "bird"]
NUM_IMAGES = 40


def scenes_of(labels: Any, predictions: Any, *, sizes: Any = (1.0, 1.0), seed: int = 0) -> Scenes:
    """Images of two labels and two predictions each, given as (2 N, 4) corners."""
    rng = np.random.default_rng(seed)
    counts = np.full(len(labels) // 2, 2)
    classes = rng.integers(0, 3, len(labels))
    found = Predictions(predictions, classes, counts, np.full(len(predictions), 0.9))
    nothing = Boxes(np.empty((0, 4)), np.empty(0, np.int64), np.zeros(len(counts), np.int64))
    image_sizes = None if sizes is None else np.tile(np.array(sizes, float), (len(counts), 1))
    return Scenes(Boxes(labels, classes, counts), found, nothing, image_sizes)


def good_boxes(seed: int = 0, number: int = 2 * NUM_IMAGES) -> Any:
    """Corners (n, 4) in the unit square."""
    rng = np.random.default_rng(seed)
    start = rng.uniform(0.05, 0.5, (number, 2))
    return np.hstack([start, start + rng.uniform(0.2, 0.45, (number, 2))])


def findings(scenes: Scenes) -> list[str]:
    agreement = Agreement()
    agreement.observe(scenes)
    return agreement.findings(NAMES, "labels", "found")


def as_xywh(corners: Any) -> Any:
    return np.hstack([corners[:, :2], corners[:, 2:] - corners[:, :2]])


def read_as_xywh(values: Any) -> Any:
    """Corners of boxes whose values are taken for x, y, width, height, as FiftyOne takes them."""
    return np.hstack([values[:, :2], values[:, :2] + values[:, 2:]])


def centred(corners: Any) -> Any:
    return np.hstack([(corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]])


def test_good_data_are_not_remarked_upon() -> None:
    boxes = good_boxes()
    assert findings(scenes_of(boxes, boxes + 0.01)) == []
    pixels = scenes_of(boxes * 500, boxes * 500 + 3, sizes=(500, 500))
    assert findings(pixels) == []


MISTAKES: dict[str, tuple[Any, str]] = {
    "pixels": (lambda boxes: read_as_xywh(as_xywh(boxes) * 640), "in pixels or another unit"),
    "percent": (lambda boxes: read_as_xywh(as_xywh(boxes) * 100), "in pixels or another unit"),
    "corners": (read_as_xywh, "seem to be x1, y1, x2, y2"),
    "centres": (lambda boxes: read_as_xywh(centred(boxes)), "begin with the centre"),
    "left and up": (lambda boxes: boxes - 0.9, "may be in another unit or form"),
}


@pytest.mark.parametrize("side", ["labels", "found"])
@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("sizes", [(1.0, 1.0), (640.0, 480.0)])
def test_boxes_of_another_unit_or_form(side: str, mistake: str, sizes: Any) -> None:
    spoil, expected = MISTAKES[mistake]
    boxes = good_boxes()
    scale = np.tile(sizes, 2)
    pair = [boxes * scale, spoil(boxes) * scale]
    labels, predictions = pair if side == "found" else pair[::-1]
    (finding,) = findings(scenes_of(labels, predictions, sizes=sizes))
    assert f"of the boxes of {side} reach outside their image" in finding
    assert expected in finding


def test_a_few_boxes_of_another_unit() -> None:
    boxes = good_boxes()
    mixed = boxes.copy()
    mixed[::40] = mixed[::40] * 640
    (finding,) = findings(scenes_of(boxes, mixed))
    assert finding.startswith("2% of the boxes of found reach outside their image and seem to be")
    assert "in pixels or another unit" in finding


def test_images_in_another_order() -> None:
    (finding,) = findings(scenes_of(good_boxes(), np.array([[0.9, 0.9, 0.95, 0.95]] * 80)))
    assert finding.startswith(
        "only 0% of the boxes of labels that were compared have a box of found"
    )


def test_few_labels_do_not_tell() -> None:
    corner = np.array([[0.9, 0.9, 0.95, 0.95]] * 10)
    assert findings(scenes_of(good_boxes(number=10), corner)) == []


@pytest.mark.parametrize("differing", [40, 41])
def test_probabilities_that_contradict_the_labels(differing: int) -> None:
    agreement = Agreement()
    labels = np.zeros(80, np.int64)
    agreement.observe_argmax(np.arange(80) % 80 < differing, labels)
    sentences = agreement.findings(NAMES, "labels", "found")
    assert len(sentences) == (differing > 40)
    assert all("Pass classes=[...] in that order" in sentence for sentence in sentences)


def confidences(values: Any, *, images: int = 0, of: int = 1) -> Agreement:
    agreement = Agreement()
    agreement.observe_confidences(np.array(values, float))
    agreement.observe_label_confidences(images=images, of=of)
    return agreement


@pytest.mark.parametrize(
    ("values", "images", "refused"),
    [
        ([np.nan] * 3, 10, True),
        ([np.nan] * 3, 6, True),
        ([np.nan] * 3, 5, False),
        ([np.nan, 0.5], 10, False),
        ([0.5], 0, False),
        ([], 10, False),
    ],
)
def test_fields_that_are_swapped(values: Any, images: int, refused: bool) -> None:
    refusal = confidences(values, images=images, of=10).refusal("labels", "found")
    assert (refusal is not None) == refused
    assert not refused or "found has no confidences while labels has some" in str(refusal)


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ([97.0, 50.0, 3.0], True),
        ([0.3] * 8 + [97.0], True),
        ([0.3] * 30 + [97.0], False),
        ([1.33, 0.9], False),
        ([1.0000001] * 3, False),
        ([3.0] * 3, False),
        ([255.0] * 3, True),
    ],
)
def test_confidences_on_another_scale(values: Any, refused: bool) -> None:
    refusal = confidences(values).refusal("labels", "found")
    assert (refusal is not None) == refused
    assert not refused or f"go up to {max(values):g} and seem to be in percent" in str(refusal)


@pytest.mark.parametrize(
    ("label_scale", "prediction_scale", "named"),
    [(1, 640, "labels"), (640, 1, "predictions"), (1, 1, None), (640, 640, None), (1, 2, None)],
)
def test_units_of_images_of_unknown_size(
    label_scale: float, prediction_scale: float, named: str | None
) -> None:
    agreement = Agreement()
    boxes = good_boxes()
    agreement.observe_units(scenes_of(boxes * label_scale, boxes * prediction_scale, sizes=None))
    refusal = agreement.units_refusal()
    assert refusal is None if named is None else str(refusal).startswith(f"{named}: no coordinate")


def test_boxes_without_area_do_not_tell_units() -> None:
    agreement = Agreement()
    boxes = good_boxes()
    padding = np.zeros((80, 4))
    agreement.observe_units(scenes_of(padding, boxes * 640, sizes=None))
    assert agreement.units_refusal() is None


def test_parts_in_any_order_give_what_the_whole_gives() -> None:
    parts = [
        scenes_of(good_boxes(seed), MISTAKES["pixels"][0](good_boxes(seed)), seed=seed)
        for seed in range(3)
    ]

    def observe(scenes: Scenes, seed: int) -> Agreement:
        agreement = Agreement()
        agreement.observe(scenes)
        agreement.observe_confidences(np.linspace(0, 2 + seed, 9))
        agreement.observe_label_confidences(images=seed, of=3)
        agreement.observe_argmax(np.arange(4), np.full(4, seed))
        return agreement

    whole = Agreement()
    for seed, scenes in enumerate(parts):
        whole.observe(scenes)
        whole.observe_confidences(np.linspace(0, 2 + seed, 9))
        whole.observe_label_confidences(images=seed, of=3)
        whole.observe_argmax(np.arange(4), np.full(4, seed))
    for order in ([0, 1, 2], [2, 0, 1], [1, 2, 0]):
        merged = Agreement()
        for seed in order:
            merged.merge(observe(parts[seed], seed))
        assert merged == whole


def test_no_boxes() -> None:
    nothing = scenes_of(np.empty((0, 4)), np.empty((0, 4)))
    empty = replace(nothing, image_sizes=np.empty((0, 2)))
    assert findings(empty) == []
    assert Agreement().refusal("labels", "found") is None
    assert Agreement().units_refusal() is None
