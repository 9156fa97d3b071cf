"""Columns of some documents, flattened: one list of values for the detections of all samples."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from odquality.bridge.read.source import column
from odquality.bridge.store.database import Document
from odquality.core.scenes import IntArray


class Batch:
    """The labels, or the predictions, of some samples.

    Args:
        documents: with the columns of `Source`, each with a list of detections.
        side: ``label`` or ``prediction``.

    Attributes:
        counts: (N,) int64 number of detections of each sample.
    """

    def __init__(self, documents: Sequence[Document], side: str) -> None:
        self._documents = documents
        self._side = side
        self.counts: IntArray = np.array([len(ids) for ids in self._lists("_id")], np.int64)

    def values(self, attribute: str) -> list[Any]:
        """The attribute of every detection, None for one that lacks it; (n,)."""
        return list(chain.from_iterable(self._lists(attribute)))

    def rare_values(self, attribute: str) -> list[Any] | None:
        """As `values`, for an attribute that may be everywhere missing; None if it is."""
        lists = self._lists(attribute)
        if not any(lists):
            return None
        filled = zip(lists, self.counts.tolist(), strict=True)
        return list(chain.from_iterable(values or [None] * count for values, count in filled))

    def _lists(self, attribute: str) -> list[Any]:
        name = column(self._side, attribute)
        return [document[name] for document in self._documents]
