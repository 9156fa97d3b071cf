"""Makes records of runs, hands them over and ends them.

FiftyOne itself deletes a record before it saves the next one under the key, and works on what the
process saw last. Here a record is made, handed over and completed by single atomic updates, so that
there is always one that is true of the values in the dataset.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import fiftyone as fo
from bson import ObjectId

from odquality.bridge.store import owner as owners
from odquality.bridge.store.claim import Claim, file_names
from odquality.bridge.store.records import (
    FORMAT,
    RUN_METHOD,
    RUNNING,
    UNMARKED,
    RunRecord,
    read_record,
)
from odquality.bridge.store.results import delete
from odquality.bridge.store.run_documents import Document, datasets, links, runs
from odquality.bridge.store.times import utc_now


class RunChangedError(ValueError):
    """The run was in the hands of another process since its record was read."""


def claim(
    dataset: fo.Dataset,
    key: str,
    config: Mapping[str, Any],
    *,
    paths: Sequence[str],
    to_clear: Sequence[str],
    score_field: str,
    view_stages: Sequence[str] | None,
    previous: RunRecord | None,
    files: Iterable[ObjectId] = (),
) -> Claim:
    """Makes the record of a run, or puts it into the place of the previous one under the key.

    Args:
        dataset: that the run is on.
        key: of the run.
        config: further entries of its configuration.
        paths: every path that it will write.
        to_clear: paths of earlier runs to be cleared.
        score_field: the field with the images' scores.
        view_stages: stages of the view that it scores, as JSON; None for all samples.
        previous: the record under the key as it was when all was checked, None if there was none.
        files: files of results that are there or will be.

    Raises:
        ValueError: another run has registered itself under the key meanwhile.
    """
    owner = owners.new_owner()
    run = ObjectId() if previous is None else previous.id
    values = {
        "key": key,
        "version": fo.__version__,
        "timestamp": utc_now(),
        "view_stages": None if view_stages is None else list(view_stages),
        "results": None,
        "results_meta": {},
        "config": {
            **config,
            "format": FORMAT,
            "run": str(run),
            "state": RUNNING,
            "paths": list(paths),
            "to_clear": list(to_clear),
            "files": file_names(files),
            "score_field": score_field,
            "owner": owner,
        },
    }
    if previous is None:
        is_made = _insert(dataset, key, {"_id": run, **values})
    else:
        is_made = _replace(previous, values)
    if not is_made:
        owners.retire(owner["token"])
        raise ValueError(
            f"key is {key!r}, under which another run has just been started; choose another key or "
            "wait for its end"
        )
    held = Claim(run, owner)
    held.renew()
    return held


def take_over(dataset: fo.Dataset, record: RunRecord, state: str, **values: Any) -> Claim:
    """Takes a run out of whatever hands it is in, to rename or delete it.

    Raises:
        RunChangedError: someone else did so first.
    """
    owner = owners.new_owner()
    changes: Document = {
        "run": str(record.id),
        "files": file_names(record.files),
        "state": state,
        "owner": owner,
        "predecessor": record.owner["token"] if record.is_in_progress else None,
        **values,
    }
    update = {"$set": {f"config.{name}": value for name, value in changes.items()}}
    if not runs().update_one(_as_it_was(record), update).matched_count:
        owners.retire(owner["token"])
        raise RunChangedError(f"run {record.key!r} was changed by another process; try again")
    held = Claim(record.id, owner)
    held.renew()
    return held


def exchange_results(
    record: RunRecord, save: Callable[[ObjectId], None], noted: Mapping[str, Any] | None = None
) -> ObjectId | None:
    """Gives a run that is in no hands other results.

    Args:
        record: the run as it was when the other results were made.
        save: writes them to a file with a given id.
        noted: entries of its configuration that go with them.

    Returns:
        The file; None where the run was no longer as it was, and keeps what it has.
    """
    file = ObjectId()
    own = {"config.run": str(record.id)}
    as_it_was = {**_as_it_was(record), "results": record.results}
    # The record knows the file before it is there: whatever cuts this off, it goes with the run.
    listed: Document = {"$set": own, "$addToSet": {"config.files": str(file)}}
    if record.is_copy or "files" not in record.config:
        listed = {"$set": {**own, "config.files": file_names([*record.files, file])}}
    if not runs().update_one(as_it_was, listed).matched_count:
        return None
    save(file)
    entries = {f"config.{name}": value for name, value in (noted or {}).items()}
    shown = {
        "$set": {"results": file, **entries},
        "$pull": {"config.files": {"$in": file_names(record.files)}},
    }
    is_shown = bool(runs().update_one(as_it_was, shown).matched_count)
    delete(record.files if is_shown else [file])
    return file if is_shown else None


def note_corrected(record: RunRecord, lesson: str) -> None:
    """Notes that what is open was corrected by a lesson, if it is the last one still."""
    of_lesson = {"_id": record.id, "config.lesson": lesson}
    runs().update_one(of_lesson, {"$set": {"config.corrected": lesson}})


def complete_legacy(record: RunRecord) -> RunRecord:
    """Adds to a record of the first version what its run wrote, which it tells by its key alone."""
    added = {
        "format": UNMARKED,
        "state": record.state,
        "key": record.key,
        "paths": list(record.paths),
        "score_field": record.score_field,
    }
    update = {"$set": {f"config.{name}": value for name, value in added.items()}}
    runs().update_one(_as_it_was(record), update)
    return replace(record, config={**record.config, **added})


def sweep(dataset: fo.Dataset) -> list[ObjectId]:
    """Removes records that a cut left without the dataset knowing them.

    Returns:
        Their files of results.
    """
    known = [getattr(link, "id", link) for link in links(dataset).values()]
    query = {
        "_dataset_id": dataset._doc.id,
        "config.method": RUN_METHOD,
        "_id": {"$nin": known},
    }
    files: list[ObjectId] = []
    for document in list(runs().find(query)):
        record = read_record(document["_id"], str(document.get("key")), document)
        # Another process may be about to make it known.
        if not record.is_in_progress:
            files += record.files
            runs().delete_one({"_id": record.id})
    return files


def _insert(dataset: fo.Dataset, key: str, values: Mapping[str, Any]) -> bool:
    document = {"_dataset_id": dataset._doc.id, **values}
    linked = False
    try:
        runs().insert_one(document)
        linked = _link(dataset, key, document["_id"])
    finally:
        if not linked:
            runs().delete_one({"_id": document["_id"]})
    return linked


def _link(dataset: fo.Dataset, key: str, run: ObjectId) -> bool:
    """Makes a run known to a dataset, unless it knows another under the key."""
    # It may know a run whose document was lost. Looked for by the link that was read: the key may
    # be another process's by the time that it is read again.
    link = links(dataset).get(key)
    is_lost = link is not None and not runs().count_documents({"_id": getattr(link, "id", link)})
    vacant = link if is_lost else {"$exists": False}
    found = {"_id": dataset._doc.id, f"runs.{key}": vacant}
    return bool(datasets().update_one(found, {"$set": {f"runs.{key}": run}}).matched_count)


def _replace(previous: RunRecord, values: Mapping[str, Any]) -> bool:
    replaced = runs().update_one(_as_it_was(previous), {"$set": dict(values)})
    return bool(replaced.matched_count)


def _as_it_was(record: RunRecord) -> Document:
    """A query for a record that is still in the same hands, or in none, and in the same state."""
    owner = record.config.get("owner")
    query: Document = {
        "_id": record.id,
        "config.state": {"$eq": record.config.get("state")},
        "config.owner": {"$eq": owner},
    }
    # Whoever had it in hands meanwhile and let it go again left other results.
    return query if owner else {**query, "results": {"$eq": record.results}}
