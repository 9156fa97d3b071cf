"""What was answered about the boxes of a run, as its file of results keeps it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from odquality.bridge.run.box_probabilities import Probabilities
from odquality.learning.decisions import Answer, Box, Outcomes
from odquality.learning.lessons import Lessons, lessons_of
from odquality.learning.spectrum import Spectrum

# Where a file of results keeps how many boxes have which probability, and what was answered.
SPECTRUM, ANSWERS = "spectrum", "answers"


def kept_with_run(spectrum: Spectrum) -> dict[str, Any]:
    """What a run keeps beside its report to learn from, as JSON-serialisable values."""
    return {SPECTRUM: spectrum.rows(), ANSWERS: []}


def outcomes_of(rows: Iterable[Mapping[str, Any]]) -> Outcomes:
    """Answers beside what the run had said, as the record keeps them."""
    return Outcomes.of((row["kind"], row["probability"], row["is_error"]) for row in rows)


def lessons_of_rows(kept: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Lessons:
    """What answers have taught, as the record keeps them."""
    settled: dict[str, list[float]] = {}
    for row in rows:
        others = [float(row["probability"])] * (row.get("boxes", 1) - 1)
        settled.setdefault(row["kind"], []).extend(others)
    return lessons_of(
        outcomes_of(rows),
        Spectrum.from_rows(kept[SPECTRUM]),
        {kind: np.array(likely, np.float64) for kind, likely in settled.items()},
    )


def to_rows(
    known: Mapping[Answer, bool],
    said: Probabilities,
    seen: Collection[Answer],
    several: Collection[Answer],
) -> list[dict[str, Any]]:
    """Answers as the record keeps them, in an order of their own.

    Args:
        known: the answers.
        said: the run's probabilities.
        seen: those of which the probability is the run's, whatever a decision tells of it.
        several: those that settle another box, too.
    """
    rows = [
        {
            "sample_id": str(answer.box.image),
            "box": answer.box.side,
            "box_id": str(answer.box.name),
            "kind": answer.kind,
            "probability": said[answer],
            "is_error": is_error,
            **({} if answer in seen else {"is_told": True}),
            **({"boxes": 2} if answer in several else {}),
        }
        for answer, is_error in known.items()
    ]
    return sorted(rows, key=lambda row: (row["sample_id"], row["box_id"], row["kind"]))


def recorded(kept: Mapping[str, Any]) -> Probabilities:
    """What the run had said of the boxes that were decided on before.

    Without what only decisions told, which do so again.
    """
    return {
        Answer(Box(row["sample_id"], row["box"], row["box_id"]), row["kind"]): float(
            row["probability"]
        )
        for row in kept.get(ANSWERS, ())
        if not row.get("is_told")
    }
