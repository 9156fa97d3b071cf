"""What there is of each class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from odquality.kinds import BY_NAME, in_order
from odquality.summaries.tables import section


@dataclass(frozen=True)
class ClassRow:
    """What there is of a class.

    Attributes:
        name: of the class.
        labels: how many it has.
        predictions: how many there are of it, None where there are none of any class.
        average_precision: of the detector, in [0, 1], the mean over IoU .5, .55, ..., .95; None
            where it was not computed.
        quality: mean score of its labels, in [0, 1], lower = more likely mislabelled; None where
            labels have no score.
        errors: how many are suspected by kind: of labels of this class, and of missing ones that
            should have it.
    """

    name: str
    labels: int
    predictions: int | None = None
    average_precision: float | None = None
    quality: float | None = None
    errors: Mapping[str, int] = field(default_factory=dict)

    @property
    def num_errors(self) -> int:
        """How many errors are suspected."""
        return sum(self.errors.values())


@dataclass(frozen=True)
class ClassTable:
    """What there is of all classes; print it.

    Attributes:
        rows: of each class, the one with the most labels first.
    """

    rows: tuple[ClassRow, ...]

    @classmethod
    def of(cls, rows: Iterable[ClassRow]) -> ClassTable:
        """The table of some rows in any order."""
        return cls(tuple(sorted(rows, key=lambda row: (-row.labels, row.name))))

    def worst_first(self) -> tuple[ClassRow, ...]:
        """The rows, the class with the most suspected errors first."""
        return tuple(sorted(self.rows, key=lambda row: -row.num_errors))

    def __str__(self) -> str:
        kinds = in_order({kind for row in self.rows for kind in row.errors})
        numbers: list[tuple[str, list[float | None], str]] = [
            ("predictions", [row.predictions for row in self.rows], ","),
            ("AP", [row.average_precision for row in self.rows], ".3f"),
            ("quality", [row.quality for row in self.rows], ".3f"),
        ]
        columns = [
            ["", *(row.name for row in self.rows)],
            ["labels", *(f"{row.labels:,}" for row in self.rows)],
            *(
                [head, *("" if value is None else format(value, form) for value in values)]
                for head, values, form in numbers
                if any(value is not None for value in values)
            ),
            *(
                [BY_NAME[kind].title, *(f"{row.errors.get(kind, 0):,}" for row in self.rows)]
                for kind in kinds
            ),
        ]
        rows = [list(row) for row in zip(*columns, strict=True)]
        title = "Classes, with suspected errors by kind" if kinds else "Classes"
        return section(title, rows)
