"""Samples that are modified while a run goes on are scored as they are then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import fiftyone as fo
from fiftyone import ViewField as F

import odquality
from odquality.bridge.run.compute import iter_label_quality
from odquality.bridge.run.settings import RunSettings
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


def edit_after_reading(dataset: Any, edit: Callable[[], object]) -> odquality.LabelQualityReport:
    """Runs with an edit between reading and writing."""
    steps = iter_label_quality(dataset, RunSettings(method="objectlab"))
    assert next(steps).label.startswith("Read")
    edit()
    return finish(steps)


def test_an_edit_during_the_run_survives_and_is_scored(dataset: fo.Dataset) -> None:
    (edited_id,) = dataset.match(F("rank") == 3).values("id")

    def edit() -> None:
        edited = dataset[edited_id]
        edited.ground_truth.detections[0].label = "horse"
        edited["note"] = "relabelled"
        edited.save()

    report = edit_after_reading(dataset, edit)
    edited = dataset[edited_id]
    assert edited.note == "relabelled"
    assert edited.ground_truth.detections[0].label == "horse"
    assert report.num_scored == 8
    assert_scored(dataset, expected_quality(dataset))


def test_a_label_deleted_during_the_run(dataset: fo.Dataset) -> None:
    (edited_id,) = dataset.match(F("ground_truth.detections").length() == 4).limit(1).values("id")

    def delete() -> None:
        edited = dataset[edited_id]
        del edited.ground_truth.detections[1]
        edited.save()

    report = edit_after_reading(dataset, delete)
    assert len(dataset[edited_id].ground_truth.detections) == 3
    assert report.num_labels == dataset.count("ground_truth.detections")
    assert_scored(dataset, expected_quality(dataset))


def test_labels_set_to_none_during_the_run(dataset: fo.Dataset) -> None:
    def clear() -> None:
        one = dataset.last()
        one.ground_truth = None
        one.save()

    report = edit_after_reading(dataset, clear)
    assert report.num_scored == 7
    assert report.unscored == {"no value in 'ground_truth'": 1}
    assert dataset.last().label_quality is None


def test_a_size_lost_during_the_run(dataset: fo.Dataset) -> None:
    def clear() -> None:
        one = dataset.last()
        one.metadata = None
        one.save()

    report = edit_after_reading(dataset, clear)
    assert report.num_scored == 7
    assert sum(report.unscored.values()) == 1
    assert dataset.last().label_quality is None


def test_a_sample_deleted_during_the_run(dataset: fo.Dataset) -> None:
    report = edit_after_reading(dataset, lambda: dataset.delete_samples(dataset.last().id))
    assert report.num_scored == 7
    assert len(dataset) == 7


def test_a_sample_that_leaves_the_view_during_the_run_is_scored_all_the_same(
    dataset: fo.Dataset,
) -> None:
    def leave() -> None:
        one = dataset.last()
        one.rank = -1
        one.save()

    report = edit_after_reading(dataset.match(F("rank") > 3), leave)
    assert report.num_scored == 4
    assert report.unscored == {}
    assert dataset.last().label_quality is not None


def test_classes_that_a_view_renames_are_renamed_in_an_edited_sample_too(
    dataset: fo.Dataset,
) -> None:
    classes = dataset.distinct("ground_truth.detections.label")
    view = dataset.map_labels("ground_truth", dict.fromkeys(classes, "object")).map_labels(
        "predictions", dict.fromkeys(classes, "object")
    )

    def edit() -> None:
        one = dataset.last()
        one.tags.append("edited")
        one.save()

    edit_after_reading(view, edit)
    assert_scored(view, expected_quality(view))


def test_what_needs_treatment_is_counted_once_though_it_is_read_twice(make_dataset: Any) -> None:
    dataset = make_dataset([far_sample(), sample([detection(None, BOX)], [])])

    def edit() -> None:
        one = dataset.last()
        one.tags.append("edited")
        one.save()

    report = edit_after_reading(dataset, edit)
    assert report.treated == {"ground_truth without a label: left out": 1}


def test_a_sample_of_a_hidden_slice_that_is_modified_meanwhile(make_dataset: Any) -> None:
    dataset = make_dataset()
    dataset.add_group_field("group", default="left")
    samples = random_samples(6)
    for one in samples:
        one["group"] = fo.Group().element("right")
    dataset.add_samples(samples)
    view = dataset.select_group_slices("right")
    sample_id = samples[3].id

    def edit() -> None:
        view[sample_id].ground_truth.detections.clear()
        view.select(sample_id).set_values("note", ["seen"])

    report = edit_after_reading(view, edit)
    assert report.num_scored == 6
    assert {image.sample_id for image in report.worst} == {one.id for one in samples}
    assert_scored(view, expected_quality(view))
