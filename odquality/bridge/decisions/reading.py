"""Reads decisions: which of them stand, and those of a whole dataset by an index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import fiftyone as fo

from odquality.bridge.store import database

Document = dict[str, Any]

# What a decision has that was not taken back.
STANDING: Mapping[str, Any] = {"undone_at": None}


def standing(decisions: Iterable[Document]) -> list[Document]:
    """Those of some decisions that were not taken back."""
    return [one for one in decisions if not one.get("undone_at")]


def listed(value: Any) -> list[Document]:
    """The documents of a list, each in its place: nothing of what is no list or no document."""
    documents = value if isinstance(value, list) else []
    return [one if isinstance(one, dict) else {} for one in documents]


def has_any(field: str | None) -> Document:
    """A query for the samples with decisions in a field, of which the database has an index."""
    return {f"{field}.detections.decided_at": {"$type": "date"}}


def find(
    dataset: fo.Dataset,
    field: str | None,
    part: Mapping[str, Any],
    *,
    after: Sequence[Document] = (),
) -> Iterator[Document]:
    """The decisions in a field that have some values, each as ``d`` with its sample's ``_id``.

    Args:
        dataset: whose samples are read.
        field: of the decisions.
        part: query of a decision.
        after: stages of an aggregation that go on with them.
    """
    path = f"{field}.detections"
    some = {**has_any(field), path: {"$elemMatch": dict(part)}}
    stages: list[Document] = [
        {"$unwind": "$d"},
        {"$match": {f"d.{name}": value for name, value in part.items()}},
        *after,
    ]
    return database.find_documents(dataset, some, {"d": f"${path}"}, after=stages)
