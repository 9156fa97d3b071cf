"""What the processes do: they are users of the plugin, each with FiftyOne loaded afresh."""

from __future__ import annotations

import resource
from collections.abc import Callable
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import pymongo.monitoring
from fiftyone import ViewField as F
from fiftyone.operators.executor import ExecutionContext

import odquality
from benchmarks.faults.blows import Blow, Commands
from benchmarks.faults.scene import ADDED, KEY, NAME, OWN_FIELDS
from benchmarks.faults.sight import Record, Sight

COMPLETE = "complete"
OPERATOR = "@odquality/label-quality/compute_label_quality"

ALL, PART, SCORED = "all samples", "a part of the samples", "the scored samples, worst first"
VIEWS: dict[str, Callable[[fo.Dataset], Any]] = {
    ALL: lambda dataset: dataset,
    PART: lambda dataset: dataset.match(F("rank") % 2 == 0),
    SCORED: lambda dataset: dataset.exists(KEY).sort_by(KEY),
}

commands: Commands


class OutOfPatience(Exception):  # noqa: N818
    """Raised by the function that a run tells of its progress."""


def prepare(uri: str, server: int) -> None:
    """Points a fresh process to the database and listens to its commands."""
    global commands
    fo.config.database_uri = uri
    commands = Commands(server, uri)
    pymongo.monitoring.register(commands)


def compute(
    method: str,
    *,
    key: str = KEY,
    gt_field: str = "ground_truth",
    view: str = ALL,
    blow: Blow | None = None,
    steps: int | None = None,
    room: int | None = None,
) -> list[str]:
    """Runs.

    Args:
        method: of the run.
        key: of the run.
        gt_field: the labels.
        view: name of the samples to run on.
        blow: what happens to the process.
        steps: of progress, after which the function that is told of it raises.
        room: bytes for a temporary file, as in a folder that is nearly full.

    Returns:
        The writing commands that were sent.
    """
    samples = VIEWS[view](fo.load_dataset(NAME))
    if room is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    told = 0

    def progress(bar: Any) -> None:
        nonlocal told
        told += 1
        if told == steps:
            raise OutOfPatience

    commands.arm(blow)
    try:
        odquality.compute_label_quality(
            samples,
            gt_field=gt_field,
            pred_field="predictions",
            key=key,
            method=method,
            progress=False if steps is None else progress,
        )
    finally:
        commands.disarm()
    return commands.sent


def stream(method: str, *, key: str = KEY, steps: int) -> list[str]:
    """Runs as the App does, which closes the operator after so many messages."""
    params = {
        "gt_field": "ground_truth",
        "pred_field": "predictions",
        "key": key,
        "method": method,
    }
    request = {"dataset_name": NAME, "params": params, "operator_uri": OPERATOR}
    context = ExecutionContext(request, executor=foo.executor.Executor())
    messages = foo.get_operator(OPERATOR).execute(context)
    commands.arm(None)
    for _ in range(steps):
        next(messages)
    messages.close()
    commands.disarm()
    return commands.sent


def delete(key: str = KEY, *, blow: Blow | None = None) -> list[str]:
    """Deletes a run."""
    dataset = fo.load_dataset(NAME)
    commands.arm(blow)
    try:
        dataset.delete_run(key)
    finally:
        commands.disarm()
    return commands.sent


def rename(key: str, new_key: str, *, blow: Blow | None = None) -> list[str]:
    """Renames a run."""
    dataset = fo.load_dataset(NAME)
    commands.arm(blow)
    try:
        dataset.rename_run(key, new_key)
    finally:
        commands.disarm()
    return commands.sent


def look() -> Sight:
    """Looks at the dataset as anyone would who had no part in what happened.

    Every sample is loaded that has other fields, or other attributes on its labels, than the
    ones before: those are what FiftyOne may not know.
    """
    dataset = fo.load_dataset(NAME)
    shapes = {
        _shape(document): str(document["_id"]) for document in dataset._sample_collection.find()
    }
    for sample in dataset.select(list(shapes.values())).iter_samples():
        sample.to_dict()
    for field in dataset.get_field_schema(embedded_doc_type=fo.Detections):
        dataset.values(f"{field}.detections.label")
    return Sight({key: _record(dataset, key) for key in dataset.list_runs()})


def _shape(document: dict[str, Any]) -> tuple[frozenset[str], ...]:
    lists = [value["detections"] for value in document.values() if _is_detections(value)]
    labels = [name for detections in lists for label in detections for name in label]
    return frozenset(document), frozenset(labels)


def _is_detections(value: Any) -> bool:
    return isinstance(value, dict) and "detections" in value


def _record(dataset: fo.Dataset, key: str) -> Record:
    config = dataset.get_run_info(key).config
    # A record that says nothing takes itself for complete.
    complete = getattr(config, "state", COMPLETE) == COMPLETE
    field, owned = getattr(config, "score_field", key), frozenset(getattr(config, "paths", ()))
    try:
        results = dataset.load_run_results(key)
    except Exception as error:
        return Record(complete, None, None, field, owned, repr(error))
    report = {} if results is None else dict(results.report or {})
    return Record(complete, report.get("method"), report.get("num_scored"), field, owned)


def edit() -> None:
    """Corrects a label, adds a sample and deletes one, as people do while a run goes on."""
    dataset = fo.load_dataset(NAME)
    reviewed = dataset.match(F("ground_truth.detections").length() > 0).sort_by("rank")
    sample = reviewed.first()
    sample.ground_truth.detections[0].label = "cow"
    sample.save()
    dataset.delete_samples([reviewed.skip(1).first().id])
    # With an id that is the same each time, and nothing of a run.
    pattern = dataset._sample_collection.find_one({"rank": 0})
    empty = {"_cls": "Detections", "detections": []}
    added = {"_id": ADDED, "filepath": "/nowhere/added.jpg", "rank": -1}
    added |= {"ground_truth": empty, "predictions": empty}
    dataset._sample_collection.insert_one({name: pattern[name] for name in OWN_FIELDS} | added)


def rename_label_field() -> None:
    """Gives the labels another name, as people do between runs."""
    fo.load_dataset(NAME).rename_sample_field("ground_truth", "labels")


def delete_score_field() -> None:
    """Deletes one of a run's fields by hand."""
    fo.load_dataset(NAME).delete_sample_field(f"{KEY}_swap")
