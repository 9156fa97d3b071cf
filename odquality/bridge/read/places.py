"""Where each box stands in the database, and by what a sample is known to be as it was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import bson
import numpy as np
from fiftyone.core.collections import SampleCollection

from odquality.bridge.store import database
from odquality.bridge.store.samples import alters_documents, dataset_of
from odquality.core.scenes import IntArray

# Columns of the reader that are read here.
MODIFIED, LABEL_IDS, PREDICTION_IDS = "modified", "label _id", "prediction _id"

# The place of a box that cannot be told from others, so that nothing is written onto it.
NOWHERE = -1


@dataclass(frozen=True)
class Places:
    """The boxes of a chunk of samples in the lists that the database holds.

    Attributes:
        identities: of each sample, a BSON document of what `identity_expression` gave when the
            sample was read: kept encoded, for a list of ids takes ten times the memory.
        labels: (number of labels,) int64 position of each label in its sample's stored list, or
            `NOWHERE`.
        predictions: (number of predictions,) likewise.
    """

    identities: list[bytes]
    labels: IntArray
    predictions: IntArray

    def label_ids(self, image: int) -> list[Any]:
        """The database ids of an image's stored labels; None for one that has none."""
        return self._ids("labels", image)

    def prediction_ids(self, image: int) -> list[Any]:
        """Likewise of its predictions."""
        return self._ids("predictions", image)

    def _ids(self, side: str, image: int) -> list[Any]:
        ids: list[Any] = bson.decode(self.identities[image])[side]
        return ids


def identity_expression(gt_field: str, pred_field: str) -> dict[str, Any]:
    """What must still hold of a sample when its boxes are addressed by their positions.

    When it was modified, and the ids in both lists: some edits do not touch the former.
    """
    return {
        "modified": {"$ifNull": ["$last_modified_at", None]},
        "labels": _ids(gt_field),
        "predictions": _ids(pred_field),
    }


def _ids(field: str) -> dict[str, Any]:
    path = f"${field}.detections"
    ids = {"$map": {"input": path, "in": {"$ifNull": ["$$this._id", None]}}}
    return {"$cond": [{"$isArray": path}, ids, None]}


class Locator:
    """Finds the places of boxes of samples that were read from a dataset or view.

    Args:
        samples: the dataset or view.
        gt_field: path of its ground-truth field.
        pred_field: path of its prediction field.
    """

    def __init__(self, samples: SampleCollection, gt_field: str, pred_field: str) -> None:
        self._dataset = dataset_of(samples)
        self._expression = identity_expression(gt_field, pred_field)
        self._as_stored = not alters_documents(samples)

    def locate(
        self,
        documents: Sequence[Mapping[str, Any]],
        label_rows: IntArray,
        prediction_rows: IntArray,
    ) -> Places:
        """The places of some boxes.

        Args:
            documents: of the samples, with the ids of all boxes that the view shows.
            label_rows: rows of the labels in question among all labels of the documents.
            prediction_rows: likewise.
        """
        labels = [document[LABEL_IDS] for document in documents]
        # A sample without a value in the ground-truth field may be read as one without labels.
        stored_ids = [
            ids if one.get("label list", "list") == "list" else None
            for one, ids in zip(documents, labels, strict=True)
        ]
        predictions = [document[PREDICTION_IDS] for document in documents]
        modified = [document.get(MODIFIED) for document in documents]
        if self._as_stored:
            return Places(
                _identities(modified, stored_ids, predictions),
                _counted(labels)[label_rows],
                _counted(predictions)[prediction_rows],
            )
        # The view may hide boxes or show them in another order.
        sample_ids = [document["_id"] for document in documents]
        found = database.find_columns(self._dataset, sample_ids, self._expression)
        # Of a sample that is gone nothing can be written, whatever is taken for its identity.
        stored = [found.get(sample_id, {}) for sample_id in sample_ids]
        stored_labels = [one.get("labels") for one in stored]
        stored_predictions = [one.get("predictions") for one in stored]
        return Places(
            _identities(modified, stored_labels, stored_predictions),
            _found(labels, stored_labels)[label_rows],
            _found(predictions, stored_predictions)[prediction_rows],
        )


def _identities(
    modified: Sequence[Any], labels: Sequence[Any], predictions: Sequence[Any]
) -> list[bytes]:
    """What `identity_expression` gives of samples; documents are equal if their order is."""
    return [
        bson.encode({"modified": when, "labels": given, "predictions": found})
        for when, given, found in zip(modified, labels, predictions, strict=True)
    ]


def _counted(lists: Sequence[Sequence[Any]]) -> IntArray:
    """Positions of all elements within their lists."""
    counts = np.fromiter(map(len, lists), np.int64, len(lists))
    first = np.cumsum(counts) - counts
    return np.arange(counts.sum()) - np.repeat(first, counts)


def _found(shown: Sequence[Sequence[Any]], stored: Sequence[Sequence[Any] | None]) -> IntArray:
    """Positions in the stored lists of all ids that are shown."""
    pairs = zip(shown, stored, strict=True)
    positions = chain.from_iterable(_find(ids, among) for ids, among in pairs)
    return np.fromiter(positions, np.int64)


def _find(ids: Sequence[Any], among: Sequence[Any] | None) -> list[int]:
    if ids == among:
        return list(range(len(ids)))
    positions: dict[bytes, int] = {}
    for position, given in enumerate(among or ()):
        name = _name(given)
        positions[name] = NOWHERE if name in positions else position
    return [NOWHERE if one is None else positions.get(_name(one), NOWHERE) for one in ids]


def _name(given: Any) -> bytes:
    """An id of any type as something that can be looked up."""
    return bson.encode({"_id": given})
