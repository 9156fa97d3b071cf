"""Whatever the documents of a dataset hold, a run ends well or refuses them by name.

The tests try few documents, the same ones each time; ``python -m benchmarks.properties`` tries many
more, drawn at random, and counts them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import bson
import fiftyone as fo
import pytest
from bson import ObjectId
from bson.codec_options import CodecOptions, DatetimeConversion
from hypothesis import given
from hypothesis import strategies as st

import odquality
from devtools.property_cases import cases, count
from tests.bridge.datasets import NAMES, random_samples
from tests.bridge.read import raw_values
from tests.bridge.read.raw_values import Document

KEY = "lq"
NUM_GOOD = 12
methods = st.sampled_from(["calibrated", "objectlab"])


class Collection:
    """A dataset of good samples, beside which documents are put by hand."""

    def __init__(self) -> None:
        self.dataset = fo.Dataset()
        self.dataset.add_samples(random_samples(NUM_GOOD))
        # FiftyOne gives access to the documents by no other way.
        lenient = CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_AUTO)
        self.documents = self.dataset._sample_collection.with_options(lenient)
        self.good = self.dataset.values("id")
        self._pattern = self.documents.find_one()
        self._alone: dict[str, list[Any]] = {}

    def run(self, method: str) -> odquality.LabelQualityReport | None:
        """Runs; None where the run refuses the documents and says which."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", RuntimeWarning)
                return odquality.compute_label_quality(
                    self.dataset,
                    gt_field="ground_truth",
                    pred_field="predictions",
                    key=KEY,
                    method=method,
                    classes=NAMES,
                    progress=False,
                )
        except ValueError as error:
            message = str(error)
            assert "samples have no width and height" in message or "_field '" in message
            assert "expected" in message or "Make the files reachable" in message
            return None

    def scores(self) -> list[Any]:
        """All scores of the good samples, which are put in first."""
        paths = [KEY, "ground_truth.detections.lq_swap", "predictions.detections.lq_overlooked"]
        return self.dataset.limit(NUM_GOOD).values(paths)

    def scores_alone(self, method: str) -> list[Any]:
        """The scores of the good samples without others."""
        if method not in self._alone:
            assert self.run(method) is not None
            self._alone[method] = self.scores()
        return self._alone[method]

    def insert(self, fields: list[Document]) -> list[Document]:
        documents = [{**self._pattern, "_id": ObjectId(), **one} for one in fields]
        for document in documents:
            document["filepath"] = f"/nowhere/{document['_id']}.jpg"
        self.documents.insert_many(documents)
        return documents

    def contents(self, ids: list[ObjectId]) -> list[bytes]:
        """Documents as they are stored, but for what a run writes."""
        found = self.documents.find({"_id": {"$in": ids}}, sort=[("_id", 1)])
        return [bson.encode(_without_own(document)) for document in found]


def _without_own(document: Document) -> Document:
    kept = {
        name: value
        for name, value in document.items()
        if name != KEY and not name.startswith(f"{KEY}_") and name != "last_modified_at"
    }
    for field in ("ground_truth", "predictions"):
        labels = kept.get(field)
        if isinstance(labels, dict) and isinstance(labels.get("detections"), list):
            found = [
                _without_own(one) if isinstance(one, dict) else one for one in labels["detections"]
            ]
            kept[field] = {**labels, "detections": found}
    return kept


@pytest.fixture(scope="module")
def collection() -> Iterator[Collection]:
    made = Collection()
    yield made
    made.dataset.delete()


@cases(15)
@given(st.data(), methods, st.lists(raw_values.samples(raw_values.detections()), max_size=6))
def test_documents_that_are_partly_usable(
    collection: Collection, data: st.DataObject, method: str, fields: list[Document]
) -> None:
    check(collection, method, fields)


@cases(15)
@given(methods, st.lists(raw_values.samples(raw_values.unusable_detections()), max_size=6))
def test_unusable_documents_change_no_other_score(
    collection: Collection, method: str, fields: list[Document]
) -> None:
    alone = collection.scores_alone(method)
    if check(collection, method, fields):
        assert_close(collection.scores(), alone)


def check(collection: Collection, method: str, fields: list[Document]) -> bool:
    """Runs with some more documents; whether the run did not refuse them."""
    if not fields:
        return False
    documents = collection.insert(fields)
    ids = [document["_id"] for document in documents]
    try:
        before = collection.contents(ids)
        report = collection.run(method)
        count("raw documents", "scored" if report else "refused")
        for _ in documents:
            count("documents in them", "scored" if report else "refused")
        assert collection.contents(ids) == before
        if report is None:
            return False
        told = report.num_scored + sum(report.unscored.values())
        assert told == NUM_GOOD + len(documents), report.unscored
        scored = collection.documents.count_documents({KEY: {"$gte": 0, "$lte": 1}})
        assert scored == report.num_scored
        assert str(report)
        return True
    finally:
        collection.documents.delete_many({"_id": {"$in": ids}})


def assert_close(found: list[Any], expected: list[Any]) -> None:
    """Compares nested lists of numbers or None."""
    if isinstance(expected, (list, tuple)):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_close(one, other)
    elif expected is None or found is None:
        assert found is expected
    else:
        assert abs(found - expected) < 1e-9
