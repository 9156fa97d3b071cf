"""The smallest similarity is that of all pairs, though most are never computed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from odquality.arrays.image_lists import ImageLists
from odquality.core.geometry import box_iou, squared_distance
from odquality.methods.objectlab.min_similarity import min_similarity
from odquality.methods.objectlab.similarity import ALPHA, similarity
from tests.arrays.scenes import labels_of, random_scenes, rows_of, to_rows

QUANTUM = (1 - ALPHA) * 2.0**-53
# Two squares that share no more than rounding shows, with centres 1,400 px apart.
CORNER = np.nextafter(1000.0, 0.0)
SLIVER = ([0.0, 0, 1000, 1000], [CORNER, CORNER, 2000, 2000])


def smallest(labels: Any, predictions: Any, *, images_per_chunk: int = 500) -> float:
    data = ImageLists(labels, predictions, images_per_chunk=images_per_chunk)
    return min(min_similarity(scenes.labels, scenes.predictions, ALPHA) for scenes in data.scenes())


def every_pair(labels: Any, predictions: Any) -> float:
    lowest = 1.0
    for scenes in ImageLists(labels, predictions, images_per_chunk=1).scenes():
        first, second = scenes.labels, scenes.predictions
        a, b = np.indices((len(first), len(second))).reshape(2, -1)
        values = similarity(
            box_iou(first.columns[:, a], second.columns[:, b]),
            squared_distance(first.columns[:, a], second.columns[:, b]),
            ALPHA,
        )
        lowest = min(lowest, values[values > 0].min(initial=1.0))
    return float(lowest)


@pytest.mark.parametrize("images_per_chunk", [1, 10, 500])
@pytest.mark.parametrize("size", [30.0, 150.0, 300.0, 500.0, 3000.0])
@pytest.mark.parametrize("seed", range(4))
def test_equals_the_minimum_over_every_pair(seed: int, size: float, images_per_chunk: int) -> None:
    labels, predictions = random_scenes(seed, 20, size=size)
    found = smallest(labels, predictions, images_per_chunk=images_per_chunk)
    assert found == every_pair(labels, predictions)


def test_is_one_without_pairs() -> None:
    assert smallest([], []) == 1.0
    assert smallest(labels_of([], [([0, 0, 9, 9], 0)]), [rows_of(([0, 0, 9, 9], 0, 1)), []]) == 1.0


def test_is_one_where_every_similarity_is_zero() -> None:
    labels, predictions = labels_of([([0, 0, 9, 9], 0)]), [rows_of(([900, 0, 909, 9], 0, 1))]
    assert smallest(labels, predictions) == 1.0


def test_boxes_that_overlap_by_one_rounding_step() -> None:
    label, prediction = SLIVER
    step = 1000.0 - CORNER
    found = smallest(labels_of([(label, 0)]), [rows_of((prediction, 0, 0.1))])
    assert found == pytest.approx(ALPHA * step * step / 2e6, rel=1e-6)
    assert 0 < found < QUANTUM


@pytest.mark.parametrize("images_per_chunk", [1, 2])
@pytest.mark.parametrize("sliver_first", [False, True])
def test_a_sliver_counts_beside_the_smallest_nearness(
    sliver_first: bool, images_per_chunk: int
) -> None:
    far = ([0.0, 0, 10, 10], [366.0, 0, 376, 10])
    pairs = [SLIVER, far] if sliver_first else [far, SLIVER]
    labels = labels_of(*[[(label, 0)] for label, _ in pairs])
    predictions = [rows_of((prediction, 0, 0.1)) for _, prediction in pairs]
    found = smallest(labels, predictions, images_per_chunk=images_per_chunk)
    assert found == every_pair(labels, predictions)
    assert found < QUANTUM


def test_rounding_of_the_nearness_hides_no_pair() -> None:
    """A nearer pair may be less similar, as nearness is rounded and overlap is not."""
    touching = ([0.0, 0, 259.5, 259.5], [259.5 - 8e-7, 259.5 - 8e-7, 519, 519])
    nearer = ([0.0, 0, 10, 10], [363.75, 0, 373.75, 10])
    labels = labels_of([(touching[0], 0)], [(nearer[0], 0)])
    predictions = [rows_of((touching[1], 0, 0.1)), rows_of((nearer[1], 0, 0.1))]
    assert smallest(labels, predictions, images_per_chunk=1) == every_pair(labels, predictions)


def test_slivers_equal_the_reference() -> None:
    rank = pytest.importorskip("cleanlab.object_detection.rank")
    boxes = [SLIVER, ([0.0, 0, 10, 10], [366.0, 0, 376, 10]), ([0.0, 0, 9, 9], [8.0, 8, 20, 20])]
    labels = labels_of(*[[(label, 0)] for label, _ in boxes])
    predictions = [[np.array([[*prediction, 0.1]])] for _, prediction in boxes]
    expected = rank._get_min_possible_similarity(ALPHA, predictions, labels)
    assert smallest(labels, to_rows(predictions)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
def test_other_weights_of_the_overlap(alpha: float) -> None:
    labels, predictions = labels_of([([0, 0, 10, 10], 0)]), [rows_of(([5, 0, 15, 10], 0, 1))]
    (scenes,) = ImageLists(labels, predictions).scenes()
    found = min_similarity(scenes.labels, scenes.predictions, alpha)
    assert found == pytest.approx(alpha / 3 + (1 - alpha) * np.exp(-0.5))
