"""Makes records of runs, hands them over and ends them.

FiftyOne itself deletes a record before it saves the next one under the key, and works on what the
process saw last. Here a record is made, handed over and completed by single atomic updates, so that
there is always one that is true of the values in the dataset.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any

import fiftyone as fo
from bson import ObjectId

from odquality.bridge.store import owner as owners
from odquality.bridge.store.records import (
    FORMAT,
    INCOMPLETE,
    RUN_METHOD,
    RUNNING,
    UNMARKED,
    RunRecord,
    read_record,
)
from odquality.bridge.store.results import delete
from odquality.bridge.store.run_documents import Document, datasets, links, runs
from odquality.bridge.store.times import utc_now


class RunLostError(RuntimeError):
    """The run is no longer in the hands of this process."""


class RunChangedError(ValueError):
    """The run was in the hands of another process since its record was read."""


class Claim:
    """A run in the hands of this process, from `claim` or `take_over` until `end` or `give_up`.

    It can be pickled: processes that work for this one then hold the run with it.
    """

    def __init__(self, run: ObjectId, owner: Mapping[str, Any]) -> None:
        self._run = run
        self._token = owner["token"]

    def __enter__(self) -> Claim:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self.give_up()

    def renew(self) -> None:
        """Says that this process lives.

        Raises:
            RunLostError: the run was deleted or is in other hands.
        """
        self.note({})

    def note(self, values: Mapping[str, Any]) -> None:
        """Changes entries of the configuration.

        Raises:
            RunLostError: the run was deleted or is in other hands.
        """
        changes = {f"config.{name}": {"$literal": value} for name, value in values.items()}
        self._update([{"$set": {**changes, "config.heard_of": "$$NOW"}}])

    def list_files(self, files: Iterable[ObjectId]) -> None:
        """Notes which files of results may be there.

        Raises:
            RunLostError: the run was deleted or is in other hands.
        """
        self.note({"files": _names(files)})

    def show(self, results: ObjectId | None) -> None:
        """Gives the run other results until it ends, or none.

        Raises:
            RunLostError: the run was deleted or is in other hands.
        """
        self._update({"$set": {"results": results}})

    def end(self, state: str, *, results: ObjectId | None, **values: Any) -> None:
        """Lets the run go in a state, with its results.

        Raises:
            RunLostError: the run was deleted or is in other hands.
        """
        self._update(
            {
                "$set": {
                    "results": results,
                    "config.state": state,
                    **{f"config.{name}": value for name, value in values.items()},
                },
                "$unset": {"config.owner": "", "config.heard_of": ""},
            }
        )
        owners.retire(self._token)

    def recall(self) -> None:
        """Stops other processes that work on the run for this one: all but `give_up` fails now."""
        held = {"_id": self._run, "config.owner.token": self._token}
        runs().update_one(held, {"$set": {"config.owner.recalled": True}})

    def give_up(self) -> bool:
        """Ends the run as incomplete, where it still is in these hands.

        Returns:
            Whether the record is gone, so that nobody else will clear away what the run wrote.
        """
        owners.retire(self._token)
        runs().update_one(
            {"_id": self._run, "config.owner.token": self._token},
            {
                "$set": {"config.state": INCOMPLETE},
                "$unset": {"config.owner": "", "config.heard_of": ""},
            },
        )
        # Whoever took the run over waits for this.
        runs().update_one(
            {"_id": self._run, "config.predecessor": self._token},
            {"$unset": {"config.predecessor": ""}},
        )
        return runs().find_one({"_id": self._run}, {"_id": 1}) is None

    def forget(self, dataset: fo.Dataset) -> None:
        """Removes the record itself, when nothing else is left of the run.

        First the dataset forgets the run: FiftyOne stumbles over runs that it knows and cannot
        find, and `sweep` finds those that it does not know.
        """
        for key, run in links(dataset).items():
            if run == self._run:
                named = {"_id": dataset._doc.id, f"runs.{key}": run}
                datasets().update_one(named, {"$unset": {f"runs.{key}": ""}})
        runs().delete_one({"_id": self._run})
        owners.retire(self._token)

    def has_predecessor(self) -> bool:
        """Whether the process that had the run before may not have noticed yet."""
        document = runs().find_one({"_id": self._run}, {"config.predecessor": 1})
        return bool(document and document.get("config", {}).get("predecessor"))

    @property
    def key(self) -> str | None:
        """Key of the run, which someone may have renamed meanwhile; None if it was deleted."""
        document = runs().find_one({"_id": self._run}, {"key": 1})
        return document["key"] if document else None

    def _update(self, update: Any) -> None:
        held = {
            "_id": self._run,
            "config.owner.token": self._token,
            "config.owner.recalled": {"$exists": False},
        }
        if not runs().update_one(held, update).matched_count:
            raise RunLostError(
                "the run was deleted or taken over by another process while it was computed; it "
                "stopped and wrote nothing more"
            )


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
            "files": _names(files),
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
        "files": _names(record.files),
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


def exchange_results(record: RunRecord, save: Callable[[ObjectId], None]) -> bool:
    """Gives a run that is in no hands other results.

    Args:
        record: the run as it was when the other results were made.
        save: writes them to a file with a given id.

    Returns:
        Whether the run still was as it was; if not, it keeps what it has.
    """
    file = ObjectId()
    own = {"config.run": str(record.id)}
    as_it_was = {**_as_it_was(record), "results": record.results}
    # The record knows the file before it is there: whatever cuts this off, it goes with the run.
    listed: Document = {"$set": own, "$addToSet": {"config.files": str(file)}}
    if record.is_copy or "files" not in record.config:
        listed = {"$set": {**own, "config.files": _names([*record.files, file])}}
    if not runs().update_one(as_it_was, listed).matched_count:
        return False
    save(file)
    shown = {"$set": {"results": file}, "$pull": {"config.files": {"$in": _names(record.files)}}}
    is_shown = bool(runs().update_one(as_it_was, shown).matched_count)
    delete(record.files if is_shown else [file])
    return is_shown


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


def _names(files: Iterable[ObjectId]) -> list[str]:
    """Ids as FiftyOne can show them, and write them to JSON."""
    return [str(file) for file in files]
