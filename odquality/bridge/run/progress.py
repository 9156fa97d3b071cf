"""How far a run is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes:
        label: what it is doing.
        complete: share of the whole, in [0, 1].
    """

    label: str
    complete: float
