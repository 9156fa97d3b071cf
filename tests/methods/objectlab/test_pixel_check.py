"""Boxes in [0, 1] are told from boxes in pixels."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.core.scenes import Boxes, Predictions, Scenes
from odquality.methods.objectlab.pixel_check import PixelCheck


def scenes(label: list[float], prediction: list[float]) -> Scenes:
    classes, counts = np.zeros(1, np.int64), np.ones(1, np.int64)
    labels = Boxes(np.array([label]), classes, counts)
    predictions = Predictions(np.array([prediction]), classes, counts, confidence=np.ones(1))
    return Scenes(labels, predictions, labels.take(np.empty(0, np.int64)))


PIXELS, NORMALISED = [10.0, 10.0, 60.0, 60.0], [0.1, 0.1, 0.6, 1.01]


@pytest.mark.parametrize(
    ("label", "prediction", "argument"),
    [
        (NORMALISED, PIXELS, "labels"),
        (PIXELS, NORMALISED, "predictions"),
        (NORMALISED, NORMALISED, "labels"),
    ],
)
def test_normalised_boxes(label: list[float], prediction: list[float], argument: str) -> None:
    check = PixelCheck()
    check.add(scenes(label, prediction))
    with pytest.raises(ValueError, match=rf"^{argument}: no coordinate of any box exceeds 1?"):
        check.verify()


@pytest.mark.parametrize("order", [1, -1])
def test_one_image_in_pixels_is_enough(order: int) -> None:
    check = PixelCheck()
    for part in [scenes(PIXELS, PIXELS), scenes(NORMALISED, NORMALISED)][::order]:
        check.add(part)
    check.verify()


@pytest.mark.parametrize("label", [PIXELS, [0.0, 0.0, 0.0, 0.0], [0.5, 0.5, 0.5, 0.9]])
def test_boxes_without_area_say_nothing(label: list[float]) -> None:
    check = PixelCheck()
    check.add(scenes(label, PIXELS))
    check.verify()


def test_negative_pixels_are_pixels() -> None:
    check = PixelCheck()
    check.add(scenes([-50.0, -50.0, 1.0, 1.0], PIXELS))
    check.verify()
