"""The one place that reads: from a dataset or view to flat arrays, chunk by chunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import Any

import numpy as np
from bson import ObjectId
from fiftyone.core.collections import SampleCollection

from odquality.bridge.read.attributes import Sieve, read_classes, read_numbers, read_xywh
from odquality.bridge.read.classes import ClassCodes
from odquality.bridge.read.places import Locator, Places
from odquality.bridge.read.probabilities import read_probabilities
from odquality.bridge.store import database
from odquality.bridge.store.garbage import paused_collector
from odquality.core.scenes import (
    BoolArray,
    Boxes,
    FloatArray,
    IntArray,
    Predictions,
    Scenes,
)

SAMPLES_PER_CHUNK = 1000


@dataclass(frozen=True)
class SampleChunk:
    """Some samples that can be scored.

    Attributes:
        sample_ids: id of each image of ``scenes``.
        modified: when each sample was last modified, as its document says.
        scenes: their boxes, in pixels if the source says so, else normalised.
        places: where their boxes stand in the database.
    """

    sample_ids: list[ObjectId]
    modified: list[datetime | None]
    scenes: Scenes
    places: Places


@dataclass(frozen=True)
class Source:
    """What to read from every sample.

    Attributes:
        gt_field: the ground-truth field.
        pred_field: the prediction field.
        in_pixels: whether boxes are scaled by the size in the sample's metadata.
        needs_confidence: whether predictions without a confidence are left out; else they have
            the confidence 1.
        probability_attributes: attributes of predictions that may hold class probabilities.
        crowd_attribute: attribute of labels that marks regions to ignore, or None.
        num_classes: number of classes in a row of probabilities, or None where unknown.
    """

    gt_field: str
    pred_field: str
    in_pixels: bool
    needs_confidence: bool
    probability_attributes: tuple[str, ...]
    crowd_attribute: str | None
    num_classes: int | None

    def columns(self) -> dict[str, Any]:
        """MongoDB expression of each column that is read."""
        label_attributes = ["_id", "label", "bounding_box"]
        prediction_attributes = ["_id", "label", "bounding_box", "confidence"]
        columns: dict[str, Any] = {
            "modified": "$last_modified_at",
            "width": "$metadata.width",
            "height": "$metadata.height",
        }
        for attribute in label_attributes:
            columns[f"label {attribute}"] = _attribute_list(self.gt_field, attribute)
        for attribute in prediction_attributes:
            columns[f"prediction {attribute}"] = _attribute_list(self.pred_field, attribute)
        if self.crowd_attribute:
            name = f"label {self.crowd_attribute}"
            columns[name] = _rare_attribute_list(self.gt_field, self.crowd_attribute)
        for attribute in self.probability_attributes:
            columns[f"prediction {attribute}"] = _rare_attribute_list(self.pred_field, attribute)
        return columns


def _attribute_list(field: str, attribute: str) -> dict[str, Any]:
    """An attribute of all detections of a sample, None where one lacks it; None without a list."""
    value = {"$ifNull": [f"$$detection.{attribute}", None]}
    return {"$map": {"input": f"${field}.detections", "as": "detection", "in": value}}


def _rare_attribute_list(field: str, attribute: str) -> dict[str, Any]:
    """As `_attribute_list`, but None if no detection has the attribute: that is quick to read."""
    having = {"$ifNull": [f"${field}.detections.{attribute}", []]}
    return {"$cond": [{"$eq": [having, []]}, None, _attribute_list(field, attribute)]}


class Reader:
    """Reads samples, counting what could not be scored and why.

    Attributes:
        source: what is read.
        codes: the class of each label that was met.
        unscored: number of samples that were passed over, by reason.
        treated: number of detections that needed special treatment, by what was done.
    """

    def __init__(self, source: Source, codes: ClassCodes) -> None:
        self.codes = codes
        self.unscored: Counter[str] = Counter()
        self.treated: Counter[str] = Counter()
        self.source = source

    def read(self, samples: SampleCollection) -> Iterator[tuple[int, SampleChunk]]:
        """Yields, chunk by chunk, the number of samples read and those that can be scored."""
        documents = database.iter_documents(samples, self.source.columns())
        locator = Locator(samples, self.source.gt_field, self.source.pred_field)
        while True:
            with paused_collector():
                batch = list(islice(documents, SAMPLES_PER_CHUNK))
                if not batch:
                    return
                chunk = self._chunk(batch, locator)
            yield len(batch), chunk

    def _chunk(self, batch: Sequence[database.Document], locator: Locator) -> SampleChunk:
        documents = [document for document in batch if self._is_scorable(document)]
        sizes = self._sizes(documents)
        labels, ignored, label_rows = self._labels(documents, sizes)
        predictions, prediction_rows = self._predictions(documents, sizes)
        return SampleChunk(
            sample_ids=[document["_id"] for document in documents],
            modified=[document.get("modified") for document in documents],
            scenes=Scenes(labels, predictions, ignored, sizes),
            places=locator.locate(documents, label_rows, prediction_rows),
        )

    def _is_scorable(self, document: database.Document) -> bool:
        if document.get("label _id") is None:
            self.unscored[f"no value in {self.source.gt_field!r}"] += 1
        elif document.get("prediction _id") is None:
            self.unscored[f"no value in {self.source.pred_field!r}"] += 1
        elif self.source.in_pixels and not (document.get("width") and document.get("height")):
            self.unscored["no width and height in its metadata"] += 1
        else:
            return True
        return False

    def _sizes(self, documents: Sequence[database.Document]) -> FloatArray:
        """Width and height of each sample in the unit of its boxes, (N, 2)."""
        if not self.source.in_pixels:
            return np.ones((len(documents), 2))
        sizes = [(document["width"], document["height"]) for document in documents]
        return np.array(sizes, np.float64).reshape(-1, 2)

    def _labels(
        self, documents: Sequence[database.Document], sizes: FloatArray
    ) -> tuple[Boxes, Boxes, IntArray]:
        """Labels to review, regions to ignore, and the rows of the former among all labels."""
        counts = _counts(documents, "label _id")
        sieve = Sieve(self.source.gt_field, int(counts.sum()), self.treated)
        xywh = read_xywh(_flatten(documents, "label bounding_box"), sieve)
        classes = read_classes(_flatten(documents, "label label"), self.codes)
        crowd = self._crowd(documents, sieve)
        # A region to ignore needs no class.
        sieve.set_aside((classes < 0) & ~crowd, "without a label")
        boxes = Boxes(_to_xyxy(xywh, counts, sizes), classes, counts)
        rows = np.flatnonzero(sieve.usable & ~crowd)
        return boxes.take(rows), boxes.take(np.flatnonzero(sieve.usable & crowd)), rows

    def _crowd(self, documents: Sequence[database.Document], sieve: Sieve) -> BoolArray:
        attribute = self.source.crowd_attribute
        if not attribute:
            return np.zeros(len(sieve.usable), bool)
        values = _flatten_rare(documents, f"label {attribute}", "label _id")
        crowd = np.fromiter(map(bool, values), bool, len(values))
        sieve.count(crowd, f"marked {attribute!r}: not reviewed, predictions in them are no errors")
        return crowd

    def _predictions(
        self, documents: Sequence[database.Document], sizes: FloatArray
    ) -> tuple[Predictions, IntArray]:
        """Predictions, and their rows among all predictions of the samples."""
        counts = _counts(documents, "prediction _id")
        sieve = Sieve(self.source.pred_field, int(counts.sum()), self.treated)
        xywh = read_xywh(_flatten(documents, "prediction bounding_box"), sieve)
        probabilities = read_probabilities(
            [
                (name, _flatten_rare(documents, f"prediction {name}", "prediction _id"))
                for name in self.source.probability_attributes
            ],
            self.source.num_classes,
            sieve,
        )
        classes = read_classes(_flatten(documents, "prediction label"), self.codes)
        confidence = read_numbers(_flatten(documents, "prediction confidence"))
        if probabilities is not None:
            known = ~np.isnan(probabilities).any(axis=1)
            classes[known] = probabilities[known].argmax(axis=1)
            confidence = np.where(
                np.isnan(confidence) & known, probabilities.max(axis=1), confidence
            )
        sieve.set_aside(classes < 0, "without a label")
        missing = np.isnan(confidence)
        if self.source.needs_confidence:
            sieve.set_aside(missing, "without a confidence")
        else:
            sieve.count(missing, "without a confidence: taken for 1")
            confidence = np.where(missing, 1.0, confidence)
        with np.errstate(invalid="ignore"):
            sieve.set_aside((confidence < 0) | (confidence > 1), "with a confidence outside [0, 1]")
        boxes = Predictions(_to_xyxy(xywh, counts, sizes), classes, counts, confidence)
        rows = np.flatnonzero(sieve.usable)
        return boxes.take(rows), rows


def _counts(documents: Sequence[database.Document], column: str) -> IntArray:
    return np.fromiter((len(document[column]) for document in documents), np.int64, len(documents))


def _flatten(documents: Sequence[database.Document], column: str) -> list[Any]:
    return list(chain.from_iterable(document[column] for document in documents))


def _flatten_rare(documents: Sequence[database.Document], column: str, beside: str) -> list[Any]:
    """Flattens a column that is None where all values are; ``beside`` has as many values."""
    return list(
        chain.from_iterable(
            [None] * len(document[beside]) if document[column] is None else document[column]
            for document in documents
        )
    )


def _to_xyxy(xywh: FloatArray, counts: IntArray, sizes: FloatArray) -> FloatArray:
    """Corners of normalised boxes (n, 4) in the unit of their samples' sizes."""
    corners = np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], axis=1)
    return corners * np.tile(np.repeat(sizes, counts, axis=0), 2)
