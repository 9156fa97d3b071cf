"""What a process sees that had no part in what happened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Record:
    """What the record of a run says.

    Attributes:
        complete: whether the run ended.
        method: of the run according to its report, None without a report.
        num_scored: images that it scored according to its report, None without a report.
        field: name of the scores of samples; it begins with another key while a run is renamed.
        owned: paths that the run wrote or may have written.
        problem: why its results cannot be loaded, empty if they can.
    """

    complete: bool
    method: str | None
    num_scored: int | None
    field: str = ""
    owned: frozenset[str] = frozenset()
    problem: str = ""

    def __str__(self) -> str:
        state = "complete" if self.complete else "incomplete"
        return f"{state}, {self.method}, {self.num_scored} scored {self.problem}".strip()


@dataclass(frozen=True)
class Sight:
    """The runs of a dataset whose samples could be loaded.

    Attributes:
        records: of the runs, by key.
    """

    records: dict[str, Record]
