"""Boxes and classes that look right by themselves, and do not fit each other."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from odquality.core.agreement import Agreement
from odquality.core.box_fits import BoxFits
from odquality.core.scenes import Boxes, Predictions, Scenes

NUM_IMAGES = 40
NAMES = [str(number) for number in range(6)]


def boxes_of_images(seed: int = 0) -> Any:
    """Corners (2 * NUM_IMAGES, 4), which stay within the image in every form below."""
    rng = np.random.default_rng(seed)
    start = rng.uniform(0.05, 0.4, (2 * NUM_IMAGES, 2))
    return np.hstack([start, start + rng.uniform([0.2, 0.05], [0.35, 0.1], start.shape)])


def scenes_of(labels: Any, found: Any, classes: Any, found_classes: Any) -> Scenes:
    counts = np.full(NUM_IMAGES, 2)
    nothing = Boxes(np.empty((0, 4)), np.empty(0, np.int64), np.zeros(NUM_IMAGES, np.int64))
    confidence = np.full(len(found), 0.9)
    return Scenes(
        Boxes(labels, classes, counts),
        Predictions(found, found_classes, counts, confidence),
        nothing,
        np.ones((NUM_IMAGES, 2)),
    )


def findings(scenes: Scenes) -> list[str]:
    agreement = Agreement()
    agreement.observe(scenes)
    return agreement.findings(NAMES, "labels", "found")


def as_centres(corners: Any) -> Any:
    start, extent = corners[:, :2], corners[:, 2:] - corners[:, :2]
    return np.hstack([start + extent / 2, start + 1.5 * extent])


FORMS: dict[str, Any] = {
    "centres": as_centres,
    "y before x": lambda corners: corners[:, [1, 0, 3, 2]],
    "images in another order": lambda corners: corners[::-1],
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("side", ["labels", "found"])
def test_boxes_of_another_form_that_stay_in_their_image(form: str, side: str) -> None:
    good, classes = boxes_of_images(), np.arange(2 * NUM_IMAGES) % 3
    pair = [good, FORMS[form](good)]
    labels, found = pair if side == "found" else pair[::-1]
    (finding,) = findings(scenes_of(labels, found, classes, classes))
    assert "of the boxes of labels that were compared have a box of found on them" in finding
    assert findings(scenes_of(good, good + 0.003, classes, classes)) == []


def test_few_labels_may_be_missed_by_chance() -> None:
    assert BoxFits(compared=19).boxes_finding("labels", "found") is None
    assert BoxFits(compared=20).boxes_finding("labels", "found") is not None
    assert BoxFits(21, Counter({0: 4})).boxes_finding("labels", "found") is None
    assert BoxFits(210, Counter({0: 40})).boxes_finding("labels", "found") is None
    assert BoxFits(210, Counter({0: 39})).boxes_finding("labels", "found") is not None


@pytest.mark.parametrize(
    ("found_classes", "warned"),
    [
        (lambda classes: classes, False),
        (lambda classes: classes + 1, True),
        (lambda classes: (classes + 1) % 3, True),
        (lambda classes: np.where(np.arange(len(classes)) % 3, classes, (classes + 1) % 3), False),
    ],
    ids=["right", "from another number", "in another order", "a third is wrong"],
)
def test_classes_of_the_same_names_and_another_meaning(found_classes: Any, warned: bool) -> None:
    boxes = boxes_of_images()
    classes = np.random.default_rng(1).integers(0, 3, len(boxes))
    sentences = findings(scenes_of(boxes, boxes + 0.003, classes, found_classes(classes)))
    assert len(sentences) == warned
    assert all("do both mean the same by each class" in sentence for sentence in sentences)


def test_classes_that_the_detector_lacks_speak_against_nothing() -> None:
    boxes, classes = boxes_of_images(), np.arange(2 * NUM_IMAGES) % 2
    lacking = np.where(classes == 1, 0, np.arange(2 * NUM_IMAGES) % 4 // 2)
    fits = BoxFits()
    fits.observe(scenes_of(boxes, boxes, np.where(classes == 1, 5, lacking), lacking))
    assert fits.classes_finding("labels", "found", {0, 1}) is None


def test_parts_in_any_order_give_what_the_whole_gives() -> None:
    classes = np.arange(2 * NUM_IMAGES) % 3
    parts = [
        scenes_of(boxes_of_images(seed), boxes_of_images(0), classes, classes) for seed in range(3)
    ]
    whole = BoxFits()
    for scenes in parts:
        whole.observe(scenes)
    merged = BoxFits()
    for scenes in reversed(parts):
        part = BoxFits()
        part.observe(scenes)
        merged.merge(part)
    assert merged == whole
    assert 0 < whole.fitting.total() < whole.compared
