"""What a run cannot do without: its values written in the quickest way, without any care."""

from __future__ import annotations

from itertools import islice
from time import perf_counter
from typing import Any

from pymongo import UpdateOne

_KEY = "label_quality"
_BOXES = ("ground_truth", "predictions")
_BATCH = 1000


def bare_write_seconds(scored: Any, unscored: Any) -> float:
    """Time to write the values of a scored dataset onto another with the same samples.

    One update per sample, with the boxes' places known and nothing checked.
    """
    collection = unscored._sample_collection
    documents = scored._sample_collection.find({}, _written_paths(scored))
    seconds = 0.0
    while batch := list(islice(documents, _BATCH)):
        updates = [UpdateOne({"_id": one["_id"]}, {"$set": _values(one)}) for one in batch]
        start = perf_counter()
        matched = collection.bulk_write(updates, ordered=False).matched_count
        seconds += perf_counter() - start
        assert matched == len(batch)
    return seconds


def _written_paths(scored: Any) -> list[str]:
    """Paths of what a run wrote onto samples and boxes; nothing else of them is read."""
    on_samples = [name for name in scored.get_field_schema() if name.startswith(_KEY)]
    on_boxes = [
        path
        for field in _BOXES
        for path in scored.get_field_schema(flat=True)
        if path.startswith(f"{field}.detections.{_KEY}")
    ]
    lists = [f"{field}.detections._id" for field in _BOXES]
    return [*on_samples, *on_boxes, *lists, "last_modified_at"]


def _values(document: dict[str, Any]) -> dict[str, Any]:
    """What a run wrote onto a sample, by path."""
    values = {name: value for name, value in document.items() if name.startswith(_KEY)}
    values["last_modified_at"] = document["last_modified_at"]
    for field in _BOXES:
        for position, box in enumerate(document[field]["detections"]):
            path = f"{field}.detections.{position}."
            values |= {path + name: box[name] for name in box if name.startswith(_KEY)}
    return values
