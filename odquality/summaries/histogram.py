"""How often values lie between edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from odquality.core.scenes import FloatArray, IntArray
from odquality.summaries.tables import section

# Areas as shares of the image's, about three to a tenfold.
AREA_EDGES = (0.0, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
# Areas in squares of the boxes' unit: those of squares of 0, 8, 16, ... 512 pixels.
SQUARE_EDGES = (0.0, *(float(side**2) for side in (8, 16, 32, 64, 128, 256, 512, 1024)))
SCORE_EDGES = tuple(number / 20 for number in range(21))
# Boxes of an image: single numbers first.
COUNT_EDGES = tuple(map(float, (*range(11), 15, 20, 30, 50, 100, 200, 500, 1000, 2000)))

# More names than this stand one below the other, fewer side by side.
_MOST_COLUMNS = 6


@dataclass(frozen=True)
class Histogram:
    """How often the values of one or more things lie between edges; print it.

    Attributes:
        title: what the values are, and what is counted.
        edges: (n + 1,) ascending. A bin holds values from its lower edge on, and those of the
            upper edge are in the next; values beyond the outermost edges are in the outermost
            bins.
        counts: (n,) how many values are in each bin, by the name of what they are of.
        whole: whether values are whole numbers.
    """

    title: str
    edges: tuple[float, ...]
    counts: Mapping[str, tuple[int, ...]]
    whole: bool = False

    def __str__(self) -> str:
        counts = [(0,) * (len(self.edges) - 1), *self.counts.values()]
        filled = np.flatnonzero(np.sum(counts, axis=0)).tolist()
        # What is empty at either end is left out.
        shown = slice(filled[0], filled[-1] + 1) if filled else slice(0)
        rows = [["", *(self._bin(number) for number in range(len(self.edges) - 1)[shown])]]
        for name, numbers in self.counts.items():
            rows.append([name, *(f"{number:,}" for number in numbers[shown])])
        if len(self.counts) <= _MOST_COLUMNS:
            rows = [list(column) for column in zip(*rows, strict=True)]
        return section(self.title, rows)

    def _bin(self, number: int) -> str:
        low, high = self.edges[number], self.edges[number + 1]
        if self.whole:
            return f"{low:.0f}" if high - low == 1 else f"{low:.0f} to {high - 1:.0f}"
        return f"{low:g} to {high:g}"


def bin_of(values: FloatArray, edges: Sequence[float]) -> IntArray:
    """The bin of each value, (n,) int64."""
    return np.searchsorted(np.asarray(edges[1:-1]), values, side="right").astype(np.int64)


def count_bins(bins: IntArray, edges: Sequence[float]) -> tuple[int, ...]:
    """How many of some bins, (n,) int64, are which."""
    return tuple(np.bincount(bins, minlength=len(edges) - 1).tolist())


def count_bins_by(
    classes: IntArray, bins: IntArray, edges: Sequence[float]
) -> dict[int, tuple[int, ...]]:
    """How many of some bins, (n,) int64, are which, by their classes, (n,) int64."""
    size = len(edges) - 1
    numbers, rows = np.unique(classes, return_inverse=True)
    counts = np.bincount(rows * size + bins, minlength=len(numbers) * size).reshape(-1, size)
    return dict(zip(numbers.tolist(), map(tuple, counts.tolist()), strict=True))


def image_numbers(counts: Mapping[str, tuple[int, ...]]) -> Histogram:
    """How many images have how many boxes, among `COUNT_EDGES`, by what boxes are."""
    return Histogram("Images by number of boxes", COUNT_EDGES, counts, whole=True)


def score_histogram(counts: tuple[int, ...]) -> Histogram:
    """How many images have which score, among `SCORE_EDGES`."""
    return Histogram(
        "Images by score, lower = more likely mislabelled", SCORE_EDGES, {"images": counts}
    )
