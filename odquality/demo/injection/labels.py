"""Labels before and after the injection of errors, and what is known of the errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from odquality.core.scenes import BoolArray, Boxes, FloatArray, IntArray
from odquality.kinds import ANY, OVERLOOKED

NO_ROW = -1


@dataclass(frozen=True)
class TrueLabels:
    """Labels of N images that count as right.

    Attributes:
        boxes: L boxes in pixels, inside their images.
        iscrowd: (L,) true for regions that are not reviewed and never get an error.
        image_sizes: (N, 2) float64 width and height in pixels.
        num_classes: how many classes there are; those of the boxes are below it.
    """

    boxes: Boxes
    iscrowd: BoolArray
    image_sizes: FloatArray
    num_classes: int


@dataclass(frozen=True)
class LabelErrors:
    """T label errors, ordered by image.

    Attributes:
        kind: (T,) one of `odquality.kinds.KINDS`.
        image: (T,) int64 index of the image.
        row: (T,) int64 row of the wrong box in the new labels, -1 for ``overlooked``.
        source_row: (T,) int64 for ``duplicate`` the row of the box that was copied, else -1.
        true_xyxy: (T, 4) float64 box as it should be, in pixels; NaN if there should be none.
        true_class: (T,) int64 class as it should be; -1 if there should be no box.
    """

    kind: NDArray[np.str_]
    image: IntArray
    row: IntArray
    source_row: IntArray
    true_xyxy: FloatArray
    true_class: IntArray

    def __len__(self) -> int:
        """Number of errors."""
        return len(self.kind)

    def of_kind(self, kind: str) -> BoolArray:
        """(T,) which errors are of a kind, all of them for ``any``."""
        return np.ones(len(self), bool) if kind == ANY else self.kind == kind

    def dropped(self, num_images: int) -> Boxes:
        """The true boxes of the overlooked objects."""
        mine = self.of_kind(OVERLOOKED)
        return Boxes(
            self.true_xyxy[mine],
            self.true_class[mine],
            np.bincount(self.image[mine], minlength=num_images),
        )


@dataclass(frozen=True)
class Corrupted:
    """Labels with known errors.

    Attributes:
        labels: all labels, wrong ones included.
        iscrowd: (number of labels,) true for regions that are not reviewed.
        errors: what is wrong.
    """

    labels: Boxes
    iscrowd: BoolArray
    errors: LabelErrors
