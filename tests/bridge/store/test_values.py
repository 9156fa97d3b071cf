"""Values are removed and renamed in one step, and nothing else of a document changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import fiftyone as fo
import pytest
from bson import Decimal128, Int64, ObjectId
from bson.raw_bson import RawBSONDocument

from odquality.bridge.store import values

LABELS = "ground_truth.detections"

# Documents of any shape, without what a run writes.
ODD = [
    {"ground_truth": None},
    {"predictions": {"detections": None}, "ground_truth": {"detections": "text"}},
    {"ground_truth": {"detections": []}, "z": Int64(3), "a": Decimal128("1.10")},
    {"ground_truth": {"detections": [3, None, {"x": -0.0}, {"y": b"\x00", "x": ObjectId()}]}},
    {"nested": {"field": {"detections": [{"x": 1.0, "list": [{"score": 1}]}]}}},
    {"last_modified_at": datetime(2020, 1, 1), "tags": ["score"]},
    {},
]
PATHS = [
    "score",
    "score_swap",
    f"{LABELS}.score",
    f"{LABELS}.score_swap",
    "nested.field.detections.score",
]


@pytest.fixture
def odd(make_dataset: Any) -> fo.Dataset:
    dataset = make_dataset()
    dataset._sample_collection.insert_many([dict(document) for document in ODD])
    return dataset


def raw(dataset: fo.Dataset) -> list[bytes]:
    options = dataset._sample_collection.codec_options.with_options(document_class=RawBSONDocument)
    found = dataset._sample_collection.with_options(options).find().sort("_id")
    return [document.raw for document in found]


def write(dataset: fo.Dataset, name: str) -> None:
    """Adds values wherever there is room."""
    collection = dataset._sample_collection
    for document in collection.find():
        found = {f"{name}": 0.5, f"{name}_swap": None}
        for path in (LABELS, "nested.field.detections"):
            labels: Any = document
            for part in path.split("."):
                labels = labels.get(part) if isinstance(labels, dict) else None
            for row, label in enumerate(labels if isinstance(labels, list) else []):
                if isinstance(label, dict):
                    found[f"{path}.{row}.{name}"] = 0.25
        collection.update_one({"_id": document["_id"]}, {"$set": found})


def test_clearing_restores_every_byte(odd: fo.Dataset) -> None:
    before = raw(odd)
    write(odd, "score")
    assert raw(odd) != before
    values.clear(odd, PATHS)
    assert raw(odd) == before


def test_clearing_what_is_not_there_changes_nothing(odd: fo.Dataset) -> None:
    before = raw(odd)
    values.clear(odd, PATHS)
    values.clear(odd, [])
    assert raw(odd) == before


def test_renaming_moves_each_value_within_its_document(odd: fo.Dataset) -> None:
    write(odd, "other")
    expected = list(odd._sample_collection.find().sort("_id"))
    values.clear(odd, [path.replace("score", "other") for path in PATHS])
    write(odd, "score")
    values.rename(odd, {path: path.replace("score", "other") for path in PATHS})
    assert list(odd._sample_collection.find().sort("_id")) == expected


def test_values_are_found_that_nobody_declared(odd: fo.Dataset) -> None:
    assert values.first_with(odd, PATHS) is None
    assert values.first_with(odd, []) is None
    query = {"nested": {"$exists": True}}
    update = {"$set": {"nested.field.detections.0.score": None}}
    odd._sample_collection.update_one(query, update)
    assert values.first_with(odd, PATHS) == "nested.field.detections.score"
