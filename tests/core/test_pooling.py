"""From boxes to images."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.core.pooling import (
    expected_number,
    hidden_number,
    image_quality,
    lowest_score,
    missing_score,
    number_where_any,
    pooled_probability,
    right_probability,
)

COUNTS = np.array([2, 0, 3])
PROBABILITY = np.array([0.5, 0.2, np.nan, 1.0, 0.0])


def test_the_lowest_score() -> None:
    np.testing.assert_allclose(lowest_score(1 - PROBABILITY, COUNTS), [0.5, 1, 0])


def test_the_expected_number() -> None:
    np.testing.assert_allclose(expected_number(PROBABILITY, COUNTS), [0.7, 0, 1])


def test_several_are_worse_than_one_and_many_small_ones_are_not() -> None:
    pooled = pooled_probability(PROBABILITY, COUNTS)
    np.testing.assert_allclose(pooled, [np.sqrt(1 - 0.75 * 0.96), 0, 1], atol=1e-6)
    many = pooled_probability(np.full(100, 0.01), np.array([100]))
    assert many[0] < 0.11


def test_how_many_errors_images_with_any_have() -> None:
    drawn = np.random.default_rng(0).poisson(1.5, 200_000)
    assert number_where_any(1.5) == pytest.approx(drawn[drawn > 0].mean(), rel=0.01)
    assert number_where_any(1e-12) == pytest.approx(1.0)
    assert number_where_any(0.0) == 1.0


def test_an_images_quality() -> None:
    overlooked = np.array([0.5, 0.8, 1.0])
    quality = image_quality(overlooked, 1 - PROBABILITY, COUNTS, 2.0)
    np.testing.assert_allclose(quality, [0.25**2, 0.8**2, 0.0])


def test_missing_labels_that_nothing_shows_count_too() -> None:
    probabilities, counts = np.array([0.6, np.nan, 0.6]), np.array([2, 1, 0])
    np.testing.assert_allclose(
        missing_score(probabilities, counts, np.array([0.0, np.log(2), np.log(4)])),
        [0.4, 0.2, 0.25],
    )


def test_a_label_is_right_where_it_has_no_error() -> None:
    wrong = [np.array([0.25, 0.5, 0.0]), np.array([0.25, 0.75, 0.0])]
    assert right_probability(iter(wrong)).tolist() == [0.5, 0.0, 1.0]


def test_what_was_hidden_is_told_by_the_score() -> None:
    hidden = np.array([0.3, 0.0, 0.7])
    likely = np.array([0.5, 0.2, np.nan, 0.9, 0.0])
    score = missing_score(likely, COUNTS, hidden)
    np.testing.assert_allclose(hidden_number(score, likely, COUNTS), hidden, atol=1e-12)
    # Where a label is missing for sure there is no telling.
    sure = np.where(likely == 0.9, 1.0, likely)
    known = hidden_number(np.array([*score[:2], 0.0]), sure, COUNTS)
    np.testing.assert_allclose(known, [0.3, 0.0, 0.0], atol=1e-12)
