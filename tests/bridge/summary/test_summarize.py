"""Summaries of runs: what the database counts is what a loop over samples counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import fiftyone as fo
import numpy as np
import pytest

import odquality
from odquality.bridge.summary import parts
from odquality.bridge.summary.counts import RunCounts
from odquality.summaries.histogram import AREA_EDGES, COUNT_EDGES, SCORE_EDGES, bin_of, count_bins
from tests.bridge.conftest import MakeDataset
from tests.bridge.datasets import compute, random_samples, sample


@pytest.fixture
def scored(make_dataset: MakeDataset) -> fo.Dataset:
    """Forty images and one without labels, with a run that suspects much."""
    dataset = make_dataset([*random_samples(40), sample(None, [])])
    odquality.compute_label_quality(dataset, key="lq", min_probability=0.01)
    return dataset


def boxes(dataset: Any, field: str) -> Iterator[tuple[fo.Sample, fo.Detection]]:
    for one in dataset.exists("lq"):
        yield from ((one, box) for box in one[field].detections)


def suspected(dataset: Any) -> list[tuple[str, str | None, str, fo.Detection]]:
    """Kind, given and suggested class of all suggestions, and these."""
    found = []
    for one, box in boxes(dataset, "lq_suggestions"):
        labels = {label.id: label.label for label in one.ground_truth.detections}
        found.append((box.kind, labels.get(box.label_id), box.label, box))
    return found


def bins(values: list[float], edges: tuple[float, ...]) -> tuple[int, ...]:
    return count_bins(bin_of(np.array(values, float), edges), edges)


def area(box: fo.Detection) -> float:
    return box.bounding_box[2] * box.bounding_box[3]


def test_classes_are_counted(scored: fo.Dataset) -> None:
    rows = {row.name: row for row in odquality.summarize_run(scored, "lq").classes.rows}
    labels = [box for _, box in boxes(scored, "ground_truth")]
    found = Counter(box.label for _, box in boxes(scored, "predictions"))
    errors = Counter((given or name, kind) for kind, given, name, _ in suspected(scored))
    assert len(rows) == 3
    for name, row in rows.items():
        scores = [box.lq for box in labels if box.label == name]
        assert (row.labels, row.predictions) == (len(scores), found[name])
        assert row.quality == pytest.approx(np.mean(scores))
        assert row.errors == {kind: n for (of, kind), n in errors.items() if of == name}
    assert sum(row.num_errors for row in rows.values()) == len(suspected(scored)) > 10


def test_suspected_classes_are_counted(scored: fo.Dataset) -> None:
    swaps = odquality.summarize_run(scored, "lq").swaps
    expected = Counter(
        (given, name) for kind, given, name, _ in suspected(scored) if kind == "swap"
    )
    assert {(given, name): count for given, name, count in swaps.pairs()} == expected
    assert len(expected) > 1


def test_sizes_are_counted(scored: fo.Dataset) -> None:
    summary = odquality.summarize_run(scored, "lq")
    for name, counts in summary.label_sizes.counts.items():
        areas = [area(box) for _, box in boxes(scored, "ground_truth") if box.label == name]
        assert counts == bins(areas, AREA_EDGES)
    swaps = [area(box) for kind, *_, box in suspected(scored) if kind == "swap"]
    assert summary.error_sizes.counts["Wrong class"] == bins(swaps, AREA_EDGES)


def test_images_are_counted(scored: fo.Dataset) -> None:
    summary = odquality.summarize_run(scored, "lq")
    images = list(scored.exists("lq"))
    assert summary.images == len(images) == 40
    labels = [len(one.ground_truth.detections) for one in images]
    assert summary.boxes_per_image.counts["labels"] == bins(labels, COUNT_EDGES)
    assert summary.scores.counts["images"] == bins([one.lq for one in images], SCORE_EDGES)


def test_of_a_view_what_it_shows_is_counted(scored: fo.Dataset) -> None:
    view = scored.limit(10).filter_labels("ground_truth", fo.ViewField("label") == "cat")
    rows = {row.name: row for row in odquality.summarize_run(view, "lq").classes.rows}
    cats = [box for _, box in boxes(view, "ground_truth")]
    assert rows["cat"].labels == len(cats) > 0
    assert rows["dog"].labels == 0


def test_suggestions_that_do_not_tell_the_given_class_are_counted(scored: fo.Dataset) -> None:
    summary = odquality.summarize_run(scored, "lq")
    everywhere = {"$unset": {"lq_suggestions.detections.$[].given_label": ""}}
    scored._sample_collection.update_many({"lq_suggestions": {"$ne": None}}, everywhere)
    assert odquality.summarize_run(scored, "lq") == summary


def test_runs_without_suggestions_have_a_summary(scored: fo.Dataset) -> None:
    compute(scored, key="ol")
    summary = odquality.summarize_run(scored, "ol")
    assert summary.images == 40
    assert summary.swaps.names == ()
    assert {row.quality for row in summary.classes.rows} == {None}
    assert sum(row.num_errors for row in summary.classes.rows) == 0
    assert "Suspected errors" not in str(summary)


def test_malformed_labels_are_passed_over(scored: fo.Dataset) -> None:
    before = odquality.summarize_run(scored, "lq")
    first = scored.exists("lq").first().id
    documents = [
        {"_cls": "Detection", "label": None, "bounding_box": [0, 0, 1, 1]},
        {"_cls": "Detection", "label": "horse", "bounding_box": "box"},
        {"_cls": "Detection", "label": "horse", "bounding_box": [0, 0, None, 1]},
        {"_cls": "Detection", "label": "horse", "lq": "good"},
        "horse",
    ]
    push = {"$push": {"ground_truth.detections": {"$each": documents}}}
    scored._sample_collection.update_one({"_id": fo.core.utils.ObjectId(first)}, push)
    after = odquality.summarize_run(scored, "lq")
    rows = {row.name: row for row in after.classes.rows}
    assert rows.pop("horse").labels == 3
    assert rows == {row.name: row for row in before.classes.rows}
    assert sum(after.label_sizes.counts["horse"]) == 0


def test_samples_without_values_are_passed_over(scored: fo.Dataset) -> None:
    first = scored.exists("lq").first().id
    empty = {"$set": {"ground_truth": None, "predictions": "none", "lq_suggestions": 3}}
    scored._sample_collection.update_one({"_id": fo.core.utils.ObjectId(first)}, empty)
    assert odquality.summarize_run(scored, "lq").images == 40


def test_a_decided_issue_is_not_suspected_any_more(scored: fo.Dataset) -> None:
    before = odquality.summarize_run(scored, "lq")
    issue = odquality.list_issues(scored, "lq", kinds="overlooked")[0]
    odquality.accept(scored, "lq", issue)
    after = odquality.summarize_run(scored, "lq")
    left, had = (
        {row.name: row for row in one.classes.rows}[issue.label] for one in (after, before)
    )
    assert left.errors["overlooked"] == had.errors["overlooked"] - 1
    assert left.labels == had.labels + 1


def test_fields_may_be_renamed(scored: fo.Dataset) -> None:
    before = odquality.summarize_run(scored, "lq")
    scored.rename_sample_field("ground_truth", "truth")
    assert odquality.summarize_run(scored, "lq") == before


def test_a_part_can_be_had_alone(scored: fo.Dataset) -> None:
    counts = RunCounts(scored, "lq")
    assert parts.class_table(counts) == odquality.summarize_run(scored, "lq").classes


def test_it_is_printed(scored: fo.Dataset) -> None:
    summary = odquality.summarize_run(scored, "lq")
    printed = str(summary)
    titles = ("'lq' of dataset", "40 images", "Wrong class", "Suspected errors by area")
    assert all(title in printed for title in (*titles, "Images by score"))
    assert "incomplete" not in printed
    assert "(the run is incomplete)" in str(replace(summary, is_complete=False))


def test_a_run_without_scores_is_refused(scored: fo.Dataset) -> None:
    with pytest.raises(ValueError, match="key is 'other'; expected a label quality run"):
        odquality.summarize_run(scored, "other")
    with pytest.raises(ValueError, match="samples is a str"):
        odquality.summarize_run("dataset", "lq")
    scored.delete_sample_field("lq")
    with pytest.raises(ValueError, match="scores 'lq' are not there any more"):
        odquality.summarize_run(scored, "lq")


def test_a_view_must_show_the_fields_of_the_run(scored: fo.Dataset) -> None:
    for view in (scored.exclude_fields("predictions"), scored.to_patches("ground_truth")):
        with pytest.raises(ValueError, match=r"samples do not show \[.*'predictions'.*\]"):
            odquality.summarize_run(view, "lq")
