"""What was scored: from scores to the fields of samples, labels and predictions."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import fiftyone as fo
from bson import ObjectId
from pymongo.errors import DocumentTooLarge

from odquality.bridge.read.reader import SampleChunk
from odquality.bridge.store import database
from odquality.bridge.store.garbage import paused_collector
from odquality.bridge.store.times import utc_now
from odquality.bridge.write.fields import RunFields
from odquality.bridge.write.suggestions import ChunkIssues
from odquality.bridge.write.update import guarded_query, update
from odquality.bridge.write.values import SampleValues, chunk_values
from odquality.methods.interface import Scores

# The database works on one while the next is made ready, or on both.
COMMANDS_AT_ONCE = 2

# MongoDB keeps milliseconds.
_TICK = timedelta(milliseconds=1)
_LATEST = datetime.max - _TICK


class Writer:
    """Writes the scores of one run, each sample by one atomic update.

    So a sample has all of its scores or none. It gets them only if it is as it was read: not
    modified since, with the same boxes in the same order.

    Attributes:
        stamp: when the samples that were written last show as modified.
    """

    def __init__(self, dataset: fo.Dataset, fields: RunFields) -> None:
        self._dataset = dataset
        self._fields = fields
        self.stamp = datetime.min

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
        with paused_collector(), ThreadPoolExecutor(COMMANDS_AT_ONCE) as pool:
            values = chunk_values(self._fields, chunk, scores, issues)
            batches = [pool.submit(self._write, batch, stamp) for batch in values.batches()]
            lost = [sample_id for batch in batches for sample_id in batch.result()]
        database.refresh_loaded_samples(self._dataset, chunk.sample_ids)
        return lost

    def _write(self, values: SampleValues, stamp: datetime) -> list[ObjectId]:
        """Writes the values of some samples; returns those that changed since they were read."""
        query, pipeline = guarded_query(self._fields, values), update(self._fields, values, stamp)
        try:
            matched = database.update_samples(self._dataset, query, pipeline)
        except DocumentTooLarge:
            if len(values) == 1:
                raise
            middle = len(values) // 2
            first, second = values.part(0, middle), values.part(middle, len(values))
            return self._write(first, stamp) + self._write(second, stamp)
        return [] if matched == len(values) else self._unwritten(values, stamp)

    def _next_stamp(self, modified: Sequence[Any]) -> datetime:
        """A time after all that was read and written, which the samples will show as modified.

        Nobody's clock is trusted: by the stamp one tells which samples were written.
        """
        now = utc_now()
        past = [when + _TICK for when in modified if isinstance(when, datetime) and when < _LATEST]
        stamp = max([now, self.stamp + _TICK, *past])
        self.stamp = stamp.replace(microsecond=stamp.microsecond // 1000 * 1000)
        return self.stamp

    def _unwritten(self, values: SampleValues, stamp: datetime) -> list[ObjectId]:
        """Those of some samples that were not written with a stamp."""
        columns = {"stamp": "$last_modified_at", "score": f"${self._fields.key}"}
        found = database.find_columns(self._dataset, values.sample_ids, columns)
        scores = values.fields[self._fields.key]
        return [
            sample_id
            for sample_id, score in zip(values.sample_ids, scores, strict=True)
            # Not by the stamp alone: someone may have modified the sample at that very time.
            if found.get(sample_id) != {"_id": sample_id, "stamp": stamp, "score": score}
        ]
