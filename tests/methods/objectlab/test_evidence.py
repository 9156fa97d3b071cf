"""What boxes say of each other is what all pairs say."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from odquality.arrays.image_lists import ImageLists
from odquality.core.geometry import box_iou, squared_distance
from odquality.core.scenes import Boxes, Scenes
from odquality.methods.objectlab.evidence import (
    NO_PARTNER,
    best_location,
    confident_evidence,
    conflicting,
)
from odquality.methods.objectlab.similarity import ALPHA, similarity
from tests.arrays.scenes import labels_of, random_scenes, rows_of, to_rows

LOW, HIGH = 0.5, 0.9


@pytest.fixture(params=range(3))
def scenes(request: pytest.FixtureRequest) -> Scenes:
    labels, predictions = random_scenes(request.param, 40, size=200.0)
    (chunk,) = ImageLists(labels, to_rows(predictions)).scenes()
    return chunk


def pairs(first: Boxes, second: Boxes) -> Iterator[tuple[int, int, float, float]]:
    """Rows, IoU and similarity of all pairs of an image."""
    for a, b in np.argwhere(first.image[:, None] == second.image[None, :]).tolist():
        iou = box_iou(first.columns[:, [a]], second.columns[:, [b]])
        distance = squared_distance(first.columns[:, [a]], second.columns[:, [b]])
        yield a, b, float(iou[0]), float(similarity(iou, distance, ALPHA)[0])


def test_highly_confident_predictions(scenes: Scenes) -> None:
    labels, predictions = scenes.labels, scenes.predictions
    apart = predictions.confidence >= HIGH
    nearest = np.full(len(predictions), NO_PARTNER)
    other = np.full(len(labels), NO_PARTNER)
    for label, prediction, iou, similar in pairs(labels, predictions):
        if predictions.confidence[prediction] < HIGH:
            continue
        apart[prediction] &= iou == 0
        if labels.classes[label] == predictions.classes[prediction]:
            nearest[prediction] = max(nearest[prediction], similar)
        elif predictions.confidence[prediction] > HIGH:
            other[label] = max(other[label], similar)
    found = confident_evidence(labels, predictions, HIGH, ALPHA)
    assert apart.any()
    np.testing.assert_array_equal(found.apart, apart)
    np.testing.assert_array_equal(found.nearest_label, nearest)
    np.testing.assert_array_equal(found.other_class, other)


def test_best_location(scenes: Scenes) -> None:
    labels, predictions = scenes.labels, scenes.predictions
    best = np.full(len(labels), NO_PARTNER)
    for label, prediction, iou, similar in pairs(labels, predictions):
        is_same = labels.classes[label] == predictions.classes[prediction]
        if is_same and iou > 0 and predictions.confidence[prediction] > LOW:
            best[label] = max(best[label], similar)
    assert (best > 0).any()
    np.testing.assert_array_equal(best_location(labels, predictions, LOW, ALPHA), best)


def test_both_of_two_conflicting_labels_are_found() -> None:
    box, near, away = [0, 0, 100, 100], [0, 0, 100, 98], [0, 0, 100, 90]
    labels = labels_of([(box, 0), (away, 1), (near, 2)], [(box, 1), (box, 1)], [(box, 2)])
    (scenes,) = ImageLists(labels, [rows_of((box, 0, 0.9))] * 3).scenes()
    assert conflicting(scenes.labels).tolist() == [True, False, True, False, False, False]
