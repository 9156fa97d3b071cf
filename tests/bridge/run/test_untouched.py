"""An index tells which samples may have been edited since a run wrote them."""

from __future__ import annotations

import fiftyone as fo
import pytest

import odquality
from odquality.bridge.engines.parts_engine import PartsEngine
from odquality.bridge.run.compute import iter_label_quality
from odquality.bridge.run.settings import RunSettings
from odquality.bridge.run.untouched import maybe_touched
from odquality.bridge.store import records
from tests.bridge.conftest import MakeDataset
from tests.bridge.datasets import finish, random_samples
from tests.bridge.engines.runs import Disorderly

KEY = "lq"


def touched(dataset: fo.Dataset) -> set[str]:
    """Ids of the samples that may have been edited."""
    record = records.find(dataset, KEY)
    assert record is not None
    query = maybe_touched(record)
    assert query
    return {str(one["_id"]) for one in dataset._sample_collection.find(query)}


def edit(dataset: fo.Dataset, row: int) -> str:
    """Edits a label as a person would; returns the sample's id."""
    sample = dataset.skip(row).first()
    sample.ground_truth.detections[0].label = "giraffe"
    sample.save()
    return str(sample.id)


@pytest.mark.parametrize("engine", [None, Disorderly(3)])
def test_after_a_run_only_what_is_edited_may_have_been(
    dataset: fo.Dataset, engine: PartsEngine | None
) -> None:
    odquality.compute_label_quality(dataset, key=KEY, engine=engine)
    assert touched(dataset) == set()
    edited = {edit(dataset, row) for row in (1, 6)}
    dataset.add_samples(random_samples(1))
    assert touched(dataset) - {dataset.last().id} == edited


def test_an_edit_while_the_run_goes_on_is_seen(dataset: fo.Dataset) -> None:
    steps = iter_label_quality(dataset, RunSettings(key=KEY))
    for step in steps:
        if step.label.startswith("Scored"):
            break
    edited = edit(dataset, 2)
    finish(steps)
    assert dataset[edited][KEY] is not None
    assert touched(dataset) == {edited}


def test_what_a_run_learns_touches_nothing(make_dataset: MakeDataset) -> None:
    dataset = make_dataset(random_samples(60))
    odquality.compute_label_quality(dataset, key=KEY)
    decided = odquality.dismiss(dataset, KEY, odquality.list_issues(dataset, KEY, limit=10))
    assert touched(dataset) == {one.sample_id for one in decided.done}


def test_of_runs_that_keep_no_stamps_any_sample_may_have_been_edited(dataset: fo.Dataset) -> None:
    odquality.compute_label_quality(dataset, key=KEY)
    record = records.find(dataset, KEY)
    assert record is not None
    kept = dataset.load_run_results(KEY, cache=False)
    assert kept.stamps
    kept.stamps = []
    dataset.save_run_results(KEY, kept, overwrite=True)
    again = records.find(dataset, KEY)
    assert again is not None
    assert maybe_touched(again) == {}
