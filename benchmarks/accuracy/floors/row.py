"""A line of the table: figures beside what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmarks.accuracy.metrics import Ranking
from benchmarks.accuracy.suspicion import score_by_odquality
from benchmarks.accuracy.tables import number

Figures = tuple[float, ...]

# The method that the floors are asked of.
score = partial(score_by_odquality, method="calibrated")


@dataclass(frozen=True)
class Row:
    """One line: figures, and the floors that they must reach, or the ceilings if ``at_most``."""

    name: str
    now: Figures
    floor: Figures = ()
    aim: Figures = ()
    at_most: bool = False

    @property
    def falls_short(self) -> bool:
        """Whether any figure, rounded as shown, misses its floor."""
        pairs = zip(np.round(self.now, 3), self.floor, strict=False)
        return not all((now <= floor) if self.at_most else (now >= floor) for now, floor in pairs)

    def cells(self) -> list[str]:
        """The cells of the table."""
        figures = (" / ".join(map(number, each)) for each in (self.now, self.floor, self.aim))
        return [self.name, *figures, "SHORT" if self.falls_short else ""]


def two(ranking: Ranking) -> Figures:
    """AUROC and average precision."""
    return ranking.auroc, ranking.average_precision
