"""Batches of decisions: those that were made in one call, and are taken back together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fiftyone.core.collections import SampleCollection

from odquality.bridge.decisions import reading
from odquality.bridge.decisions.reading import STANDING
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.store import records

Document = dict[str, Any]


def number_to_undo(samples: SampleCollection, key: str) -> int:
    """How many decisions `undo` would take back: those of the latest batch.

    Args:
        samples: a dataset or view.
        key: of a run by the calibrated method.

    Raises:
        ValueError: there is no such run, or it has no suggestions.
    """
    target = ReviewTarget.of(samples, key)
    if target.decisions is None:
        return 0
    wanted = latest(target, 1, of_this_run(target), undone=False)
    some: Document = {"batch": {"$in": wanted}}
    rows = find_decisions(target, some, undone=False, after=[{"$count": "number"}])
    return sum(int(row["number"]) for row in rows)


def latest(target: ReviewTarget, batches: int, mine: Document, *, undone: bool) -> list[str]:
    """The batches that were made, or taken back, last.

    Args:
        target: the fields.
        batches: how many.
        mine: a query for the decisions that count.
        undone: whether those that were taken back are asked for.
    """
    when = "undone_at" if undone else "decided_at"
    last: list[Document] = [
        {
            "$group": {
                "_id": "$d.batch",
                "when": {"$max": f"$d.{when}"},
                "made": {"$max": "$d.decided_at"},
            }
        },
        # Of several that were taken back together the first one was the last to go.
        {"$sort": {"when": -1, "made": 1 if undone else -1, "_id": 1}},
        {"$limit": batches},
    ]
    return [row["_id"] for row in find_decisions(target, mine, undone=undone, after=last)]


def of_this_run(target: ReviewTarget) -> Document:
    """A query for decisions that are not on what the dataset's other runs suggest.

    They may be of the same labels.
    """
    return {"scoring": {"$nin": sorted(scorings_of_others(target))}}


def scorings_of_others(target: ReviewTarget) -> set[str]:
    """The scorings of the dataset's other runs, earlier ones too, as decisions name them."""
    return records.scorings_of_others(target.dataset, target.record.key)


def find_decisions(
    target: ReviewTarget, query: Document, *, undone: bool, after: Sequence[Document] = ()
) -> Iterator[Document]:
    """Decisions as ``d`` that match a query, and were taken back or not."""
    part = {**query, **({"undone_at": {"$ne": None}} if undone else STANDING)}
    return reading.find(target.dataset, target.decisions, part, after=after)
