"""Decisions are indexed before there are any, and the index goes with the last run."""

from __future__ import annotations

import fiftyone as fo

import odquality
from odquality.bridge.decisions.field import path_to_index
from tests.bridge.conftest import MakeDataset
from tests.bridge.datasets import random_samples

KEY, PATH = "lq", "ground_truth_decisions.detections.decided_at"


def index(dataset: fo.Dataset) -> dict[str, object] | None:
    """The index of decisions, if there is one."""
    found = [one for one in dataset._sample_collection.list_indexes() if PATH in one["key"]]
    return dict(found[0]) if found else None


def scored(make_dataset: MakeDataset) -> fo.Dataset:
    dataset = make_dataset(random_samples(30))
    odquality.compute_label_quality(dataset, key=KEY)
    return dataset


def test_a_run_indexes_the_decisions_to_come(make_dataset: MakeDataset) -> None:
    dataset = scored(make_dataset)
    before = index(dataset)
    assert before is not None
    assert before["sparse"]
    assert "ground_truth_decisions" not in dataset.get_field_schema()
    odquality.dismiss(dataset, KEY, odquality.list_issues(dataset, KEY, limit=1))
    assert "ground_truth_decisions" in dataset.get_field_schema()
    assert index(dataset) == before
    found = dataset._sample_collection.find({PATH: {"$type": "date"}}).explain()
    assert found["executionStats"]["totalDocsExamined"] == 1


def test_a_name_that_is_taken_is_not_indexed(make_dataset: MakeDataset) -> None:
    dataset = make_dataset(random_samples(30))
    dataset.add_sample_field("ground_truth_decisions", fo.StringField)
    assert path_to_index(dataset, "ground_truth") == (
        "ground_truth_decisions_2.detections.decided_at"
    )


def test_the_index_goes_with_the_last_run(make_dataset: MakeDataset) -> None:
    dataset = scored(make_dataset)
    odquality.compute_label_quality(dataset, key="other")
    dataset.delete_run(KEY)
    assert index(dataset) is not None
    dataset.delete_run("other")
    assert index(dataset) is None


def test_the_index_of_decisions_stays(make_dataset: MakeDataset) -> None:
    dataset = scored(make_dataset)
    odquality.dismiss(dataset, KEY, odquality.list_issues(dataset, KEY, limit=1))
    dataset.delete_run(KEY)
    assert index(dataset) is not None
    odquality.delete_decisions(dataset, gt_field="ground_truth")
    assert index(dataset) is None


def test_an_index_of_anybody_elses_stays(make_dataset: MakeDataset) -> None:
    dataset = scored(make_dataset)
    dataset._sample_collection.create_index("mine.detections.at", sparse=True)
    dataset.delete_run(KEY)
    assert "mine.detections.at_1" in dataset._sample_collection.index_information()
