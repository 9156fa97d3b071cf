"""Which samples are still as a run has left them, as far as the database can tell by an index.

FiftyOne notes of every sample when it was modified. A run writes many samples with the same time, a
stamp, and keeps its stamps: of all samples only those with another time can have been edited since.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from odquality.bridge.store.kept import load_kept
from odquality.bridge.store.records import RunRecord

# Where a file of results keeps the stamps.
_STAMPS = "stamps"
_EPOCH, _TICK = datetime(1970, 1, 1), timedelta(milliseconds=1)


def kept_stamps(stamps: Iterable[datetime]) -> dict[str, list[int]]:
    """What a run keeps beside its report: its stamps (UTC), in milliseconds."""
    return {_STAMPS: sorted({(stamp - _EPOCH) // _TICK for stamp in stamps})}


def maybe_touched(record: RunRecord) -> dict[str, Any]:
    """A query for all samples of a run but for those that are surely as it has left them.

    Of a run of an earlier version these are all samples.
    """
    kept = load_kept(record).get(_STAMPS)
    if not kept:
        return {}
    stamps = [_EPOCH + number * _TICK for number in kept]
    return {"last_modified_at": {"$gte": stamps[0], "$nin": stamps}}
