"""The records of runs, in the database as it is now.

A record is FiftyOne's document of a custom run, so that FiftyOne lists, loads, renames and deletes
it. Its configuration says what the run wrote, in whose hands it is and how far it came:

    format      version of this form
    state       running, complete, incomplete, renaming or deleting
    paths       every path that the run writes
    to_clear    paths of an earlier run under the key whose values may still be there
    score_field the field with the images' scores
    key         the key that the fields are named after, which may be an earlier one
    new_key     the key that they are being renamed to
    files       files of results that may be there, besides the one that is shown
    owner       the process that computes it, while there is one
    heard_of    when that process last said that it lives

FiftyOne itself deletes a record before it saves the next one under the key, and works on what the
process saw last. Here a record is made, handed over and completed by single atomic updates, so that
there is always one that is true of the values in the dataset.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from types import TracebackType
from typing import Any

import fiftyone as fo
import fiftyone.core.odm as foo
from bson import ObjectId

from odquality.bridge.store import owner as owners
from odquality.bridge.store.legacy import legacy_paths, legacy_score_field

FORMAT = 2

RUN_METHOD = "odquality"

RUNNING, COMPLETE, INCOMPLETE = "running", "complete", "incomplete"
RENAMING, DELETING = "renaming", "deleting"

Document = dict[str, Any]


class RunLostError(RuntimeError):
    """The run is no longer in the hands of this process."""


@dataclass(frozen=True)
class RunRecord:
    """The record of a run of this plugin.

    Attributes:
        id: of its document.
        key: of the run.
        config: its configuration.
        results: the file with the results that it shows, None if there is none.
        silent_seconds: how long ago its owner said that it lives; 0 without an owner.
    """

    id: ObjectId
    key: str
    config: Mapping[str, Any]
    results: ObjectId | None = None
    silent_seconds: float = 0.0

    @property
    def state(self) -> str:
        """How far the run came; runs of before the first format were all recorded complete."""
        return str(self.config.get("state", COMPLETE))

    @property
    def is_complete(self) -> bool:
        """Whether all that the run was to write is there."""
        return self.state == COMPLETE

    @property
    def format(self) -> Any:
        """Version of the record's form, None for the first."""
        return self.config.get("format")

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that the run may have written, with those that it has still to clear away."""
        listed = _strings(self.config.get("paths")) + _strings(self.config.get("to_clear"))
        if self.format is None:
            listed += legacy_paths(self.field_key, self.config)
        return tuple(dict.fromkeys(listed))

    @property
    def field_key(self) -> str:
        """The key that the run's fields are named after: an earlier one, where they kept it."""
        return str(self.config.get("key") or self.key)

    @property
    def field_keys(self) -> set[str]:
        """The keys that fields of the run may be named after: two while it is renamed."""
        new = self.config.get("new_key")
        return {self.field_key, new} if isinstance(new, str) else {self.field_key}

    @property
    def score_field(self) -> str:
        """The field of a sample with its score."""
        return str(self.config.get("score_field") or legacy_score_field(self.field_key))

    @property
    def files(self) -> list[ObjectId]:
        """Every file of results that may be there."""
        listed = self.config.get("files")
        kept = listed if isinstance(listed, list) else []
        return [file for file in {*kept, self.results} if isinstance(file, ObjectId)]

    @property
    def owner(self) -> Mapping[str, Any]:
        """The process that has the run in its hands; empty if there is none."""
        found = self.config.get("owner")
        return found if isinstance(found, Mapping) else {}

    @property
    def is_in_progress(self) -> bool:
        """Whether a living process has the run in its hands."""
        return bool(self.owner) and owners.is_alive(self.owner, self.silent_seconds)

    def describe(self) -> str:
        """What is to be known of a run that is not complete, and what to do; for people."""
        if self.is_in_progress:
            where = owners.describe(self.owner)
            return f"run {self.key!r} is in progress in {where}; wait for its end"
        return (
            f"run {self.key!r} is incomplete: it was cut off. Run it again under the same key, or "
            f"delete it with all that it wrote: dataset.delete_run({self.key!r})"
        )


def find(dataset: fo.Dataset, key: str) -> RunRecord | None:
    """The record of this plugin's run under a key, None if there is none.

    Public: ``dataset.get_run_info(key)``, which is as this process last saw it.
    """
    document = _run_document(dataset, key)
    if document is None or not _is_own(document):
        return None
    return _record(document["_id"], key, document)


def find_all(dataset: fo.Dataset) -> list[RunRecord]:
    """The records of all runs of this plugin on a dataset, sorted by key."""
    found = [find(dataset, key) for key in sorted(_links(dataset))]
    return [record for record in found if record is not None]


def list_keys(dataset: fo.Dataset) -> list[str]:
    """Keys of the runs of this plugin on a dataset, sorted."""
    return [record.key for record in find_all(dataset)]


def has_other_run(dataset: fo.Dataset, key: str) -> bool:
    """Whether a run that is not this plugin's has a key."""
    document = _run_document(dataset, key)
    return document is not None and not _is_own(document)


def refresh(dataset: fo.Dataset, key: str) -> None:
    """Shows the record under a key as it is in the database to this process.

    Public: ``dataset.reload()``, which also forgets unsaved changes to samples.
    """
    dataset._doc.reload()
    dataset._run_cache.pop(key, None)


class Claim:
    """A run in the hands of this process, from `claim` or `take_over` until `end` or `give_up`."""

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

    def give_up(self) -> bool:
        """Ends the run as incomplete, where it still is in these hands.

        Returns:
            Whether the record is gone, so that nobody else will clear away what the run wrote.
        """
        owners.retire(self._token)
        _runs().update_one(
            {"_id": self._run, "config.owner.token": self._token},
            {
                "$set": {"config.state": INCOMPLETE},
                "$unset": {"config.owner": "", "config.heard_of": ""},
            },
        )
        # Whoever took the run over waits for this.
        _runs().update_one(
            {"_id": self._run, "config.predecessor": self._token},
            {"$unset": {"config.predecessor": ""}},
        )
        return _runs().find_one({"_id": self._run}, {"_id": 1}) is None

    def forget(self, dataset: fo.Dataset) -> None:
        """Removes the record itself, when nothing else is left of the run.

        First the dataset forgets the run: FiftyOne stumbles over runs that it knows and cannot
        find, and `sweep` finds those that it does not know.
        """
        for key, run in _links(dataset).items():
            if run == self._run:
                named = {"_id": dataset._doc.id, f"runs.{key}": run}
                _database().datasets.update_one(named, {"$unset": {f"runs.{key}": ""}})
        _runs().delete_one({"_id": self._run})
        owners.retire(self._token)

    def has_predecessor(self) -> bool:
        """Whether the process that had the run before may not have noticed yet."""
        document = _runs().find_one({"_id": self._run}, {"config.predecessor": 1})
        return bool(document and document.get("config", {}).get("predecessor"))

    @property
    def key(self) -> str | None:
        """Key of the run, which someone may have renamed meanwhile; None if it was deleted."""
        document = _runs().find_one({"_id": self._run}, {"key": 1})
        return document["key"] if document else None

    def _update(self, update: Any) -> None:
        held = {"_id": self._run, "config.owner.token": self._token}
        if not _runs().update_one(held, update).matched_count:
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

    Raises:
        ValueError: another run has registered itself under the key meanwhile.
    """
    owner = owners.new_owner()
    values = {
        "key": key,
        "version": fo.__version__,
        "timestamp": datetime.now(timezone.utc).replace(tzinfo=None),
        "view_stages": None if view_stages is None else list(view_stages),
        "results": None,
        "results_meta": {},
        "config": {
            **config,
            "format": FORMAT,
            "state": RUNNING,
            "paths": list(paths),
            "to_clear": list(to_clear),
            "score_field": score_field,
            "owner": owner,
        },
    }
    made = _insert(dataset, key, values) if previous is None else _replace(previous, values)
    if made is None:
        owners.retire(owner["token"])
        raise ValueError(
            f"key is {key!r}, under which another run has just been started; choose another key or "
            "wait for its end"
        )
    held = Claim(made, owner)
    held.renew()
    return held


def take_over(dataset: fo.Dataset, record: RunRecord, state: str, **values: Any) -> Claim:
    """Takes a run out of whatever hands it is in, to rename or delete it.

    Raises:
        ValueError: someone else did so first.
    """
    owner = owners.new_owner()
    changes: Document = {"state": state, "owner": owner, **values}
    if record.is_in_progress:
        changes["predecessor"] = record.owner["token"]
    update = {"$set": {f"config.{name}": value for name, value in changes.items()}}
    if not _runs().update_one(_as_it_was(record), update).matched_count:
        owners.retire(owner["token"])
        raise ValueError(f"run {record.key!r} was changed by another process; try again")
    held = Claim(record.id, owner)
    held.renew()
    return held


def sweep(dataset: fo.Dataset) -> list[ObjectId]:
    """Removes records that a cut left without the dataset knowing them.

    Returns:
        Their files of results.
    """
    known = [getattr(link, "id", link) for link in _links(dataset).values()]
    query = {
        "_dataset_id": dataset._doc.id,
        "config.method": RUN_METHOD,
        "_id": {"$nin": known},
    }
    files: list[ObjectId] = []
    for document in list(_runs().find(query)):
        record = _record(document["_id"], str(document.get("key")), document)
        # Another process may be about to make it known.
        if not record.is_in_progress:
            files += record.files
            _runs().delete_one({"_id": record.id})
    return files


def _insert(dataset: fo.Dataset, key: str, values: Mapping[str, Any]) -> ObjectId | None:
    document = {"_id": ObjectId(), "_dataset_id": dataset._doc.id, **values}
    _runs().insert_one(document)
    # The dataset may know a run whose document was lost.
    lost = _links(dataset).get(key) if _run_document(dataset, key) is None else None
    linked = _database().datasets.update_one(
        {"_id": dataset._doc.id, f"runs.{key}": {"$exists": False} if lost is None else lost},
        {"$set": {f"runs.{key}": document["_id"]}},
    )
    if linked.matched_count:
        return document["_id"]
    _runs().delete_one({"_id": document["_id"]})
    return None


def _replace(previous: RunRecord, values: Mapping[str, Any]) -> ObjectId | None:
    replaced = _runs().update_one(_as_it_was(previous), {"$set": dict(values)})
    return previous.id if replaced.matched_count else None


def _as_it_was(record: RunRecord) -> Document:
    """A query for a record that is still in the same hands, or in none, and in the same state."""
    token = record.owner.get("token")
    return {
        "_id": record.id,
        "config.state": record.config.get("state"),
        "config.owner.token": token,
    }


def _record(run: ObjectId, key: str, document: Mapping[str, Any]) -> RunRecord:
    config = document.get("config") or {}
    heard, now = config.get("heard_of"), document.get("now")
    silent = 0.0
    if isinstance(heard, datetime) and isinstance(now, datetime):
        silent = (now - heard).total_seconds()
    return RunRecord(run, key, config, document.get("results"), silent)


def _is_own(document: Mapping[str, Any]) -> bool:
    return (document.get("config") or {}).get("method") == RUN_METHOD


def _run_document(dataset: fo.Dataset, key: str) -> Document | None:
    link = _links(dataset).get(key) if isinstance(key, str) else None
    if link is None:
        return None
    pipeline = [{"$match": {"_id": getattr(link, "id", link)}}, {"$set": {"now": "$$NOW"}}]
    return next(iter(_runs().aggregate(pipeline)), None)


def _links(dataset: fo.Dataset) -> Mapping[str, Any]:
    document = _database().datasets.find_one({"_id": dataset._doc.id}, {"runs": 1})
    if document is None:
        raise ValueError(f"dataset {dataset.name!r} was deleted")
    return document.get("runs") or {}


def _strings(values: Any) -> list[str]:
    listed = values if isinstance(values, list) else []
    return [value for value in listed if isinstance(value, str)]


def _runs() -> Any:
    return _database().runs


def _database() -> Any:
    return foo.get_db_conn()
