"""Puts scenes into a FiftyOne dataset quickly."""

from __future__ import annotations

from itertools import islice
from typing import Any

import fiftyone as fo
import numpy as np
from bson import ObjectId
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from benchmarks.speed.scenes import HEIGHT, WIDTH, Scenes
from odquality.core.scenes import FloatArray

_BATCH = 1000


def insert_scenes(dataset: fo.Dataset, scenes: Scenes) -> None:
    """Adds one sample per image, as documents: making 740,000 label objects takes minutes.

    A first sample that FiftyOne itself adds declares the fields and is the pattern of the others.
    """
    detection = fo.Detection(label="class 0", bounding_box=[0.1, 0.1, 0.2, 0.2], confidence=0.5)
    first = fo.Sample(
        "pattern.jpg",
        metadata=fo.ImageMetadata(width=int(WIDTH), height=int(HEIGHT)),
        ground_truth=fo.Detections(detections=[detection.copy()]),
        predictions=fo.Detections(detections=[detection.copy()]),
    )
    dataset.add_sample(first)
    collection = dataset._sample_collection
    pattern = collection.find_one({"_id": first._id})
    box = pattern["ground_truth"]["detections"][0]
    documents: list[dict[str, Any]] = []
    for number, (label, rows) in enumerate(zip(scenes.labels, scenes.predictions, strict=True)):
        found = rows[:, 5:].argmax(axis=1).tolist()
        fields = {
            "ground_truth": _detections(box, label["bboxes"], label["labels"].tolist(), None),
            "predictions": _detections(box, rows[:, :4], found, rows[:, 4].tolist()),
        }
        documents.append({**pattern, "_id": ObjectId(), "filepath": f"{number}.jpg", **fields})
        if len(documents) == _BATCH:
            collection.insert_many(documents)
            documents = []
    if documents:
        collection.insert_many(documents)
    collection.delete_one({"_id": pattern["_id"]})


def insert_copies(dataset: fo.Dataset, number: int) -> None:
    """Adds so many samples that are copies of those there, again and again, with ids of their own.

    Boxes keep their ids. Nothing is decoded: to copy a document is to replace an id in its bytes.
    """
    collection = dataset._sample_collection
    raw = collection.with_options(CodecOptions(document_class=RawBSONDocument))
    last = max(document["_id"] for document in collection.find({}, ["_id"])) if number > 0 else None
    while number > 0:
        documents = raw.find({"_id": {"$lte": last}}).sort("_id", 1).limit(number)
        while batch := list(islice(documents, _BATCH)):
            raw.insert_many([_copy(one.raw) for one in batch])
            number -= len(batch)


def _copy(document: bytes) -> RawBSONDocument:
    """A document with a new id, which always comes first: a length, a type, a name, the id."""
    start = 4 + 1 + len(b"_id\0")
    return RawBSONDocument(document[:start] + ObjectId().binary + document[start + 12 :])


def _detections(
    pattern: dict[str, Any], xyxy: FloatArray, classes: list[int], confidence: list[float] | None
) -> dict[str, Any]:
    boxes = np.hstack([xyxy[:, :2], xyxy[:, 2:] - xyxy[:, :2]]) / (WIDTH, HEIGHT, WIDTH, HEIGHT)
    detections = []
    for row, (box, label) in enumerate(zip(boxes.tolist(), classes, strict=True)):
        values = {"_id": ObjectId(), "bounding_box": box, "label": f"class {label}"}
        values["confidence"] = confidence[row] if confidence else None
        detections.append({**pattern, **values})
    return {"_cls": "Detections", "detections": detections}
