"""Tells boxes in pixels from boxes that were left in normalised coordinates."""

from __future__ import annotations

import numpy as np

from odquality.core.geometry import box_area
from odquality.core.scenes import Boxes, Scenes

# Normalised coordinates end at 1, give or take what a detector draws beyond the border.
_NORMALISED_LIMIT = 1.5

_FEW = 64


class PixelCheck:
    """Watches the largest coordinate of labels and of predictions over chunks of a dataset."""

    def __init__(self) -> None:
        self._largest = {"labels": 0.0, "predictions": 0.0}

    def add(self, scenes: Scenes) -> None:
        """Takes the boxes of more images into account."""
        self._watch("labels", scenes.labels)
        self._watch("predictions", scenes.predictions)

    def verify(self) -> None:
        """Checks what was seen.

        Raises:
            ValueError: no coordinate of the labels, or none of the predictions, exceeds 1.5.
        """
        for argument, largest in self._largest.items():
            if 0 < largest <= _NORMALISED_LIMIT:
                raise ValueError(
                    f"{argument}: no coordinate of any box exceeds {largest:.3g}, so the boxes "
                    "seem to be normalised to [0, 1]; expected pixels (multiply x by the image's "
                    "width and y by its height)"
                )

    def _watch(self, argument: str, boxes: Boxes) -> None:
        # A few boxes nearly always settle it.
        for columns in (boxes.columns[:, :_FEW], boxes.columns):
            if self._largest[argument] > _NORMALISED_LIMIT:
                return
            # Boxes without area (padding, say) tell nothing about the unit.
            corners = columns[:, box_area(columns) > 0]
            if corners.size:
                self._largest[argument] = max(self._largest[argument], float(np.abs(corners).max()))
