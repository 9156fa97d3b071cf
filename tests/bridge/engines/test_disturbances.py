"""What happens to a run on many machines while it goes on, and how it ends."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

import fiftyone as fo
import pytest

import odquality
from odquality.bridge.engines.parts import Assignment, ObservePart, Part, ScorePart
from odquality.bridge.engines.parts_engine import PartsEngine, Work
from odquality.bridge.run.compute import iter_label_quality
from odquality.bridge.run.engine import Job
from odquality.bridge.run.settings import RunSettings
from odquality.bridge.store import records
from odquality.bridge.store.samples import view_stages
from tests.bridge.datasets import assert_scored, compute, expected_quality, random_samples
from tests.bridge.engines.runs import KEY, METHODS, Disorderly, all_of, contents, outcome

OBJECTLAB = RunSettings(key=KEY, method="objectlab")


class Interrupted(PartsEngine):
    """Does part after part in this process, and something else before one of them."""

    images_per_part = 1

    def __init__(self, kind: type, before: int, deed: Callable[[], object]) -> None:
        self._kind, self._before, self._deed = kind, before, deed

    def gather(self, work: Work, shared: Any, parts: Sequence[Part]) -> Any:
        found = None
        for number, part in enumerate(parts):
            if isinstance(work, self._kind) and number == self._before:
                self._deed()
            done = work(part, shared)
            found = done if found is None else found.merge(done)
        return found


@pytest.fixture
def dataset(make_dataset: Any) -> fo.Dataset:
    """Four chunks of samples."""
    return make_dataset(random_samples(25))


def fail() -> None:
    raise OSError("some\nmachine is on fire")


def test_an_edit_between_observing_and_scoring_survives_and_is_scored(dataset: fo.Dataset) -> None:
    edited_id = dataset.values("id")[9]

    def edit() -> None:
        edited = dataset[edited_id]
        edited.ground_truth.detections.append(fo.Detection(label="yak", bounding_box=[0, 0, 1, 1]))
        edited["note"] = "relabelled"
        edited.save()

    report = compute(dataset, key=KEY, engine=Interrupted(ScorePart, 1, edit))
    assert dataset[edited_id].note == "relabelled"
    assert report.num_scored == 25
    assert report.num_labels == dataset.count("ground_truth.detections")
    assert_scored(dataset, expected_quality(dataset), key=KEY)


def test_an_edit_while_a_part_is_scored_is_scored_too(
    dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, edited = odquality.bridge.run.scoring.Writer.write, []

    def edit_first(self: Any, chunk: Any, *values: Any) -> Any:
        if not edited:
            edited.append(str(chunk.sample_ids[2]))
            one = dataset[edited[0]]
            one.ground_truth = fo.Detections()
            one.save()
        return write(self, chunk, *values)

    monkeypatch.setattr(odquality.bridge.run.scoring.Writer, "write", edit_first)
    report = compute(dataset, key=KEY, engine=Disorderly())
    assert dataset[edited[0]].ground_truth.detections == []
    assert report.num_labels == dataset.count("ground_truth.detections")
    assert report.num_scored == 25
    assert_scored(dataset, expected_quality(dataset), key=KEY)


def test_samples_that_are_removed_meanwhile_are_told(dataset: fo.Dataset) -> None:
    def remove() -> None:
        dataset.delete_samples(dataset.values("id")[10:12])

    report = compute(dataset, key=KEY, engine=Interrupted(ScorePart, 1, remove))
    assert report.num_scored == len(dataset) == 23
    assert report.unscored == {"modified or removed while the run went on": 2}


@pytest.mark.parametrize("view", ["exists", "match"])
def test_a_view_that_the_run_s_own_scores_define(dataset: fo.Dataset, view: str) -> None:
    def scored(dataset: fo.Dataset) -> Any:
        if view == "exists":
            return dataset.exists(KEY).sort_by(KEY)
        return dataset.match(fo.ViewField(KEY) < 2).sort_by(f"{KEY}_swap")

    compute(dataset, key=KEY)
    scores = dataset.values(KEY)
    report = compute(scored(dataset), key=KEY, engine=Disorderly())
    assert report.num_scored == 25
    assert dataset.values(KEY) == scores


def test_a_view_that_shows_something_else_without_the_earlier_scores_is_refused(
    dataset: fo.Dataset,
) -> None:
    compute(dataset, key=KEY)
    before = list(dataset._sample_collection.find())
    view = dataset.filter_labels("ground_truth", fo.ViewField("lq_swap") < 0.5)
    with pytest.raises(ValueError, match=r"view that depends on \['lq_swap'\].*another key"):
        compute(view, key=KEY, engine=Disorderly())
    assert list(dataset._sample_collection.find()) == before
    compute(view, key="other", engine=Disorderly())


@pytest.mark.parametrize("earlier", [None, *METHODS])
def test_a_failure_before_anything_is_written(dataset: fo.Dataset, earlier: str | None) -> None:
    if earlier:
        odquality.compute_label_quality(dataset, key=KEY, method=earlier)
    before = list(dataset._sample_collection.find())
    with pytest.raises(RuntimeError, match=r"OSError: machine is on fire. Nothing was written"):
        compute(dataset, key=KEY, engine=Interrupted(ObservePart, 2, fail))
    assert list(dataset._sample_collection.find()) == before
    record = records.find(dataset, KEY)
    assert record.is_complete if earlier else record is None


@pytest.mark.parametrize("number", [0, -1, 2.5, "many", None, True])
def test_parts_have_a_number_of_images(dataset: fo.Dataset, number: Any) -> None:
    with pytest.raises(ValueError, match=r"images_per_part is .*; expected an integer from 1"):
        compute(dataset, key=KEY, engine=Disorderly(number))
    assert dataset.list_runs() == []


def test_whoever_would_end_the_program_ends_the_run_alone(dataset: fo.Dataset) -> None:
    """As what reads a command line does when it does not understand it."""
    with pytest.raises(RuntimeError, match=r"SystemExit: 2\. Nothing was written"):
        compute(dataset, key=KEY, engine=Interrupted(ObservePart, 1, lambda: sys.exit(2)))


@pytest.mark.parametrize("method", METHODS)
def test_a_failure_while_scores_are_written(dataset: fo.Dataset, method: str) -> None:
    expected = outcome(dataset, method=method)
    without = contents(dataset)
    with pytest.raises(RuntimeError, match=r"Run 'lq' is incomplete: run it again"):
        odquality.compute_label_quality(
            dataset, key=KEY, method=method, engine=Interrupted(ScorePart, 2, fail)
        )
    assert [KEY in one for one in contents(dataset)] == [True] * 14 + [False] * 11
    assert records.find(dataset, KEY).state == "incomplete"
    assert not records.find(dataset, KEY).is_in_progress
    assert outcome(dataset, method=method, engine=Disorderly()) == expected
    assert contents(dataset) == without


def test_data_that_make_no_sense_are_refused_as_ever(dataset: fo.Dataset) -> None:
    for one in dataset.iter_samples(autosave=True):
        for found in one.predictions.detections:
            found.confidence *= 100
    with pytest.raises(ValueError, match="percent or on another scale"):
        compute(dataset, key=KEY, engine=Disorderly())
    assert dataset.list_runs() == []


def test_a_run_that_is_deleted_meanwhile_stops(dataset: fo.Dataset) -> None:
    deleted = threading.Thread(target=lambda: dataset.delete_run(KEY))

    def delete() -> None:
        deleted.start()
        while records.find(dataset, KEY).state == "running":
            pass

    with pytest.raises(RuntimeError, match="deleted or taken over"):
        compute(dataset, key=KEY, engine=Interrupted(ScorePart, 2, delete))
    deleted.join()
    assert not any(KEY in one for one in contents(dataset))
    assert dataset.list_runs() == []


def test_a_run_that_is_closed_writes_nothing_any_more(dataset: fo.Dataset) -> None:
    reached, closing = threading.Event(), threading.Event()

    def pause() -> None:
        reached.set()
        closing.wait()

    engine = Interrupted(ScorePart, 2, pause)
    steps = iter_label_quality(dataset, OBJECTLAB, engine)
    while not reached.is_set():
        # Two of the four parts are done.
        assert next(steps).complete <= 0.5 + 0.5 * 14 / 25
    closer = threading.Thread(target=steps.close)
    closer.start()
    while "recalled" not in records.find(dataset, KEY).owner:
        pass
    closing.set()
    closer.join()
    assert sum(KEY in one for one in contents(dataset)) == 14
    assert records.find(dataset, KEY).state == "incomplete"
    compute(dataset, key=KEY)
    assert_scored(dataset, expected_quality(dataset), key=KEY)


@pytest.mark.parametrize(
    ("kind", "label", "complete"),
    [(ObservePart, "Read 14 of 25 images", 0.28), (ScorePart, "Scored 14 of 25 images", 0.78)],
)
def test_it_is_told_how_many_images_are_done(
    dataset: fo.Dataset, kind: type, label: str, complete: float
) -> None:
    go_on, told = threading.Event(), False
    steps = iter_label_quality(dataset, OBJECTLAB, Interrupted(kind, 2, go_on.wait))
    for number, step in enumerate(steps):
        if step.label == label:
            told = True
            assert step.complete == pytest.approx(complete)
        # Steps come by the second while the engine waits.
        if told or number > 60:
            go_on.set()
    assert told


def test_a_run_that_is_closed_before_it_writes(dataset: fo.Dataset) -> None:
    steps = iter_label_quality(dataset, OBJECTLAB, Disorderly())
    next(steps)
    steps.close()
    assert dataset.list_runs() == []
    assert not any(KEY in one for one in contents(dataset))


def test_a_straggler_changes_nothing(dataset: fo.Dataset) -> None:
    """A part that is done once more when the run is complete, by a machine that was given up."""
    kept: list[Any] = []

    class Keeping(Disorderly):
        def gather(self, work: Work, shared: Any, parts: Sequence[Part]) -> Any:
            kept[:] = work, parts[0], shared
            return super().gather(work, shared, parts)

    compute(dataset, key=KEY, engine=Keeping())
    before = list(dataset._sample_collection.find())
    work, part, shared = kept
    with pytest.raises(RuntimeError, match="deleted or taken over"):
        work(part, shared)
    assert list(dataset._sample_collection.find()) == before


def test_a_worker_with_another_database_says_so(dataset: fo.Dataset) -> None:
    assignment = Assignment.of(Job(dataset, OBJECTLAB))
    elsewhere = Assignment("nowhere", assignment.dataset_id, None, OBJECTLAB)
    namesake = Assignment(dataset.name, dataset.first()._doc.id, None, OBJECTLAB)
    assert all_of(assignment.job().samples) is dataset
    for one in (elsewhere, namesake):
        with pytest.raises(LookupError, match="workers need the FIFTYONE_DATABASE_URI"):
            one.job()


def test_views_are_the_same_elsewhere(dataset: fo.Dataset) -> None:
    view = dataset.match(fo.ViewField("rank") > 3).limit_labels("ground_truth", 2).shuffle(seed=1)
    again = Assignment.of(Job(view, OBJECTLAB)).job().samples
    assert again.values("id") == view.values("id")
    assert view_stages(again) == view_stages(view)
