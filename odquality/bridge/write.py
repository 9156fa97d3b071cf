"""The one place that writes: scores to the fields of samples, labels and predictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

import fiftyone as fo
import numpy as np
from bson import ObjectId
from pymongo import UpdateOne

from odquality.bridge import database
from odquality.bridge.fields import RunFields
from odquality.bridge.read import SampleChunk
from odquality.core.method import Scores


class Writer:
    """Writes the scores of one run, one update per sample.

    An update is atomic, so a sample has all of its scores or none. It applies only if the sample
    was not modified since it was read, and addresses labels by their ids.
    """

    def __init__(self, dataset: fo.Dataset, fields: RunFields) -> None:
        self._dataset = dataset
        self._fields = fields
        # MongoDB keeps milliseconds; the stamp must compare equal when it is read back.
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        self._stamp = now.replace(microsecond=now.microsecond // 1000 * 1000)

    def write(self, chunk: SampleChunk, scores: Scores) -> list[ObjectId]:
        """Writes the scores of some samples; returns the ids of those that changed meanwhile."""
        updates = list(self._updates(chunk, scores))
        matched = database.update_samples(self._dataset, updates)
        database.refresh_loaded_samples(self._dataset, chunk.sample_ids)
        if matched == len(updates):
            return []
        query = {"_id": {"$in": chunk.sample_ids}, "last_modified_at": self._stamp}
        written = set(database.find_ids(self._dataset, query))
        return [sample_id for sample_id in chunk.sample_ids if sample_id not in written]

    def _updates(self, chunk: SampleChunk, scores: Scores) -> Iterator[UpdateOne]:
        fields = self._fields
        images = {fields.name(name): scores.images[name].tolist() for name in fields.image_scores}
        labels = _BoxUpdates(
            fields.label_path,
            chunk.label_ids,
            chunk.scenes.labels.offsets,
            {fields.name(name): scores.labels[name] for name in fields.label_scores},
        )
        predictions = _BoxUpdates(
            fields.prediction_path,
            chunk.prediction_ids,
            chunk.scenes.predictions.offsets,
            {fields.name(name): scores.predictions[name] for name in fields.prediction_scores},
        )
        for image, sample_id in enumerate(chunk.sample_ids):
            values: dict[str, Any] = {field: column[image] for field, column in images.items()}
            values["last_modified_at"] = self._stamp
            filters = labels.add(image, values) + predictions.add(image, values)
            yield UpdateOne(
                {"_id": sample_id, "last_modified_at": chunk.modified[image]},
                {"$set": values},
                array_filters=filters or None,
            )


class _BoxUpdates:
    """The part of the updates that concerns the boxes of one field."""

    def __init__(
        self,
        path: str,
        ids: list[ObjectId],
        offsets: np.ndarray[Any, Any],
        scores: dict[str, np.ndarray[Any, Any]],
    ) -> None:
        self._path = path
        # An identifier of array filters begins with a lower case letter and is alphanumeric.
        self._prefix = path[:1].lower() if path[:1].isalpha() else "b"
        self._ids = ids
        self._offsets = offsets.tolist()
        self._columns = {name: values.tolist() for name, values in scores.items()}

    def add(self, image: int, values: dict[str, Any]) -> list[Mapping[str, Any]]:
        """Adds the scores of an image's boxes to ``values``; returns the filters they need."""
        filters: list[Mapping[str, Any]] = []
        for row in range(self._offsets[image], self._offsets[image + 1]):
            scores = {
                name: column[row]
                for name, column in self._columns.items()
                if column[row] == column[row]  # not NaN
            }
            if not scores:
                continue
            identifier = f"{self._prefix}{row}"
            filters.append({f"{identifier}._id": self._ids[row]})
            for name, value in scores.items():
                values[f"{self._path}.$[{identifier}].{name}"] = value
        return filters
