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

    @classmethod
    def of_images(cls, what: str, done: int, number: int, start: float) -> Progress:
        """How far one of a run's two passes over the images is.

        Args:
            what: what was done with them.
            done: how many it was done with.
            number: how many there are; they were counted before others came or went.
            start: share of the run that was complete when the pass began.
        """
        share = start + 0.5 * min(1.0, done / max(1, number))
        return cls(f"{what} {done:,} of {number:,} images", share)
