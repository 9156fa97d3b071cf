"""The three kinds of error, box by box, at their thresholds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import odquality
from tests.arrays.scenes import labels_of, rows_of

BOX = [100.0, 100.0, 200.0, 200.0]
AWAY = [400.0, 100.0, 450.0, 150.0]
# A label and a prediction whose similarity is the smallest in the dataset.
FAR_LABEL, FAR = [([0, 0, 10, 10], 0)], rows_of(([200, 0, 210, 10], 0, 0.1))
SMALLEST = 0.1 * np.exp(-20)


def box_scores(kind: str, labels: Any, found: Any, **settings: Any) -> Any:
    """Scores of the first of two images, the second of which makes the smallest similarity."""
    function = getattr(odquality, f"compute_{kind}_box_scores")
    scores = function(labels_of(labels, FAR_LABEL), [rows_of(*found), FAR], **settings)
    return scores[0].tolist()


@pytest.mark.parametrize(("confidence", "counts"), [(0.95, True), (0.9499, False)])
def test_overlooked_needs_a_high_confidence(confidence: float, counts: bool) -> None:
    (score,) = box_scores("overlooked", [(BOX, 0)], [([210, 100, 310, 200], 0, confidence)])
    assert np.isfinite(score) == counts


def test_overlooked_is_the_similarity_to_the_nearest_label_of_the_class() -> None:
    labels = [(BOX, 0), ([300, 100, 400, 200], 0), ([205, 205, 260, 260], 1)]
    (score,) = box_scores("overlooked", labels, [([210, 100, 290, 200], 0, 0.99)])
    assert score == pytest.approx(0.1 * np.exp(-10))


def test_overlooked_without_a_label_of_the_class() -> None:
    (score,) = box_scores("overlooked", [(BOX, 1)], [([210, 100, 310, 200], 0, 0.96)])
    assert score == pytest.approx(SMALLEST * 0.04, rel=1e-3)


def test_a_prediction_on_any_label_is_not_overlooked() -> None:
    (score,) = box_scores("overlooked", [(BOX, 1)], [([199, 199, 299, 299], 0, 0.99)])
    assert np.isnan(score)


@pytest.mark.parametrize(("confidence", "expected"), [(0.51, 0.55), (0.5, 1.0)])
def test_badloc_needs_a_confidence_above_half(confidence: float, expected: float) -> None:
    (score,) = box_scores("badloc", [(BOX, 0)], [([100, 125, 200, 175], 0, confidence)])
    assert score == pytest.approx(expected)


def test_badloc_takes_the_best_prediction_of_the_class() -> None:
    found = [([100, 100, 200, 150], 0, 0.9), ([100, 125, 200, 175], 0, 0.6), (BOX, 1, 0.99)]
    assert box_scores("badloc", [(BOX, 0)], found) == pytest.approx([0.9 * 0.5 + 0.1])


def test_badloc_needs_an_overlap() -> None:
    assert box_scores("badloc", [(BOX, 0)], [([200, 100, 300, 200], 0, 0.99)]) == [1.0]


@pytest.mark.parametrize(("confidence", "expected"), [(0.951, SMALLEST), (0.95, 1.0)])
def test_swap_needs_more_than_a_high_confidence(confidence: float, expected: float) -> None:
    (score,) = box_scores("swap", [(BOX, 0)], [(BOX, 1, confidence)])
    assert score == pytest.approx(expected)


def test_swap_falls_with_the_similarity_to_another_class() -> None:
    (score,) = box_scores("swap", [(BOX, 0)], [([100, 125, 200, 175], 1, 0.99)])
    assert score == pytest.approx(0.45)


def test_predictions_of_the_label_s_class_are_no_swap() -> None:
    assert box_scores("swap", [(BOX, 0)], [(BOX, 0, 0.99)]) == [1.0]


@pytest.mark.parametrize("check", [True, False])
def test_two_classes_on_a_box(check: bool) -> None:
    labels = [(BOX, 0), ([100, 100, 200, 196], 1), (AWAY, 1)]
    scores = box_scores("swap", labels, [], overlapping_label_check=check)
    assert scores == pytest.approx([SMALLEST, SMALLEST, 1.0] if check else [1.0, 1.0, 1.0])


@pytest.mark.parametrize("other", [([100, 100, 200, 194], 1), (BOX, 0)])
def test_labels_that_do_not_conflict(other: Any) -> None:
    assert box_scores("swap", [(BOX, 0), other], []) == [1.0, 1.0]


def test_a_score_of_zero_does_not_end_in_an_error() -> None:
    found = odquality.score_labels(labels_of([(BOX, 0)]), [rows_of((AWAY, 1, 1.0))])
    assert found.prediction_scores["overlooked"][0].tolist() == [0.0]
    assert 0 < found.scores["quality"][0] < 1e-30
