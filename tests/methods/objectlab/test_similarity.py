"""Similarity of two boxes and how far it reaches."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.methods.objectlab.similarity import ALPHA, NEARNESS_STEP, least_distance, similarity


def of(iou: float, distance: float, alpha: float = ALPHA) -> float:
    return float(similarity(np.array([iou]), np.array([distance**2]), alpha)[0])


def test_same_box() -> None:
    assert of(1.0, 0.0) == 1.0


def test_nearness_falls_by_e_in_ten_pixels() -> None:
    assert of(0.0, 20.0) == pytest.approx(0.1 * np.exp(-2))


def test_nearness_is_rounded_to_steps() -> None:
    assert of(0.0, 366.0) == (1 - ALPHA) * NEARNESS_STEP
    assert of(0.0, 375.0) == 0.0


@pytest.mark.parametrize("alpha", [0.0, 0.5, ALPHA])
@pytest.mark.parametrize("value", [1e-17, 1e-9, 0.05, 0.5, 1.0])
def test_nearer_pairs_are_at_least_as_similar(value: float, alpha: float) -> None:
    reach = least_distance(value, alpha)
    assert of(0.0, reach * (1 - 1e-9), alpha) >= min(value, 1 - alpha) - NEARNESS_STEP
    assert of(0.0, reach + 50, alpha) < value
