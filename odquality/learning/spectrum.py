"""How many boxes have which probability: all that is kept of a dataset to learn from decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from odquality.core.log_odds import log_odds
from odquality.core.scenes import FloatArray, IntArray
from odquality.kinds import KINDS

# Bins of log odds; what lies beyond the first and the last is in them.
_LOWEST, _HIGHEST, _BINS_PER_UNIT = -12, 12, 16
NUM_BINS = (_HIGHEST - _LOWEST) * _BINS_PER_UNIT
# Boxes are about as likely wrong if their log odds differ by no more.
_ABOUT = 2


@dataclass(frozen=True)
class Spectrum:
    """Numbers of boxes by kind of error and probability, in narrow bins of log odds.

    Attributes:
        counts: (number of kinds, number of bins) int64: boxes in each bin.
        sums: (number of kinds, number of bins) float64: sum of their probabilities.
    """

    counts: IntArray
    sums: FloatArray

    @classmethod
    def of(cls, probabilities: Mapping[str, FloatArray]) -> Spectrum:
        """The spectrum of probabilities in [0, 1] by kind, (n,) each; NaN is left out."""
        counts = np.zeros((len(KINDS), NUM_BINS), np.int64)
        sums = np.zeros((len(KINDS), NUM_BINS))
        for kind, values in probabilities.items():
            row, given = KINDS.index(kind), values[~np.isnan(values)]
            place = bin_of(given)
            counts[row] = np.bincount(place, minlength=NUM_BINS)
            sums[row] = np.bincount(place, given, minlength=NUM_BINS)
        return cls(counts, sums)

    def __add__(self, other: Spectrum) -> Spectrum:
        return Spectrum(self.counts + other.counts, self.sums + other.sums)

    def __sub__(self, other: Spectrum) -> Spectrum:
        """Without boxes that are in this one."""
        counts = np.maximum(0, self.counts - other.counts)
        # What rounding leaves of an empty bin is nothing.
        sums = np.where(counts > 0, np.maximum(0.0, self.sums - other.sums), 0.0)
        return Spectrum(counts, np.minimum(sums, counts))

    def without(self, kind: str, probability: FloatArray) -> Spectrum:
        """Without a box of about each of some probabilities (n,): the nearest that there is."""
        counts, sums = self.counts.copy(), self.sums.copy()
        number, total = counts[KINDS.index(kind)], sums[KINDS.index(kind)]
        # In an order of their own.
        for wanted in np.sort(bin_of(probability)).tolist():
            places = np.flatnonzero(number)
            apart = np.abs(places - wanted)
            if not len(places) or apart.min() > _ABOUT * _BINS_PER_UNIT:
                continue
            place = places[apart.argmin()]
            total[place] *= (number[place] - 1) / number[place]
            number[place] -= 1
        return Spectrum(counts, sums)

    def of_kind(self, kind: str) -> tuple[IntArray, FloatArray]:
        """Numbers of boxes and their mean probability in each bin that has any, ascending."""
        at = KINDS.index(kind), self.places(kind)
        return self.counts[at], self.sums[at] / self.counts[at]

    def places(self, kind: str) -> IntArray:
        """Numbers of the bins that have any, ascending."""
        return np.flatnonzero(self.counts[KINDS.index(kind)])

    def rows(self) -> dict[str, list[list[float]]]:
        """By kind, the number of each bin that has boxes, theirs, and the sum: for JSON."""
        return {
            kind: [
                [place, int(self.counts[row, place]), float(self.sums[row, place])]
                for place in np.flatnonzero(self.counts[row]).tolist()
            ]
            for row, kind in enumerate(KINDS)
        }

    @classmethod
    def from_rows(cls, rows: Mapping[str, Sequence[Sequence[float]]]) -> Spectrum:
        """What `rows` gave."""
        spectrum = cls.of({})
        for kind, of_kind in rows.items():
            for place, count, total in of_kind:
                at = KINDS.index(kind), int(place)
                spectrum.counts[at], spectrum.sums[at] = int(count), total
        return spectrum


def bin_of(probability: FloatArray) -> IntArray:
    """Number of the bin of each probability, (n,) int64."""
    places = np.floor((log_odds(probability) - _LOWEST) * _BINS_PER_UNIT).astype(np.int64)
    return np.clip(places, 0, NUM_BINS - 1)
