"""The one place that writes: scores to the fields of samples, labels and predictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from math import isnan
from typing import Any

import fiftyone as fo
import numpy as np
from bson import ObjectId
from pymongo import UpdateOne

from odquality.bridge.read.ids import Ids
from odquality.bridge.read.reader import SampleChunk
from odquality.bridge.store import database
from odquality.bridge.store.garbage import paused_collector
from odquality.bridge.write.fields import RunFields
from odquality.bridge.write.suggestions import ChunkIssues
from odquality.core.scenes import FloatArray, IntArray
from odquality.methods.interface import Scores


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

    def write(
        self, chunk: SampleChunk, scores: Scores, issues: ChunkIssues | None
    ) -> list[ObjectId]:
        """Writes what is known of some samples.

        Args:
            chunk: the samples.
            scores: of their images and boxes.
            issues: of the samples, where the method gives them.

        Returns:
            The ids of the samples that changed since they were read, which are left as they are.
        """
        with paused_collector():
            updates = list(self._updates(chunk, scores, issues))
            matched = database.update_samples(self._dataset, updates)
        database.refresh_loaded_samples(self._dataset, chunk.sample_ids)
        if matched == len(updates):
            return []
        query = {"_id": {"$in": chunk.sample_ids}, "last_modified_at": self._stamp}
        written = set(database.find_ids(self._dataset, query))
        return [sample_id for sample_id in chunk.sample_ids if sample_id not in written]

    def _updates(
        self, chunk: SampleChunk, scores: Scores, issues: ChunkIssues | None
    ) -> Iterator[UpdateOne]:
        fields, method = self._fields, self._fields.method
        images = _columns(fields, method.image_scores, scores.images)
        labels = BoxValues(
            fields.label_path,
            "label",
            chunk.label_ids,
            chunk.scenes.labels.offsets,
            _columns(fields, method.label_scores, scores.labels),
        )
        predictions = BoxValues(
            fields.prediction_path,
            "prediction",
            chunk.prediction_ids,
            chunk.scenes.predictions.offsets,
            _columns(fields, method.prediction_scores, scores.predictions),
        )
        for image, sample_id in enumerate(chunk.sample_ids):
            values: dict[str, Any] = {
                field: float(column[image]) for field, column in images.items()
            }
            values["last_modified_at"] = self._stamp
            attributes: dict[int, dict[str, Any]] = {}
            if issues is not None:
                values[fields.num_issues] = len(issues.of(image))
                values[fields.suggestions] = issues.documents(image)
                attributes = _label_attributes(fields, issues, image)
            filters = labels.add(image, values, attributes) + predictions.add(image, values, {})
            yield UpdateOne(
                {"_id": sample_id, "last_modified_at": chunk.modified[image]},
                {"$set": values},
                array_filters=filters or None,
            )


def _columns(
    fields: RunFields, names: tuple[str, ...], scores: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    return {fields.score(name): scores[name] for name in names}


def _label_attributes(
    fields: RunFields, issues: ChunkIssues, image: int
) -> dict[int, dict[str, Any]]:
    """What the issues of an image add to its labels, by row."""
    attributes = {}
    for issue in issues.of(image):
        row = issues.label_row(issue)
        if row is not None:
            attributes[row] = {
                fields.issue: issue.kind,
                fields.suggested_label: issues.suggested_label(issue),
            }
    return attributes


class BoxValues:
    """The part of the updates that concerns the boxes of one field.

    Args:
        path: of the list of boxes.
        prefix: of the identifiers in its array filters, lower case letters.
        ids: of all boxes of a chunk.
        offsets: (N + 1,) first box of each image, and the end.
        columns: values of all boxes by attribute, (n,) each; NaN is not written.
    """

    def __init__(
        self,
        path: str,
        prefix: str,
        ids: Ids,
        offsets: IntArray,
        columns: Mapping[str, FloatArray],
    ) -> None:
        self._path = path
        self._prefix = prefix
        self._ids = ids
        # Most predictions have nothing to write and are never looked at one by one.
        rows = np.flatnonzero(~np.isnan(list(columns.values())).all(axis=0))
        self._rows = rows.tolist()
        self._first = np.searchsorted(rows, offsets).tolist()
        self._columns = {name: values[rows].tolist() for name, values in columns.items()}

    def add(
        self, image: int, values: dict[str, Any], more: Mapping[int, Mapping[str, Any]]
    ) -> list[Mapping[str, Any]]:
        """Adds what an image's boxes get to ``values``.

        Args:
            image: the image.
            values: of the sample's update, by path.
            more: further attributes of boxes that have values, by row.

        Returns:
            The array filters that the added paths refer to.
        """
        filters: list[Mapping[str, Any]] = []
        seen: set[ObjectId] = set()
        for position in range(self._first[image], self._first[image + 1]):
            row = self._rows[position]
            box_id = self._ids[row]
            # Boxes that share an id cannot be told apart; the first stands for all.
            if box_id is None or box_id in seen:
                continue
            seen.add(box_id)
            identifier = f"{self._prefix}{row}"
            filters.append({f"{identifier}._id": box_id})
            target = f"{self._path}.$[{identifier}]."
            for name, column in self._columns.items():
                if not isnan(column[position]):
                    values[target + name] = column[position]
            for name, value in more.get(row, {}).items():
                values[target + name] = value
        return filters
