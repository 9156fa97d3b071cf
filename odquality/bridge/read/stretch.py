"""The samples of one chunk, named so that any process can read them again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import fiftyone as fo
from bson import ObjectId
from fiftyone.core.collections import SampleCollection

from odquality.bridge.store import database
from odquality.bridge.store.batched import batched
from odquality.bridge.store.samples import each_once


@dataclass(frozen=True)
class Stretch:
    """Successive samples of a dataset or view.

    Attributes:
        number: of the chunk among all chunks, from 0 on.
        size: number of samples.
        ids: theirs, in their order; the first and the last where that says it all.
        is_range: whether these are all samples of the dataset from the first to the last id.
    """

    number: int
    size: int
    ids: tuple[ObjectId, ...]
    is_range: bool

    def query(self) -> dict[str, Any]:
        """Matches the samples."""
        if self.is_range:
            return {"_id": {"$gte": self.ids[0], "$lte": self.ids[-1]}}
        return {"_id": {"$in": list(self.ids)}}

    def arranged(self, documents: Sequence[database.Document]) -> list[database.Document]:
        """Documents of the samples in their order."""
        if self.is_range:
            return sorted(documents, key=lambda document: document["_id"])
        place = {sample_id: number for number, sample_id in enumerate(self.ids)}
        return sorted(documents, key=lambda document: place[document["_id"]])


def cut(samples: SampleCollection, size: int) -> list[Stretch]:
    """Cuts samples into stretches of a size, the chunks in which one process reads them."""
    if isinstance(samples, fo.Dataset):
        ranges = _ranges(_batches(samples, size))
        if ranges is not None:
            return ranges
    batches = enumerate(_batches(samples, size))
    return [Stretch(number, len(batch), batch, is_range=False) for number, batch in batches]


def _batches(samples: SampleCollection, size: int) -> Iterator[tuple[ObjectId, ...]]:
    documents = each_once(samples, database.iter_documents(samples, {"_id": 1}))
    return batched((document["_id"] for document in documents), size)


def _ranges(batches: Iterable[tuple[ObjectId, ...]]) -> list[Stretch] | None:
    """The stretches as ranges of ids; None where the samples do not stand in that order."""
    ranges: list[Stretch] = []
    for number, batch in enumerate(batches):
        before = ranges[-1].ids[-1:] if ranges else ()
        if any(first >= second for first, second in pairwise((*before, *batch))):
            return None
        ranges.append(Stretch(number, len(batch), (batch[0], batch[-1]), is_range=True))
    return ranges
