"""How often one class stands for another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from odquality.summaries.tables import section

# A table of more classes is not printed as a square.
_MOST_PRINTED = 12


@dataclass(frozen=True)
class ClassMatrix:
    """How often one class goes with another; print it.

    Attributes:
        title: what is counted, and what rows and columns are.
        names: (K,) the classes that occur, by the alphabet.
        counts: (K, K) how often the class of the row goes with that of the column.
    """

    title: str
    names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, title: str, counts: Mapping[tuple[str, str], int]) -> ClassMatrix:
        """The matrix of how often there is each pair of classes."""
        names = tuple(sorted({name for pair in counts for name in pair}))
        rows = tuple(tuple(counts.get((row, column), 0) for column in names) for row in names)
        return cls(title, names, rows)

    def pairs(self) -> list[tuple[str, str, int]]:
        """Classes of row and column that differ and how often they occur, the most first."""
        found = [
            (row, column, count)
            for row, counts in zip(self.names, self.counts, strict=True)
            for column, count in zip(self.names, counts, strict=True)
            if count and row != column
        ]
        return sorted(found, key=lambda pair: -pair[2])

    def __str__(self) -> str:
        if not self.names:
            return f"{self.title}: none"
        if len(self.names) > _MOST_PRINTED:
            pairs = self.pairs()[:_MOST_PRINTED]
            rows = [[f"{row} -> {column}", f"{count:,}"] for row, column, count in pairs]
            return section(f"{self.title}: the most frequent", rows)
        rows = [["", *self.names]]
        for name, counts in zip(self.names, self.counts, strict=True):
            rows.append([name, *(f"{count:,}" if count else "." for count in counts)])
        return section(self.title, rows)


def swap_matrix(counts: Mapping[tuple[str, str], int]) -> ClassMatrix:
    """How many labels are suspected to be of another class, by given and suggested class."""
    return ClassMatrix.of("Suspected wrong classes, as labelled (rows) and suggested", counts)
