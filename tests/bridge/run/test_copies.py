"""A copy of a dataset is on its own: whatever happens to one of the two leaves the other alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import fiftyone as fo
import pytest

from odquality.bridge.run.compute import iter_label_quality
from odquality.bridge.run.settings import RunSettings
from odquality.bridge.store import records, results
from tests.bridge.datasets import assert_scored, compute, expected_quality, finish


def report(dataset: fo.Dataset) -> dict[str, Any] | None:
    record = records.find(dataset, "lq")
    return results.load_report(None if record is None else record.results)


@pytest.fixture(params=["clone", "export"])
def copy(dataset: fo.Dataset, request: Any, tmp_path: Any) -> Iterator[Any]:
    """Copies the dataset."""
    made = []

    def make() -> fo.Dataset:
        if request.param == "clone":
            made.append(dataset.clone())
        else:
            kind = fo.types.FiftyOneDataset
            dataset.export(export_dir=str(tmp_path), dataset_type=kind, export_media=False)
            made.append(fo.Dataset.from_dir(dataset_dir=str(tmp_path), dataset_type=kind))
        return made[-1]

    yield make
    for one in made:
        one.delete()


@contextmanager
def copied_run(dataset: fo.Dataset, copy: Callable[[], fo.Dataset]) -> Iterator[fo.Dataset]:
    """A copy of a dataset with a run; whatever its block does, the original keeps its report."""
    compute(dataset, key="lq")
    copied = copy()
    before = report(dataset)
    assert before is not None
    yield copied
    assert report(dataset) == before


def test_a_copied_run_that_is_deleted_leaves_the_report_of_the_original(
    dataset: fo.Dataset, copy: Any
) -> None:
    with copied_run(dataset, copy) as copied:
        copied.delete_run("lq")
    assert copied.list_runs() == []


def test_a_copied_run_that_is_run_again_or_renamed_leaves_the_report_of_the_original(
    dataset: fo.Dataset, copy: Any
) -> None:
    with copied_run(dataset, copy) as copied:
        compute(copied, key="lq")
        copied.rename_run("lq", "other")
    assert copied.load_run_results("other").report["key"] == "other"


def test_the_copy_of_a_run_in_progress_is_incomplete_and_in_nobody_s_hands(
    dataset: fo.Dataset, copy: Any
) -> None:
    steps = iter_label_quality(dataset, RunSettings(key="lq", method="objectlab"))
    for _ in range(3):
        next(steps)
    assert records.find(dataset, "lq").is_in_progress
    copied = copy()
    record = records.find(copied, "lq")
    assert not record.is_in_progress
    assert not record.is_complete
    compute(copied, key="lq")
    assert_scored(copied, expected_quality(copied), key="lq")
    finish(steps)
    assert_scored(dataset, expected_quality(dataset), key="lq")


def test_a_record_can_be_written_to_json(dataset: fo.Dataset) -> None:
    compute(dataset, key="lq")
    assert json.loads(json.dumps(dataset.get_run_info("lq").config.serialize()))
