"""How many of the expected errors of an image a suggestion is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Sums of multiples of this are exact, so that what is taken away and given back leaves no trace.
GRAIN = 2.0**-20


def share_of(suggestion: Mapping[str, Any]) -> float:
    """What the expected number falls by when a suggestion is decided on; a multiple of `GRAIN`.

    Of two labels that are duplicates of each other one is suggested, and stands for both.
    """
    return float(round(suggestion["confidence"] / GRAIN) * GRAIN)
