"""From boxes to images."""

from __future__ import annotations

import numpy as np

from odquality.core.pooling import chance_of_none, expected_number

COUNTS = np.array([2, 0, 3])
PROBABILITY = np.array([0.5, 0.2, np.nan, 1.0, 0.0])


def test_no_error_in_an_image() -> None:
    np.testing.assert_allclose(chance_of_none(PROBABILITY, COUNTS, 1), [0.4, 1, 0])


def test_an_error_that_shows_on_two_boxes_is_one() -> None:
    twice = np.array([0.3, 0.3])
    np.testing.assert_allclose(chance_of_none(twice, np.array([2]), 2), [0.7])
    np.testing.assert_allclose(expected_number(twice, np.array([2]), 2), [0.3])


def test_the_expected_number() -> None:
    np.testing.assert_allclose(expected_number(PROBABILITY, COUNTS, 1), [0.7, 0, 1])
