"""Many scored images from few: a run on a million takes longer than to time what is asked of it.

What a run leaves is there: its fields, the indexes, and a record that counts all images. Copies of
an image have its boxes, scores and suggestions, the ids of boxes among them, which every query asks
beside that of their image.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_AT_ONCE = 1000

# How a document begins: its length, then the field _id with 12 bytes.
_LENGTH, _NAME, _ID = 4, b"\x07_id\x00", 12


def multiply(dataset: Any, key: str, times: int) -> None:
    """Has every sample of a dataset and its run so many times, in the order of the dataset again.

    Args:
        dataset: with a complete run by the calibrated method, and no decisions.
        key: of the run.
        times: from 1 on.
    """
    import bson
    from bson.raw_bson import RawBSONDocument

    collection = dataset._sample_collection
    raw = [
        document
        for batch in collection.find_raw_batches(sort=[("_id", 1)])
        for document in _split(batch)
    ]
    start = _LENGTH + len(_NAME)
    for _ in range(times - 1):
        for first in range(0, len(raw), _AT_ONCE):
            copies = [
                RawBSONDocument(one[:start] + bson.ObjectId().binary + one[start + _ID :])
                for one in raw[first : first + _AT_ONCE]
            ]
            collection.insert_many(copies, ordered=False)
    _multiply_record(dataset, key, times)


def _split(batch: bytes) -> list[bytes]:
    """The documents of a batch as they are stored."""
    found, at = [], 0
    while at < len(batch):
        document = batch[at : at + int.from_bytes(batch[at : at + _LENGTH], "little")]
        assert document.startswith(_NAME, _LENGTH), "samples begin with their id"
        found.append(document)
        at += len(document)
    return found


def _multiply_record(dataset: Any, key: str, times: int) -> None:
    """The record of the run, with the numbers of all images."""
    from odquality.bridge.run.recalibration import recalibrate_run
    from odquality.bridge.store import handover, records, results

    record = records.find(dataset, key)
    assert record is not None
    kept = results.load(record.results)
    counted = ("num_scored", "num_labels", "num_predictions", "issues", "expected_errors")
    report = kept.pop("report")
    report |= {name: _times(report[name], times) for name in counted}
    kept["spectrum"] = {
        kind: [[place, number * times, total * times] for place, number, total in rows]
        for kind, rows in kept["spectrum"].items()
    }
    rows = json.loads(kept["suggested"])
    kept["suggested"] = json.dumps([[*group, number * times] for *group, number in rows])
    is_done = handover.exchange_results(
        record, lambda file: results.save_report(file, report, **kept)
    )
    assert is_done, "nobody else has this database"
    # What is left to be found follows from these.
    recalibrate_run(dataset, key, [])


def _times(value: Any, times: int) -> Any:
    if isinstance(value, Mapping):
        return {name: one * times for name, one in value.items()}
    return value * times
