"""Confidences that lie above 1: by a rounding error, by the way boxes were fused, or in percent."""

from __future__ import annotations

from odquality.core.scenes import BoolArray, FloatArray

# Sums of float32 numbers exceed 1 by less than this.
HAIR = 1e-5

# Fused boxes reach as far as there are models, and few of them do.
_LARGEST_FUSED = 10.0
_FEW = 0.1


def clip_hair(confidence: FloatArray) -> FloatArray:
    """The confidences (n,), those that are above 1 by a rounding error taken for 1."""
    if confidence.max(initial=0.0) <= 1:
        return confidence
    hair = (confidence > 1) & (confidence <= 1 + HAIR)
    if not hair.any():
        return confidence
    clipped = confidence.copy()
    clipped[hair] = 1.0
    return clipped


def above_one(confidence: FloatArray) -> BoolArray:
    """Which confidences (n,) are above 1 by more than a rounding error."""
    return confidence > 1 + HAIR


def are_of_another_scale(num_above_one: int, number: int, largest: float) -> bool:
    """Whether confidences are no shares of 1 at all, but percent or logits, say.

    Args:
        num_above_one: how many of them are `above_one`.
        number: of all of them.
        largest: of all of them.
    """
    return num_above_one > _FEW * number and largest > _LARGEST_FUSED
