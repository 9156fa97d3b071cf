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
        problem: why its results cannot be loaded, empty if they can.
    """

    complete: bool
    method: str | None
    num_scored: int | None
    problem: str = ""


@dataclass(frozen=True)
class Sight:
    """The runs of a dataset whose samples could be loaded.

    Attributes:
        records: of the runs, by key.
    """

    records: dict[str, Record]
