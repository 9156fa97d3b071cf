"""What is written onto samples, and that nothing else of them changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import bson
import fiftyone as fo
import numpy as np
import pytest
from bson import (
    Binary,
    Code,
    DBRef,
    Decimal128,
    Int64,
    MaxKey,
    ObjectId,
    Regex,
    Timestamp,
)
from fiftyone import ViewField as F

import odquality
from odquality.bridge.read.reader import Reader, SampleChunk, Source
from odquality.bridge.run.compute import iter_label_quality
from odquality.bridge.run.settings import RunSettings
from odquality.bridge.write.suggestions import ChunkIssues
from odquality.bridge.write.values import (
    BOXES_PER_BATCH,
    NEGLIGIBLE_PROBABILITY,
    SAMPLES_PER_BATCH,
)
from odquality.bridge.write.writer import Writer
from odquality.methods.interface import Scores, learn
from odquality.methods.registry import make_method
from tests.bridge.conftest import MakeDataset
from tests.bridge.datasets import (
    BOX,
    assert_scored,
    detection,
    expected_quality,
    far_sample,
    finish,
    random_samples,
    sample,
)

METHODS = ("calibrated", "objectlab")
KEY = "lq"
NOW = datetime(2026, 1, 2, 3, 4, 5, 678000)

# One of every type that a document may hold, some of which compare equal.
OF_EVERY_TYPE: dict[str, Any] = {
    "z": Int64(1),
    "a": 1,
    "m": 1.0,
    "minus zero": -0.0,
    "nan": float("nan"),
    "decimal": Decimal128("1.0"),
    "binary": Binary(b"\x00\x01", 5),
    "uuid": Binary(bytes(16), 4),
    "date": NOW,
    "timestamp": Timestamp(7, 8),
    "regex": Regex("a.*", "im"),
    "code": Code("f()"),
    "scoped": Code("f()", {"x": Int64(1)}),
    "most": MaxKey(),
    "id": ObjectId(),
    "none": None,
    "true": True,
    "lists": [[], [1, Int64(2), [None]], {}],
    "nested": {"b": {"z": -0.0, "a": []}, "a": {"detections": [1, 2]}},
    "with.dot": {"a.b": 1, "": 2},
    "$dollar": {"$x": [{"$y": 1}]},
    "reference": DBRef("collection", 1),
}


def run(samples: Any, method: str = "objectlab", **settings: Any) -> odquality.LabelQualityReport:
    return odquality.compute_label_quality(
        samples,
        gt_field="ground_truth",
        pred_field="predictions",
        key=KEY,
        method=method,
        **settings,
    )


def edit_lists(dataset: fo.Dataset, change: Callable[[list[Any], list[Any]], None]) -> None:
    """Changes the lists of labels and predictions of all samples as no user of FiftyOne would."""
    for document in dataset._sample_collection.find():
        labels = document["ground_truth"]["detections"]
        predictions = document["predictions"]["detections"]
        change(labels, predictions)
        lists = {"ground_truth.detections": labels, "predictions.detections": predictions}
        dataset._sample_collection.update_one({"_id": document["_id"]}, {"$set": lists})


def stored(dataset: fo.Dataset) -> list[bytes]:
    """All samples without what a run wrote onto them, with every byte of the rest."""
    documents = []
    for document in dataset._sample_collection.find().sort("_id"):
        for name in [name for name in document if name.startswith(KEY)]:
            del document[name]
        del document["last_modified_at"]
        for field in ("ground_truth", "predictions"):
            for box in document[field]["detections"]:
                if isinstance(box, dict):
                    for name in [name for name in box if name.startswith(KEY)]:
                        del box[name]
        documents.append(bson.encode(document))
    return documents


def raw(dataset: fo.Dataset) -> list[dict[str, Any]]:
    return list(dataset._sample_collection.find().sort("_id"))


@pytest.mark.parametrize("method", METHODS)
def test_nothing_else_changes_by_a_byte(dataset: fo.Dataset, method: str) -> None:
    def change(labels: list[Any], predictions: list[Any]) -> None:
        for box in (*labels, *predictions):
            box.update(OF_EVERY_TYPE)

    edit_lists(dataset, change)
    dataset._sample_collection.update_many({}, [{"$set": {"extra": {"$literal": OF_EVERY_TYPE}}}])
    before = stored(dataset)
    report = run(dataset, method, **({"min_probability": 0.0} if method == "calibrated" else {}))
    assert report.num_scored == 8
    assert stored(dataset) == before
    assert all(KEY in document for document in raw(dataset))


@pytest.mark.parametrize("method", METHODS)
def test_boxes_without_ids_of_their_own_are_scored_by_their_places(
    dataset: fo.Dataset, method: str
) -> None:
    run(dataset, method)
    expected = [[box_scores(box) for box in boxes(one)] for one in raw(dataset)]
    dataset.delete_run(KEY)

    def change(labels: list[Any], predictions: list[Any]) -> None:
        for number, box in enumerate((*labels, *predictions)):
            box["_id"] = ["same", 7, Int64(7), {"not": "an id"}][number % 4]
            if number % 5 == 0:
                del box["_id"]

    edit_lists(dataset, change)
    before = stored(dataset)
    run(dataset, method)
    assert [[box_scores(box) for box in boxes(one)] for one in raw(dataset)] == expected
    assert stored(dataset) == before


def boxes(document: dict[str, Any]) -> list[dict[str, Any]]:
    return document["ground_truth"]["detections"] + document["predictions"]["detections"]


def box_scores(box: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in box.items() if name.startswith(KEY)}


EDITS: dict[str, Callable[[list[Any], list[Any]], None]] = {
    "other order": lambda labels, predictions: labels.reverse(),
    "other order of predictions": lambda labels, predictions: predictions.reverse(),
    "one more": lambda labels, predictions: labels.insert(0, {**labels[-1], "_id": ObjectId()}),
    "one less": lambda labels, predictions: predictions.pop(0),
    "another": lambda labels, predictions: labels[0].update(_id=ObjectId()),
}


@pytest.mark.parametrize("edit", EDITS)
def test_edits_that_leave_no_trace_but_the_ids(make_dataset: MakeDataset, edit: str) -> None:
    """Scores must not end up on other boxes than they belong to."""
    labelled = [one for one in random_samples(20) if len(one.ground_truth.detections) > 1]
    dataset = make_dataset([far_sample(), *labelled])
    steps = iter_label_quality(dataset, RunSettings(method="objectlab"))
    next(steps)
    edit_lists(dataset, EDITS[edit])
    report = finish(steps)
    assert report.num_scored == len(dataset)
    assert_scored(dataset, expected_quality(dataset))


def test_a_view_that_shows_the_boxes_in_another_order(dataset: fo.Dataset) -> None:
    view = dataset.set_field("predictions.detections", F("detections").reverse())
    expected = expected_quality(dataset)
    report = run(view)
    assert report.unscored == {}
    assert_scored(dataset, expected, key=KEY)


def test_twins_of_which_a_view_shows_one_are_left_alone(make_dataset: MakeDataset) -> None:
    dataset = make_dataset(
        [far_sample(), sample([detection(name, BOX) for name in ("cat", "dog", "cow")], [])]
    )

    def change(labels: list[Any], predictions: list[Any]) -> None:
        if len(labels) > 1:
            labels[0]["_id"] = labels[1]["_id"]

    edit_lists(dataset, change)
    before = stored(dataset)
    run(dataset.filter_labels("ground_truth", F("label") != "dog", only_matches=False))
    assert stored(dataset) == before
    labels = raw(dataset)[1]["ground_truth"]["detections"]
    assert [f"{KEY}_swap" in label for label in labels] == [False, False, True]


def test_a_prediction_gets_a_score_only_where_it_may_be_a_missing_label(
    make_dataset: MakeDataset,
) -> None:
    dataset = make_dataset(random_samples(60))
    run(dataset, "calibrated")
    names, scores = [], []
    for one in dataset:
        for box in one.predictions.detections:
            names.append(f"{KEY}_overlooked" in box.field_names)
            scores.append(box[f"{KEY}_overlooked"] if names[-1] else None)
    written = [score for score in scores if score is not None]
    assert 0 < len(written) < len(scores)
    assert max(written) < 1 - NEGLIGIBLE_PROBABILITY


def read_and_fit(dataset: fo.Dataset) -> tuple[SampleChunk, Scores, tuple[str, ...]]:
    """What a run on the whole dataset knows when it begins to write."""
    source = Source("ground_truth", "predictions", in_pixels=False, needs_confidence=False)
    reader = Reader(source)
    ((_, chunk),) = reader.read(dataset)
    scorer = learn(make_method("calibrated"), [chunk.scenes])
    return chunk, scorer.score(chunk.scenes), tuple(reader.reading.codes.names)


def test_the_values_of_an_earlier_write_are_gone(dataset: fo.Dataset) -> None:
    """As where a sample is scored again after an edit that took its errors away."""
    writer = Writer(dataset, RunSettings(key=KEY).fields())
    chunk, scores, names = read_and_fit(dataset)
    assert writer.write(chunk, scores, ChunkIssues(chunk, scores, 0.0, names)) == []
    assert {f"{KEY}_issue", f"{KEY}_overlooked", KEY} <= attributes(dataset)
    chunk, scores, names = read_and_fit(dataset)
    for column in scores.predictions.values():
        column[:] = 1.0
    assert writer.write(chunk, scores, ChunkIssues(chunk, scores, 1.0, names)) == []
    assert attributes(dataset).isdisjoint({f"{KEY}_issue", f"{KEY}_suggested_label"})
    assert f"{KEY}_overlooked" not in attributes(dataset)
    assert f"{KEY}_swap" in attributes(dataset)


def attributes(dataset: fo.Dataset) -> set[str]:
    """Names of all attributes that boxes have."""
    return {name for document in raw(dataset) for box in boxes(document) for name in box}


def test_what_was_read_before_a_write_is_not_written_after_it(dataset: fo.Dataset) -> None:
    writer = Writer(dataset, RunSettings(key=KEY).fields())
    chunk, scores, names = read_and_fit(dataset)
    issues = ChunkIssues(chunk, scores, 0.5, names)
    assert writer.write(chunk, scores, issues) == []
    first = raw(dataset)
    assert writer.write(chunk, scores, issues) == chunk.sample_ids
    assert raw(dataset) == first


def test_stamps_of_chunks_rise_whatever_the_clock_says(dataset: fo.Dataset) -> None:
    writer = Writer(dataset, RunSettings(key=KEY).fields())
    stamps = []
    for _ in range(3):
        chunk, scores, names = read_and_fit(dataset)
        assert writer.write(chunk, scores, ChunkIssues(chunk, scores, 0.5, names)) == []
        (stamp,) = {document["last_modified_at"] for document in raw(dataset)}
        stamps.append(stamp)
    assert stamps == sorted(set(stamps))


def test_an_edit_at_the_very_time_of_a_stamp_is_no_write(dataset: fo.Dataset) -> None:
    """The stamp follows from what was read, so that here it can be foretold."""
    late = datetime(2100, 1, 1)
    dataset._sample_collection.update_many({}, {"$set": {"last_modified_at": late}})
    chunk, scores, names = read_and_fit(dataset)
    edited = {"last_modified_at": late + timedelta(milliseconds=1), "note": "edited"}
    query = {"_id": chunk.sample_ids[3]}
    dataset._sample_collection.update_one(query, {"$set": edited})
    writer = Writer(dataset, RunSettings(key=KEY).fields())
    lost = writer.write(chunk, scores, ChunkIssues(chunk, scores, 0.5, names))
    assert lost == [chunk.sample_ids[3]]
    assert [document["_id"] for document in raw(dataset) if KEY not in document] == lost


def test_a_stamp_is_later_than_all_that_was_read(dataset: fo.Dataset) -> None:
    future = datetime(2100, 1, 1)
    first = dataset.first()
    dataset._sample_collection.update_one(
        {"_id": ObjectId(first.id)}, {"$set": {"last_modified_at": future}}
    )
    report = run(dataset)
    assert report.num_scored == 8
    assert min(dataset.values("last_modified_at")).replace(tzinfo=None) > future


def test_samples_that_were_never_stamped(dataset: fo.Dataset) -> None:
    dataset._sample_collection.update_many({}, {"$unset": {"last_modified_at": ""}})
    assert run(dataset).num_scored == 8


def test_batches_end_with_samples_and_with_boxes(make_dataset: MakeDataset) -> None:
    found = [detection("cat", [5, 5, 9, 9], confidence=0.5)]
    dataset = make_dataset([sample(found, found) for _ in range(SAMPLES_PER_BATCH + 1)])
    crowded = 3
    for document in raw(dataset)[5 : 5 + crowded]:
        (label,) = document["ground_truth"]["detections"]
        labels = [{**label, "_id": ObjectId()} for _ in range(BOXES_PER_BATCH // 2 + 1)]
        update = {"$set": {"ground_truth.detections": labels}}
        dataset._sample_collection.update_one({"_id": document["_id"]}, update)
    report = run(dataset)
    assert report.num_scored == len(dataset)
    assert dataset.count(KEY) == len(dataset)
    scores = dataset.count(f"ground_truth.detections.{KEY}_swap")
    assert scores == dataset.count("ground_truth.detections") > crowded * BOXES_PER_BATCH // 2


def test_values_that_are_too_much_for_one_command(make_dataset: MakeDataset) -> None:
    """Long class names make suggestions long."""
    long = "cat" * 20_000
    samples = random_samples(SAMPLES_PER_BATCH)
    for one in samples:
        for box in (*one.ground_truth.detections, *one.predictions.detections):
            box.label = long if box.label == "cat" else box.label
    dataset = make_dataset(samples)
    report = run(dataset, "calibrated", min_probability=0.0)
    assert report.num_scored == len(dataset)
    assert np.sum(dataset.values(f"{KEY}_num_issues")) == sum(report.issues.values())
    assert dataset.count(f"{KEY}_suggestions.detections") == sum(report.issues.values())
