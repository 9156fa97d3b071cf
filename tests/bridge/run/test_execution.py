"""A run that is cut off says so, loses nothing and can be run again or deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from typing import Any

import fiftyone as fo
import pytest

import odquality
from odquality.bridge.run import local, scoring
from odquality.bridge.run.compute import iter_label_quality
from odquality.bridge.run.report import LabelQualityReport
from odquality.bridge.run.settings import RunSettings
from odquality.bridge.run.spool import Spool
from odquality.bridge.store import records
from tests.bridge.datasets import (
    assert_scored,
    compute,
    documents,
    expected_quality,
    finish,
    random_samples,
)
from tests.bridge.run.test_spool import room

METHODS = ("objectlab", "calibrated")
# Steps of a run on eight samples in chunks of two: reading, before anything is written; about to
# write; after the first and the third chunk.
MOMENTS = (1, 5, 6, 8)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("odquality.bridge.read.reader.SAMPLES_PER_CHUNK", 2)


def without_scores(value: Any) -> Any:
    """Documents without anything that a run under ``lq`` wrote."""
    if isinstance(value, dict):
        kept = {name: part for name, part in value.items() if not name.startswith("lq")}
        return {name: without_scores(part) for name, part in kept.items()}
    return [without_scores(part) for part in value] if isinstance(value, list) else value


def cut(dataset: fo.Dataset, method: str, moment: int, key: str = "lq") -> None:
    """Stops a run after some steps, as an App that is closed does."""
    steps = iter_label_quality(dataset, RunSettings(key=key, method=method))
    for _ in range(moment):
        next(steps)
    steps.close()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("earlier", [None, *METHODS])
def test_a_run_that_was_cut_off(
    dataset: fo.Dataset, earlier: str | None, method: str, moment: int
) -> None:
    before = documents(dataset)
    schema = set(dataset.get_field_schema(flat=True))
    if earlier:
        odquality.compute_label_quality(dataset, key="lq", method=earlier)
    old = [one.get("lq") for one in documents(dataset)]
    cut(dataset, method, moment)
    found = documents(dataset)
    assert without_scores(found) == before
    record = records.find(dataset, "lq")
    # Four chunks are read first, when nothing was touched, and the fields are prepared after that.
    if moment <= 5:
        assert [one.get("lq") for one in found] == old
        assert record is None if earlier is None else record.is_complete
    else:
        assert record.state == "incomplete"
        assert not record.is_in_progress
        assert dataset.get_run_info("lq").config.state == "incomplete"
        report = LabelQualityReport.from_dict(dataset.load_run_results("lq").report)
        assert report.state == "incomplete"
        assert sum("lq" in one for one in found) == 2 * (moment - 5)
        with pytest.warns(UserWarning, match="run 'lq' is incomplete"):
            odquality.worst_first(dataset, "lq")
    again = odquality.compute_label_quality(dataset, key="lq", method="objectlab")
    assert_scored(dataset, expected_quality(dataset), key="lq")
    assert again.state == "complete"
    assert dataset.get_run_info("lq").config.state == "complete"
    dataset.delete_run("lq")
    assert documents(dataset) == before
    assert set(dataset.get_field_schema(flat=True)) == schema


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, ValueError, SystemExit])
def test_whatever_ends_a_run_it_is_recorded(dataset: fo.Dataset, error: type) -> None:
    def stop(bar: fo.ProgressBar) -> None:
        if bar.progress > 0.7:
            raise error

    with pytest.raises(error):
        compute(dataset, key="lq", progress=stop)
    assert records.find(dataset, "lq").state == "incomplete"
    compute(dataset, key="lq")
    assert_scored(dataset, expected_quality(dataset), key="lq")


def test_a_full_temporary_folder_is_told_and_nothing_was_written(
    dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    before = list(dataset._sample_collection.find())
    gone = tmp_path / "gone"
    monkeypatch.setattr("tempfile.tempdir", str(gone))
    monkeypatch.setattr(local, "Spool", partial(Spool, 1))
    with pytest.raises(OSError, match=r"temporary folder .* nothing was written"):
        compute(dataset, key="lq")
    assert list(dataset._sample_collection.find()) == before
    assert dataset.list_runs() == []


class Full(Spool[Any]):
    """A spool in a folder whose last byte of room is missing."""

    least_room = 0

    def append(self, item: Any) -> None:
        with room(self.least_room - 1) if self.least_room else nullcontext():
            super().append(item)

    def close(self) -> None:
        self.least_room, type(self).least_room = 0, self._end
        super().close()


@pytest.mark.parametrize("earlier", [None, "calibrated"])
def test_a_folder_that_is_full_by_the_last_byte(
    dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch, earlier: str | None
) -> None:
    if earlier:
        odquality.compute_label_quality(dataset, key="lq", method=earlier)
    before = list(dataset._sample_collection.find())
    monkeypatch.setattr(local, "Spool", partial(Full, 1))
    monkeypatch.setattr(Full, "least_room", 0)
    compute(dataset, key="other")
    dataset.delete_run("other")
    before = [{**one, "last_modified_at": None} for one in before]
    with pytest.raises(OSError, match=r"do not fit .* nothing was written"):
        compute(dataset, key="lq")
    found = dataset._sample_collection.find()
    assert [{**one, "last_modified_at": None} for one in found] == before
    record = records.find(dataset, "lq")
    assert record is None if earlier is None else record.is_complete
    Full.least_room = 0
    compute(dataset, key="lq")
    assert_scored(dataset, expected_quality(dataset), key="lq")


class Impatient(local.LocalEngine):
    """Ctrl-C comes once more while a run ends."""

    def begin(self, job: Any) -> local.LocalPasses:
        class Passes(local.LocalPasses):
            def close(self) -> None:
                super().close()
                raise KeyboardInterrupt

        return Passes(job)


def test_whatever_comes_while_a_run_ends_it_is_let_go(dataset: fo.Dataset) -> None:
    steps = iter_label_quality(dataset, RunSettings(key="lq", method="objectlab"), Impatient())
    for _ in range(7):
        next(steps)
    with pytest.raises(KeyboardInterrupt):
        steps.close()
    record = records.find(dataset, "lq")
    assert record.state == "incomplete"
    assert not record.is_in_progress
    compute(dataset, key="lq")
    assert_scored(dataset, expected_quality(dataset), key="lq")


@pytest.mark.parametrize(
    "engine", ["beam", "", 0, odquality.PartsEngine, odquality.BeamEngine, [odquality.BeamEngine]]
)
def test_what_is_no_engine_is_refused(dataset: fo.Dataset, engine: Any) -> None:
    with pytest.raises(ValueError, match=r"engine is .*; expected an engine, such as"):
        compute(dataset, key="lq", engine=engine)
    assert dataset.list_runs() == []


@pytest.fixture
def halfway(dataset: fo.Dataset) -> Iterator[Iterator[Any]]:
    """A run that has written half of its samples."""
    steps = iter_label_quality(dataset, RunSettings(key="lq", method="objectlab"))
    for _ in range(7):
        next(steps)
    yield steps
    steps.close()


def test_a_second_run_under_the_key_is_refused(dataset: fo.Dataset, halfway: Any) -> None:
    with pytest.raises(ValueError, match="run 'lq' is in progress in process"):
        compute(dataset, key="lq")
    finish(halfway)
    assert_scored(dataset, expected_quality(dataset), key="lq")
    compute(dataset, key="lq")


def test_two_runs_under_two_keys(dataset: fo.Dataset, halfway: Any) -> None:
    compute(dataset, key="other")
    finish(halfway)
    for key in ("lq", "other"):
        assert_scored(dataset, expected_quality(dataset), key=key)
        assert dataset.get_run_info(key).config.state == "complete"


@pytest.mark.parametrize("deleting", [lambda d: d.delete_run("lq"), lambda d: d.delete_runs()])
def test_a_run_that_is_deleted_meanwhile_stops(
    dataset: fo.Dataset, halfway: Any, deleting: Callable[[fo.Dataset], None], monkeypatch: Any
) -> None:
    monkeypatch.setattr("odquality.bridge.run.upkeep._WAIT_SECONDS", 0.1)
    deleting(dataset)
    with pytest.raises(RuntimeError, match="deleted or taken over"):
        finish(halfway)
    assert not any("lq" in one for one in documents(dataset))
    assert not dataset.has_field("lq")
    assert dataset.list_runs() == []
    assert [one.rank for one in dataset.iter_samples()]


def test_a_record_that_vanishes_takes_the_values_along(dataset: fo.Dataset, halfway: Any) -> None:
    """As when the run is deleted where this package cannot be imported."""
    fo.core.odm.get_db_conn().runs.delete_many({"_dataset_id": dataset._doc.id})
    with pytest.raises(RuntimeError, match="deleted or taken over"):
        finish(halfway)
    assert not any("lq" in one for one in documents(dataset))
    assert not dataset.has_field("lq")


def test_a_field_that_is_deleted_meanwhile_is_declared_again(
    dataset: fo.Dataset, halfway: Any
) -> None:
    dataset.delete_sample_field("lq_swap")
    finish(halfway)
    assert dataset.has_field("lq_swap")
    assert all(one.lq_swap is not None for one in dataset.iter_samples() if one.rank == 7)


@pytest.mark.parametrize("field", ["ground_truth", "predictions"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_labels_or_predictions_that_are_deleted_meanwhile_leave_a_run_to_delete(
    dataset: fo.Dataset, field: str, moment: int
) -> None:
    before = without_scores(documents(dataset))
    steps = iter_label_quality(dataset, RunSettings(key="lq", method="calibrated"))
    for _ in range(moment):
        next(steps)
    dataset.delete_sample_field(field)
    with pytest.raises(RuntimeError, match=f"'{field}.*deleted or renamed.*'lq' is incomplete"):
        finish(steps)
    dataset.delete_run("lq")
    for one in before:
        one.pop(field)
    assert documents(dataset) == before


VIEWS: dict[str, Callable[[fo.Dataset], Any]] = {
    "as the App leaves it": lambda dataset: dataset.exists("lq").sort_by("lq"),
    "of low scores": lambda dataset: dataset.match(fo.ViewField("lq") < 2).sort_by("lq_swap"),
    "with fields": lambda dataset: dataset.exists("lq").select_fields(
        ["lq", "ground_truth", "predictions"]
    ),
    "of labels with scores": lambda dataset: dataset.filter_labels(
        "ground_truth", fo.ViewField("lq_swap") >= 0, only_matches=False
    ),
}


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_that_the_run_s_own_scores_define(dataset: fo.Dataset, view: str) -> None:
    compute(dataset, key="lq")
    scores = dataset.values("lq")
    report = compute(VIEWS[view](dataset), key="lq")
    assert report.num_scored == len(dataset)
    assert dataset.values("lq") == scores
    assert odquality.worst_first(dataset, "lq").values("lq") == sorted(scores)


def test_modified_samples_are_scored_again_though_the_view_is_empty_by_now(
    dataset: fo.Dataset,
) -> None:
    compute(dataset, key="lq")
    steps = iter_label_quality(
        dataset.exists("lq").sort_by("lq"), RunSettings(key="lq", method="objectlab")
    )
    for _ in range(4):
        next(steps)
    for one in dataset:
        one.tags.append("seen")
        one.save()
    report = finish(steps)
    assert report.num_scored == len(dataset)
    assert report.unscored == {}
    assert_scored(dataset, expected_quality(dataset), key="lq")


def test_many_samples_are_modified_meanwhile(
    make_dataset: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are read again a few at a time."""
    monkeypatch.setattr(scoring, "_AGAIN_AT_ONCE", 3)
    dataset = make_dataset(random_samples(10))
    steps = iter_label_quality(dataset, RunSettings(key="lq", method="objectlab"))
    for _ in range(5):
        next(steps)
    dataset.set_values("tags", [["seen"]] * 9 + [["gone"]])
    dataset.delete_samples(dataset.match_tags("gone"))
    report = finish(steps)
    assert report.num_scored == 9
    assert report.unscored == {"modified or removed while the run went on": 1}
    assert dataset.count("lq") == 9


@pytest.mark.parametrize("end", ["close", "finish"])
@pytest.mark.parametrize("moment", [1, 5, 7])
def test_a_dataset_that_is_deleted_meanwhile(moment: int, end: str) -> None:
    dataset = fo.Dataset()
    dataset.add_samples(random_samples(8))
    steps = iter_label_quality(dataset, RunSettings(key="lq", method="objectlab"))
    for _ in range(moment):
        next(steps)
    dataset.delete()
    if end == "close":
        steps.close()
    else:
        with pytest.raises((ValueError, RuntimeError), match="was deleted"):
            finish(steps)
