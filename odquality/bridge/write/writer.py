"""The one place that writes: scores to the fields of samples, labels and predictions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import fiftyone as fo
from bson import ObjectId

from odquality.bridge.read.reader import SampleChunk
from odquality.bridge.store import database
from odquality.bridge.store.garbage import paused_collector
from odquality.bridge.write.fields import RunFields
from odquality.bridge.write.suggestions import ChunkIssues
from odquality.bridge.write.update import BatchUpdate
from odquality.bridge.write.values import chunk_values
from odquality.methods.interface import Scores

# MongoDB keeps milliseconds.
_TICK = timedelta(milliseconds=1)


class Writer:
    """Writes the scores of one run, each sample by one atomic update.

    So a sample has all of its scores or none. It gets them only if it is as it was read: not
    modified since, with the same boxes in the same order.
    """

    def __init__(self, dataset: fo.Dataset, fields: RunFields) -> None:
        self._dataset = dataset
        self._fields = fields
        self._last_stamp = datetime.min

    def prepare(self) -> None:
        """Declares the fields, so that FiftyOne knows their types before there are values."""
        for spec in self._fields.specs():
            self._dataset.add_sample_field(
                spec.path, description=spec.description, **spec.arguments
            )
        if self._fields.method.gives_issues:
            for attribute in ("kind", "action", "label_id"):
                path = f"{self._fields.suggestions}.detections.{attribute}"
                self._dataset.add_sample_field(path, fo.StringField)

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
        stamp = self._next_stamp(chunk.modified)
        lost: list[ObjectId] = []
        with paused_collector():
            for rows, values in chunk_values(self._fields, chunk, scores, issues).batches():
                ids = chunk.sample_ids[rows]
                update = BatchUpdate(self._fields, ids, chunk.places.identities[rows])
                pipeline = update.pipeline(values, stamp)
                if database.update_samples(self._dataset, update.query(), pipeline) < len(ids):
                    lost += self._without_score(ids, values.fields[self._fields.key], stamp)
        database.refresh_loaded_samples(self._dataset, chunk.sample_ids)
        return lost

    def _next_stamp(self, modified: Sequence[Any]) -> datetime:
        """A time after all that was read and written, which the samples will show as modified.

        Nobody's clock is trusted: by the stamp one tells which samples were written.
        """
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        past = [when + _TICK for when in modified if isinstance(when, datetime)]
        stamp = max([now, self._last_stamp + _TICK, *past])
        self._last_stamp = stamp.replace(microsecond=stamp.microsecond // 1000 * 1000)
        return self._last_stamp

    def _without_score(
        self, ids: Sequence[ObjectId], scores: Sequence[float], stamp: datetime
    ) -> list[ObjectId]:
        """Those of some samples that were not written just now."""
        columns = {"stamp": "$last_modified_at", "score": f"${self._fields.key}"}
        found = database.find_columns(self._dataset, ids, columns)
        return [
            sample_id
            for sample_id, score in zip(ids, scores, strict=True)
            # Someone else may have modified the sample at the very time of the stamp.
            if found.get(sample_id, {}) != {"_id": sample_id, "stamp": stamp, "score": score}
        ]
