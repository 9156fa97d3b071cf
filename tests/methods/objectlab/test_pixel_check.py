"""Boxes in [0, 1] are told from boxes in pixels."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.core.scenes import Boxes, Predictions, Scenes
from odquality.methods.interface import learn
from odquality.methods.objectlab.pixel_check import unit_extent, verify_pixels
from odquality.methods.objectlab.scorer import ObjectLab


def scenes(label: list[float], prediction: list[float]) -> Scenes:
    classes, counts = np.zeros(1, np.int64), np.ones(1, np.int64)
    predictions = Predictions(np.array([prediction]), classes, counts, confidence=np.ones(1))
    return Scenes(boxes(label), predictions, boxes(label).take(np.empty(0, np.int64)))


def boxes(*rows: list[float]) -> Boxes:
    return Boxes(np.array(rows), np.zeros(len(rows), np.int64), np.array([len(rows)]))


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
    with pytest.raises(ValueError, match=rf"^{argument}: no coordinate of any box exceeds 1.01,"):
        learn(ObjectLab(), [scenes(label, prediction)])


@pytest.mark.parametrize("order", [1, -1])
def test_one_image_in_pixels_is_enough(order: int) -> None:
    learn(ObjectLab(), [scenes(PIXELS, PIXELS), scenes(NORMALISED, NORMALISED)][::order])


@pytest.mark.parametrize("label", [[0.0, 0.0, 0.0, 0.0], [0.5, 0.5, 0.5, 0.9], [9.0, 2, 9, 30]])
def test_boxes_without_area_say_nothing(label: list[float]) -> None:
    assert unit_extent(boxes(label)) == 0
    assert unit_extent(boxes(label, NORMALISED)) == 1.01
    verify_pixels("labels", 0.0)


def test_negative_pixels_are_pixels() -> None:
    assert unit_extent(boxes([-50.0, -50.0, 1.0, 1.0])) == np.inf


@pytest.mark.parametrize("row", [0, 999])
def test_one_box_among_many_tells(row: int) -> None:
    many = boxes(*[NORMALISED] * 1000)
    many.xyxy[row] = PIXELS
    assert unit_extent(many) == np.inf
