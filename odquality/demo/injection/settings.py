"""The ranges from which wrong boxes are drawn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Ranges of the wrong boxes; of two IoUs the second is not reached.

    Attributes:
        shift_iou: IoU of a badly located box with the true one.
        shift_spread: standard deviation of a shift in widths and heights of the box.
        duplicate_iou: IoU of a copy with its original.
        duplicate_spread: as ``shift_spread``.
        spurious_pasted: share of the spurious labels that are labels of other images, of their
            class and in their place and size (relative to the image): where labels of the data use
            to be. The others have any class and lie anywhere.
        spurious_side: range of the sides of a spurious box that lies anywhere, in shares of the
            image's; None for those of a label drawn from all labels.
        spurious_iou: IoU with every label that a spurious box stays below.
    """

    shift_iou: tuple[float, float] = (0.4, 0.7)
    shift_spread: float = 0.15
    duplicate_iou: tuple[float, float] = (0.8, 1.0)
    duplicate_spread: float = 0.03
    spurious_pasted: float = 0.0
    spurious_side: tuple[float, float] | None = (0.1, 0.5)
    spurious_iou: float = 0.5
