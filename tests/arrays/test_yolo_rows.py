"""Rows that end in a class are told from those that end in the probability of the only class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import odquality
from tests.arrays.scenes import labels_of

BOX = [10.0, 10.0, 60.0, 60.0]
OTHER = [200.0, 10.0, 260.0, 60.0]
ARE_CLASSES = "predictions: .* seem to be x1, y1, x2, y2, confidence, class"


def rows(*last: float, confidence: float = 0.9) -> Any:
    boxes = (BOX, OTHER)[: len(last)]
    return np.array([[*box, confidence, value] for box, value in zip(boxes, last, strict=True)])


def score(labels: Any, predictions: Any) -> Any:
    return odquality.score_labels(labels, predictions).scores["quality"]


@pytest.fixture(params=["get_label_quality_scores", "score_labels", "find_label_issues"])
def function(request: pytest.FixtureRequest) -> Any:
    return getattr(odquality, request.param)


@pytest.mark.parametrize("last", [(0, 1), (0, 0), (1, 2), (79, 3), (0, 79)])
def test_classes_are_refused(function: Any, last: Any) -> None:
    labels = labels_of([(BOX, last[0]), (OTHER, last[1])])
    with pytest.raises(ValueError, match=ARE_CLASSES):
        function(labels, [rows(*last)])


def test_one_class_that_is_not_the_first_is_refused(function: Any) -> None:
    with pytest.raises(ValueError, match=ARE_CLASSES):
        function(labels_of([(BOX, 1), (OTHER, 1)]), [rows(1, 1)])


def test_the_images_with_a_telling_class_may_come_late(function: Any) -> None:
    labels = labels_of([(BOX, 0)]) * 1200
    with pytest.raises(ValueError, match=ARE_CLASSES):
        function(labels, [rows(1)] * 1199 + [rows(0)])


def test_the_advice_works() -> None:
    found = rows(1, 0)
    labels = labels_of([(BOX, 1), (OTHER, 0)])
    as_advised = np.hstack([found[:, :5], np.eye(2)[found[:, 5].astype(int)]])
    assert score(labels, [as_advised]) == pytest.approx(1.0)


@pytest.mark.parametrize("last", [(1.0, 1.0), (0.98, 0.0), (0.0, 1e-7), (0.6, 1.0)])
def test_probabilities_of_the_only_class_are_fine(function: Any, last: Any) -> None:
    labels = labels_of([(BOX, 0), (OTHER, 0)], [(BOX, 0)])
    function(labels, [rows(*last), np.empty((0, 6))])


def test_a_detector_of_one_class_held_against_labels_of_several() -> None:
    assert score(labels_of([(BOX, 0), (OTHER, 1)]), [rows(1, 1)]).shape == (1,)


def test_padding_is_no_class() -> None:
    padded = np.vstack([rows(1, 1), np.zeros((3, 6))])
    assert score(labels_of([(BOX, 0), (OTHER, 0)]), [padded]) == pytest.approx(1.0)


def test_no_predictions_at_all() -> None:
    assert score(labels_of([(BOX, 1)]), [np.empty((0, 6))]) == pytest.approx(1.0)
