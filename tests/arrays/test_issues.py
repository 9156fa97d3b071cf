"""Scores become lists of images."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import odquality


def test_the_worst_come_first_up_to_the_threshold() -> None:
    scores = [0.5, 0.05, 0.1, 0.0, 0.11]
    assert odquality.issues_from_scores(scores).tolist() == [3, 1, 2]


def test_equal_scores_stay_in_order() -> None:
    scores = np.tile([0.1, 0.0], 50)
    expected = [*range(1, 100, 2), *range(0, 100, 2)]
    assert odquality.issues_from_scores(scores).tolist() == expected


def test_unscored_images_are_left_out() -> None:
    found = odquality.issues_from_scores([np.nan, 0.3, np.nan], threshold=1.0)
    assert found.tolist() == [1]
    assert found.dtype == np.int64


@pytest.mark.parametrize("threshold", [-0.1, 1.1, np.nan])
def test_the_threshold_is_a_score(threshold: float) -> None:
    with pytest.raises(ValueError, match=r"threshold is .*; expected a number in \[0, 1\]"):
        odquality.issues_from_scores([0.5], threshold=threshold)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (0.5, "label_quality_scores is a float; expected a sequence"),
        ([[0.5]], r"label_quality_scores has shape \(1, 1\); expected \(N,\)"),
        ([[], [[]]], r"label_quality_scores has shape \(0,\); expected \(N,\)"),
        (["x"], "label_quality_scores holds .* values"),
        ([0.5, 1.5], r"label_quality_scores\[1\] is 1.5; expected a score in \[0, 1\]"),
        ([-np.inf], r"label_quality_scores\[0\] is -inf; expected a score in"),
        ({0.5}, "label_quality_scores is a set; expected a sequence"),
        (odquality.score_labels([], []), r"is a LabelQuality, .* its scores\['quality'\]"),
    ],
)
def test_scores_are_one_per_image(wrong: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        odquality.issues_from_scores(wrong)
