"""Average precision per class, image after image."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from odquality.arrays.image_lists import ImageLists
from odquality.methods.objectlab.average_precision import (
    AveragePrecision,
    Confidences,
    Ranking,
    TruePositives,
    all_confidences,
)
from tests.arrays.scenes import labels_of, random_scenes, rows_of, to_rows

BOX = [0.0, 0.0, 100.0, 100.0]
OTHER = [200.0, 200.0, 300.0, 300.0]


def average_precision(labels: Any, predictions: Any, *, images_per_chunk: int = 500) -> Any:
    collected = AveragePrecision()
    data = ImageLists(labels, predictions, images_per_chunk=images_per_chunk)
    for scenes in data.scenes():
        collected = collected.merge(AveragePrecision.observe(scenes))
    return collected.per_class()


def of_class_0(label_boxes: Any, found: Any) -> float:
    labels = labels_of([(box, 0) for box in label_boxes])
    rows = rows_of(*[(box, 0, confidence) for box, confidence in found])
    classes, values = average_precision(labels, [rows])
    return float(values[classes == 0][0])


def test_a_perfect_detector() -> None:
    assert of_class_0([BOX, OTHER], [(BOX, 0.9), (OTHER, 0.8)]) == pytest.approx(1.0)


def test_half_of_the_labels_are_found() -> None:
    assert of_class_0([BOX, OTHER], [(BOX, 0.9)]) == pytest.approx(0.5)


def test_a_more_confident_false_positive_halves_precision() -> None:
    assert of_class_0([BOX], [(OTHER, 0.9), (BOX, 0.8)]) == pytest.approx(0.5)


def test_a_less_confident_false_positive_costs_nothing() -> None:
    assert of_class_0([BOX], [(BOX, 0.9), (OTHER, 0.8)]) == pytest.approx(1.0)


def test_a_second_prediction_of_a_label_is_false() -> None:
    found = [(BOX, 0.9), (BOX, 0.8), (OTHER, 0.7)]
    assert of_class_0([BOX, OTHER], found) == pytest.approx((1 + 2 / 3) / 2)


@pytest.mark.parametrize(("height", "expected"), [(96, 1.0), (77, 0.6), (52, 0.1), (45, 0.0)])
def test_iou_counts_at_each_threshold(height: float, expected: float) -> None:
    assert of_class_0([BOX], [([0, 0, 100, height], 0.9)]) == pytest.approx(expected)


def test_the_most_confident_match_is_the_true_one_at_each_threshold() -> None:
    rough, exact = ([0, 0, 100, 72], 0.9), (BOX, 0.8)
    # Up to IoU .70 the rough one is right; beyond, the exact one is, behind a false positive.
    assert of_class_0([BOX], [rough, exact]) == pytest.approx(0.5 * 1 + 0.5 * 0.5)


def test_classes_without_labels_or_predictions() -> None:
    labels = labels_of([(BOX, 0), (OTHER, 4)])
    classes, values = average_precision(labels, [rows_of((BOX, 0, 0.9), (OTHER, 2, 0.9))])
    assert classes.tolist() == [0, 2, 4]
    assert values.tolist() == [1.0, 0.0, 0.0]


def test_classes_may_be_large_identifiers() -> None:
    labels = labels_of([(BOX, 10**15), (OTHER, 7)])
    classes, values = average_precision(labels, [rows_of((BOX, 0, 0.9))])
    assert classes.tolist() == [0, 7, 10**15]
    assert values.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("num_images", [0, 2])
def test_nothing_at_all(num_images: int) -> None:
    classes, values = average_precision(labels_of(*[[]] * num_images), [[]] * num_images)
    assert classes.shape == values.shape == (0,)


def test_a_confidence_of_zero_ranks_last() -> None:
    assert of_class_0([BOX], [(BOX, 0.1), (OTHER, 0.0), (OTHER, -0.0)]) == pytest.approx(1.0)
    assert of_class_0([BOX], [(BOX, -0.0), (OTHER, 0.1)]) == pytest.approx(0.5)


@pytest.mark.parametrize("images_per_chunk", [1, 9])
def test_chunks_do_not_matter(images_per_chunk: int) -> None:
    labels, predictions = random_scenes(3, 50)
    expected = average_precision(labels, to_rows(predictions))
    found = average_precision(labels, to_rows(predictions), images_per_chunk=images_per_chunk)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("batch", [1, 40, 1_000])
def test_neither_do_the_numbers_of_predictions_that_are_counted_together(batch: int) -> None:
    labels, predictions = random_scenes(3, 50)
    (scenes,) = ImageLists(labels, to_rows(predictions)).scenes()
    found = scenes.predictions
    ranking = Ranking(TruePositives.observe(scenes).sorted(), batch=batch)
    for row in range(len(found)):
        one = slice(row, row + 1)
        ranking.add(Confidences.of(found.classes[one], found.confidence[one], None))
    whole = Ranking(TruePositives.observe(scenes).sorted())
    whole.add(all_confidences(scenes))
    np.testing.assert_array_equal(ranking.per_class(), whole.per_class())
