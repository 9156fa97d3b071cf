"""Which part of an image is shown, and where boxes are in it."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.drawing.boxes import RelativeBox
from odquality.drawing.frame import Frame, around_all


def frame_of(width: int, height: int, around: RelativeBox | None = None, size: int = 100) -> Frame:
    return Frame.of(width, height, size=size, around=around, surroundings=0.5)


def test_small_images_are_enlarged_and_large_ones_reduced() -> None:
    assert frame_of(20, 10).picture(np.zeros((10, 20, 3), np.uint8)).size == (100, 50)
    assert frame_of(200, 400).picture(np.zeros((400, 200, 3), np.uint8)).size == (50, 100)


def test_boxes_are_scaled() -> None:
    assert frame_of(20, 10).corners((0.1, 0.2, 0.5, 0.6)) == pytest.approx((10, 10, 60, 40))


def test_a_part_is_a_square_with_surroundings() -> None:
    part = frame_of(1000, 500, (0.4, 0.4, 0.1, 0.1))
    # The box is 100 x 50 pixels around (450, 225), with half of 100 pixels on each side.
    assert (part.left, part.top, part.right, part.bottom) == (350, 125, 550, 325)
    assert part.corners((0.4, 0.4, 0.1, 0.1)) == pytest.approx((25, 37.5, 75, 62.5))


def test_a_part_at_the_border_is_moved_into_the_image() -> None:
    part = frame_of(1000, 500, (0.0, 0.9, 0.1, 0.1))
    assert (part.left, part.top, part.right, part.bottom) == (0, 300, 200, 500)


def test_a_part_is_no_larger_than_the_image() -> None:
    part = frame_of(1000, 500, (0.0, 0.0, 1.0, 1.0))
    assert (part.left, part.top, part.right, part.bottom) == (0, 0, 1000, 500)


@pytest.mark.parametrize("around", [(0.5, 0.5, 0.0, 0.0), (5.0, -5.0, 0.1, 0.1)])
def test_every_box_has_a_part(around: RelativeBox) -> None:
    part = frame_of(30, 20, around)
    assert 0 <= part.left < part.right <= 30
    assert 0 <= part.top < part.bottom <= 20


def test_around_all_holds_all() -> None:
    boxes = [(0.1, 0.2, 0.3, 0.1), (0.2, 0.1, 0.1, 0.5)]
    assert around_all(boxes) == pytest.approx((0.1, 0.1, 0.3, 0.5))
