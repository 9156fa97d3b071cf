"""Tells boxes in pixels from boxes that were left in normalised coordinates."""

from __future__ import annotations

import math

import numpy as np

from odquality.core.box_units import NORMALISED_LIMIT, not_in_pixels
from odquality.core.geometry import box_area
from odquality.core.scenes import Boxes

_FEW = 64


def unit_extent(boxes: Boxes) -> float:
    """How far from 0 the corners of boxes that have an area lie, infinity if that tells of pixels.

    Boxes without area (padding, say) tell nothing about the unit; without others it is 0.
    """
    largest = 0.0
    # A few boxes nearly always settle it.
    for columns in (boxes.columns[:, :_FEW], boxes.columns):
        corners = columns[:, box_area(columns) > 0]
        largest = float(np.abs(corners).max(initial=0.0))
        if largest > NORMALISED_LIMIT:
            return math.inf
    return largest


def verify_pixels(argument: str, extent: float) -> None:
    """Checks the largest `unit_extent` of a dataset's labels or predictions.

    Raises:
        ValueError: no coordinate exceeds 1.5; names the argument.
    """
    if 0 < extent <= NORMALISED_LIMIT:
        raise ValueError(not_in_pixels(argument, extent, "pixels"))
