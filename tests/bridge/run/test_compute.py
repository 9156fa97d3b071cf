"""Runs on datasets and views: what is scored, what is written, what is left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import fiftyone as fo
import numpy as np
import pytest
from fiftyone import ViewField as F

import odquality
from odquality.bridge.run.compute import iter_label_quality
from odquality.bridge.run.settings import RunSettings
from tests.bridge.datasets import (
    BOX,
    KINDS,
    assert_scored,
    compute,
    detection,
    expected_quality,
    far_sample,
    random_samples,
    sample,
)

VIEWS: dict[str, Callable[[fo.Dataset], Any]] = {
    "dataset": lambda dataset: dataset,
    "match": lambda dataset: dataset.match(F("rank") > 3),
    "sort": lambda dataset: dataset.sort_by("rank", reverse=True),
    "shuffle": lambda dataset: dataset.shuffle(seed=51),
    "take": lambda dataset: dataset.take(4, seed=51),
    "limit": lambda dataset: dataset.limit(3),
    "slice": lambda dataset: dataset[2:6],
    "select fields": lambda dataset: dataset.select_fields(["ground_truth", "predictions"]),
    "exclude fields": lambda dataset: dataset.exclude_fields("rank"),
    "chained": lambda dataset: dataset.shuffle(seed=1).limit(5).match(F("rank") > 1),
}


@pytest.mark.parametrize("view", VIEWS)
def test_scores_of_datasets_and_views(dataset: fo.Dataset, view: str) -> None:
    samples = VIEWS[view](dataset)
    ids = samples.values("id")
    expected = expected_quality(samples)
    report = compute(samples)
    assert_scored(dataset.select(ids, ordered=True), expected)
    assert report.num_scored == len(ids)
    assert report.unscored == {}
    assert dataset.exclude(ids).values("label_quality") == [None] * (8 - len(ids))


@pytest.mark.parametrize(
    "settings",
    [
        {"aggregation_weights": {"overlooked": 0.6, "swap": 0.3, "badloc": 0.1}},
        {"overlapping_label_check": False},
    ],
)
def test_settings_of_the_method(dataset: fo.Dataset, settings: dict[str, Any]) -> None:
    expected = expected_quality(dataset, **settings)
    compute(dataset, key="lq", **settings)
    assert_scored(dataset, expected, key="lq")
    config = dataset.get_run_info("lq").config
    assert {name: getattr(config, name) for name in settings} == settings


def test_a_view_that_hides_labels(dataset: fo.Dataset) -> None:
    view = dataset.filter_labels("ground_truth", F("label") == "cat", only_matches=False)
    expected = expected_quality(view)
    report = compute(view, key="cats")
    assert_scored(view, expected, key="cats")
    hidden = dataset.filter_labels("ground_truth", F("label") != "cat")
    assert set(hidden.values("ground_truth.detections.cats_swap", unwind=True)) == {None}
    assert len(dataset) == 8
    assert dataset.count("ground_truth.detections") > view.count("ground_truth.detections")
    assert report.warnings[0] == (
        "the view hides some boxes of 'ground_truth.detections': the images were scored without "
        "them"
    )


def test_a_view_that_hides_predictions(dataset: fo.Dataset) -> None:
    view = dataset.filter_labels("predictions", F("confidence") > 0.8, only_matches=False)
    expected = expected_quality(view)
    (warning,) = compute(view).warnings
    assert_scored(view, expected)
    assert "'predictions.detections'" in warning


@pytest.mark.parametrize("method", ["calibrated", "objectlab"])
@pytest.mark.parametrize("samples_per_chunk", [3, 1000])
def test_a_view_that_shows_samples_several_times(
    make_dataset: Any, monkeypatch: pytest.MonkeyPatch, method: str, samples_per_chunk: int
) -> None:
    monkeypatch.setattr("odquality.bridge.read.reader.SAMPLES_PER_CHUNK", samples_per_chunk)
    dataset = make_dataset(random_samples(8))
    expected = odquality.compute_label_quality(dataset, key="once", method=method)
    twice = dataset[:5].concat(dataset).concat(dataset[3:])
    report = odquality.compute_label_quality(twice, key="twice", method=method)
    assert len(twice) == 18
    assert (report.num_scored, report.num_labels) == (8, dataset.count("ground_truth.detections"))
    assert report.expected_errors == expected.expected_errors
    assert report.quantiles == expected.quantiles
    assert dataset.values("twice") == dataset.values("once")


def test_a_slice_of_a_grouped_dataset(make_dataset: Any) -> None:
    dataset = make_dataset()
    dataset.add_group_field("group", default="left")
    samples = random_samples(6)
    for number, one in enumerate(samples):
        one["group"] = fo.Group().element("left" if number % 2 else "right")
    dataset.add_samples(samples)
    view = dataset.select_group_slices("left")
    expected = expected_quality(view)
    compute(view)
    assert_scored(dataset.select_group_slices("left"), expected)
    assert dataset.select_group_slices("right").values("label_quality") == [None] * 3


@pytest.mark.parametrize("method", ["objectlab", "calibrated"])
def test_fields_within_documents(make_dataset: Any, method: str) -> None:
    dataset = make_dataset()
    for one in random_samples(6):
        both = fo.DynamicEmbeddedDocument(truth=one.ground_truth, found=one.predictions)
        dataset.add_sample(fo.Sample(one.filepath, metadata=one.metadata, both=both), dynamic=True)
    *_, lacking, empty, missing = dataset.values("_id")
    collection = dataset._sample_collection
    collection.update_one({"_id": lacking}, {"$unset": {"both.truth": ""}})
    collection.update_one({"_id": empty}, {"$set": {"both": None}})
    collection.update_one({"_id": missing}, {"$unset": {"both": ""}})
    before = list(collection.find({}, {"last_modified_at": 0}))
    settings = {"gt_field": "both.truth", "pred_field": "both.found", "score_unannotated": True}
    report = odquality.compute_label_quality(dataset, key="lq", method=method, **settings)
    assert report.num_scored == 4
    assert dataset.count("both.truth.detections.lq_badloc") > 0
    dataset.delete_run("lq")
    assert list(collection.find({}, {"last_modified_at": 0})) == before


def test_a_document_that_holds_no_labels_is_left_as_it_is(make_dataset: Any) -> None:
    dataset = make_dataset()
    for one in random_samples(6):
        truth = fo.DynamicEmbeddedDocument(boxes=one.ground_truth)
        sample = fo.Sample(one.filepath, metadata=one.metadata, predictions=one.predictions)
        sample["truth"] = truth
        dataset.add_sample(sample, dynamic=True)
    *_, empty, missing = dataset.values("_id")
    collection = dataset._sample_collection
    collection.update_one({"_id": empty}, {"$set": {"truth": None}})
    collection.update_one({"_id": missing}, {"$unset": {"truth": ""}})
    report = compute(dataset, gt_field="truth.boxes", score_unannotated=True)
    assert report.num_scored == 6
    assert collection.find_one({"_id": empty})["truth"] is None
    assert "truth" not in collection.find_one({"_id": missing})


def test_fields_of_other_names(dataset: fo.Dataset) -> None:
    expected = expected_quality(dataset)
    dataset.rename_sample_fields({"ground_truth": "humans", "predictions": "model"})
    report = compute(dataset, gt_field="humans", pred_field="model")
    assert report.num_scored == 8
    assert dataset.values("label_quality") == pytest.approx(expected.scores["quality"], abs=1e-12)


@pytest.mark.parametrize(
    ("gt_field", "pred_field"), [("labels", "low_confidence"), ("G", "g"), ("2nd", "3rd")]
)
def test_fields_whose_names_begin_alike(make_dataset: Any, gt_field: str, pred_field: str) -> None:
    boxes = [detection("cat", BOX), detection("dog", [300, 200, 50, 50])]
    one = fo.Sample(filepath="/nowhere/a.jpg", metadata=fo.ImageMetadata(width=640, height=480))
    one[gt_field] = fo.Detections(detections=boxes)
    candidates = [detection("cat", [500, 9, 40, 40], confidence=0.99) for _ in range(2)]
    one[pred_field] = fo.Detections(detections=candidates)
    dataset = make_dataset([one])
    compute(dataset, gt_field=gt_field, pred_field=pred_field)
    written = dataset.first()
    scores = [label.label_quality_swap for label in written[gt_field].detections]
    assert scores == pytest.approx([1.0, 1.0])
    scores = [label.label_quality_overlooked for label in written[pred_field].detections]
    assert [0 <= score < 0.1 for score in scores] == [True, True]


def test_a_field_that_is_none_is_unscored(make_dataset: Any) -> None:
    found = [detection("cat", BOX, confidence=0.99)]
    samples = [
        sample([detection("cat", BOX)], found),
        sample(None, found),
        sample([detection("cat", BOX)], None),
        sample(None, None),
    ]
    dataset = make_dataset(samples)
    report = compute(dataset)
    assert report.num_scored == 1
    assert report.unscored == {"no value in 'ground_truth'": 2, "no value in 'predictions'": 1}
    assert dataset.values("label_quality") == [pytest.approx(1.0), None, None, None]
    assert dataset.values("label_quality_swap")[1:] == [None] * 3


def test_an_empty_list_is_scored(make_dataset: Any) -> None:
    found = [detection("cat", BOX, confidence=0.99)]
    dataset = make_dataset([far_sample(), sample([], found), sample([], []), sample(None, [])])
    report = compute(dataset)
    assert report.num_scored == 3
    scores = dataset.values("label_quality")
    assert scores[1] < 0.1
    assert scores[2:] == [1.0, None]


def test_an_empty_dataset(make_dataset: Any) -> None:
    dataset = make_dataset()
    for name in ("ground_truth", "predictions"):
        dataset.add_sample_field(name, fo.EmbeddedDocumentField, embedded_doc_type=fo.Detections)
    report = compute(dataset)
    assert (report.num_scored, report.worst, report.quantiles) == (0, [], {})
    assert "no image could be scored" in report.headline()
    assert dataset.list_runs() == ["label_quality"]


def test_an_empty_view(dataset: fo.Dataset) -> None:
    report = compute(dataset.match(F("rank") > 100))
    assert report.num_scored == 0
    assert "worst images" not in str(report)


def test_what_is_not_the_run_s_stays_as_it_is(dataset: fo.Dataset) -> None:
    dataset.tag_samples("kept")
    for one in dataset.iter_samples(autosave=True):
        for label in one.ground_truth.detections:
            label["occluded"] = True
    dataset.limit(3).tag_labels("checked", "predictions")
    names = list(dataset.get_field_schema(flat=True))
    before = [one.to_dict() for one in dataset]
    compute(dataset)
    dataset.delete_run("label_quality")
    after = [one.to_dict() for one in dataset]
    for document in (*before, *after):
        document.pop("last_modified_at", None)
    assert after == before
    assert list(dataset.get_field_schema(flat=True)) == names


def test_loaded_samples_show_the_scores(dataset: fo.Dataset) -> None:
    one = dataset.first()
    compute(dataset)
    assert isinstance(one.label_quality, float)
    assert isinstance(one.ground_truth.detections[0].label_quality_swap, float)


def test_samples_count_as_modified(dataset: fo.Dataset) -> None:
    before = dataset.values("last_modified_at")
    compute(dataset)
    after = dataset.values("last_modified_at")
    assert all(new > old for new, old in zip(after, before, strict=True))


def test_a_second_run_replaces_the_first(dataset: fo.Dataset) -> None:
    compute(dataset)
    view = dataset.match(F("rank") > 3)
    report = compute(view)
    assert report.num_scored == len(view)
    assert_scored(view, expected_quality(view))
    others = dataset.exclude(view.values("id"))
    assert others.values("label_quality") == [None] * 4
    assert set(others.values("ground_truth.detections.label_quality_swap", unwind=True)) == {None}
    assert dataset.list_runs() == ["label_quality"]


def test_a_second_run_reads_each_sample_once(make_dataset: Any) -> None:
    """Taking the first run's fields away is no edit of the samples by someone else."""
    dataset = make_dataset([far_sample(), sample([detection(None, BOX)], [])])
    first = compute(dataset)
    assert compute(dataset).treated == first.treated


def test_runs_under_two_keys_stand_beside_each_other(dataset: fo.Dataset) -> None:
    compute(dataset, key="one")
    first = dataset.values("one")
    compute(dataset.limit(2), key="two")
    assert dataset.values("one") == first
    assert dataset.values("two")[2:] == [None] * 6


def test_a_failing_run_leaves_the_previous_one_intact(dataset: fo.Dataset) -> None:
    compute(dataset)
    before = [one.to_dict() for one in dataset]
    results = dataset.load_run_results("label_quality").report
    with pytest.raises(ValueError, match="aggregation_weights"):
        compute(dataset, aggregation_weights={"swap": 1.0})
    with pytest.raises(ValueError, match="classes names"):
        compute(dataset, classes=["cat", "cat"])
    assert [one.to_dict() for one in dataset] == before
    assert dataset.load_run_results("label_quality").report == results


def test_a_run_whose_boxes_turn_out_wrong_writes_nothing(make_dataset: Any) -> None:
    tiny = fo.ImageMetadata(width=1, height=1)
    dataset = make_dataset(
        [sample([detection("cat", BOX)], [detection("cat", BOX, confidence=0.9)], metadata=tiny)]
    )
    with pytest.raises(ValueError, match="normalised"):
        compute(dataset)
    assert dataset.list_runs() == []
    assert not dataset.has_field("label_quality")


def test_more_samples_than_one_chunk(make_dataset: Any) -> None:
    dataset = make_dataset([sample([], []) for _ in range(1100)])
    labels = [step.label for step in iter_label_quality(dataset, RunSettings(method="objectlab"))]
    assert labels == [
        "Read 1,000 of 1,100 images",
        "Read 1,100 of 1,100 images",
        "Preparing the fields",
        "Scored 1,000 of 1,100 images",
        "Scored 1,100 of 1,100 images",
    ]
    assert dataset.count("label_quality") == 1100


def test_progress_grows_to_the_whole(dataset: fo.Dataset) -> None:
    complete = [
        step.complete for step in iter_label_quality(dataset, RunSettings(method="objectlab"))
    ]
    assert complete == sorted(complete)
    assert complete[-1] == 1.0


def test_a_progress_callback(dataset: fo.Dataset) -> None:
    seen: list[float] = []
    compute(dataset, progress=lambda bar: seen.append(bar.progress))
    assert seen[-1] == 1.0


def test_the_worst_first(dataset: fo.Dataset) -> None:
    report = compute(dataset.match(F("rank") > 1))
    worst = odquality.worst_first(dataset, "label_quality")
    scores = worst.values("label_quality")
    assert len(scores) == 6
    assert scores == sorted(scores)
    assert [image.sample_id for image in report.worst] == worst.values("id")
    assert [image.filepath for image in report.worst] == worst.values("filepath")
    assert [image.scores["quality"] for image in report.worst] == scores
    assert list(report.worst[0].scores) == list(KINDS)


def test_the_report_counts_what_was_compared(dataset: fo.Dataset) -> None:
    report = compute(dataset)
    assert report.num_labels == dataset.count("ground_truth.detections")
    assert report.num_predictions == dataset.count("predictions.detections")
    assert set(report.seconds) == {"read", "score", "write"}
    quality = dataset.values("label_quality")
    assert report.quantiles["0.5"] == pytest.approx(np.median(quality))
    assert report.quantiles["0.0"] == min(quality)
