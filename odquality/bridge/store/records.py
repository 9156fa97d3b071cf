"""The records of runs, in the database as it is now.

A record is FiftyOne's document of a custom run, so that FiftyOne lists, loads, renames and deletes
it. Its configuration says what the run wrote, in whose hands it is and how far it came:

    format      version of this form
    state       running, complete, incomplete, renaming or deleting
    paths       every path that the run writes
    to_clear    paths of an earlier run under the key whose values may still be there
    scoring     tells this scoring from others under the same key, in copies too
    scorings    those before it under the key
    hides_labels
                whether the view that was scored hides labels of its images
    edits_labels
                whether it shows other classes or boxes of them than are stored
    score_field the field with the images' scores
    learnt_from how many decisions of its review its last lesson is from; none before the first
    lesson      id of that lesson
    corrected   id of the lesson by which what is open was corrected last
    key         the key that the fields are named after, which may be an earlier one
    new_key     the key that they are being renamed to
    files       files of results that may be there, besides the one that is shown
    run         id of the record's document: a clone of the dataset has another record, whose files
                and owner are not those that it lists
    owner       the process that computes it, while there is one
    heard_of    when that process last said that it lives
    predecessor token of the owner that the run was taken from, until that has noticed

`handover` makes and changes records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import fiftyone as fo
from bson import ObjectId
from mongoengine.base.datastructures import BaseDict

from odquality.bridge.store import owner as owners
from odquality.bridge.store.dataset_document import reload
from odquality.bridge.store.field_names import FieldNames
from odquality.bridge.store.legacy import legacy_paths, legacy_score_field
from odquality.bridge.store.run_documents import links, run_document
from odquality.bridge.store.times import utc_now

FORMAT = 2
# A record of the first version to which its paths were added later.
UNMARKED = 1

RUN_METHOD = "odquality"

RUNNING, COMPLETE, INCOMPLETE = "running", "complete", "incomplete"
RENAMING, DELETING = "renaming", "deleting"

# No process that lives takes longer to correct what is open.
_LONGEST_CORRECTION = timedelta(minutes=5)


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
    def has_marks(self) -> bool:
        """Whether the run marked its fields, so that others under their names are not its own."""
        return self.format not in (None, UNMARKED)

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
        # The first version renamed fields with their run, and not what it had noted.
        noted = None if self.format is None else self.config.get("key")
        return noted if isinstance(noted, str) and noted else self.key

    @property
    def names(self) -> FieldNames:
        """The names of the run's fields, as they are now."""
        return FieldNames(self.field_key)

    @property
    def gt_field(self) -> str:
        """Path of the labels when they were scored; they may have another one by now."""
        return str(self.config.get("gt_field"))

    @property
    def pred_field(self) -> str:
        """Path of the predictions when they were scored, likewise."""
        return str(self.config.get("pred_field"))

    @property
    def hides_labels(self) -> bool:
        """Whether the view that was scored hides labels of its images."""
        return bool(self.config.get("hides_labels"))

    @property
    def edits_labels(self) -> bool:
        """Whether it shows other classes or boxes of labels than are stored."""
        return bool(self.config.get("edits_labels"))

    @property
    def field_keys(self) -> set[str]:
        """The keys that fields of the run may be named after: two while it is renamed."""
        new = self.config.get("new_key")
        return {self.field_key, new} if isinstance(new, str) else {self.field_key}

    @property
    def is_between_keys(self) -> bool:
        """Whether it is being renamed, or that was cut off: each field may have either name."""
        return len(self.field_keys) > 1

    @property
    def scorings(self) -> tuple[str, ...]:
        """All scorings under the run's key that are known, the last one last."""
        return *_strings(self.config.get("scorings")), str(self.config.get("scoring", ""))

    @property
    def score_field(self) -> str:
        """The field of a sample with its score."""
        return str(self.config.get("score_field") or legacy_score_field(self.field_key))

    @property
    def learnt_from(self) -> int:
        """How many decisions of its review the last lesson of the run is from."""
        number = self.config.get("learnt_from")
        return number if isinstance(number, int) else 0

    @property
    def is_corrected(self) -> bool:
        """Whether what is open was corrected by the last lesson, or may be at this moment."""
        lesson = self.config.get("lesson")
        if lesson == self.config.get("corrected") or not ObjectId.is_valid(lesson):
            return True
        begun = ObjectId(lesson).generation_time.replace(tzinfo=None)
        return utc_now() - begun < _LONGEST_CORRECTION

    @property
    def is_copy(self) -> bool:
        """Whether another record was copied here, with its dataset."""
        return self.config.get("run", str(self.id)) != str(self.id)

    @property
    def files(self) -> list[ObjectId]:
        """Every file of results that may be there."""
        listed = [] if self.is_copy else _strings(self.config.get("files"))
        kept = {ObjectId(file) for file in listed if ObjectId.is_valid(file)}
        return [file for file in {*kept, self.results} if isinstance(file, ObjectId)]

    @property
    def owner(self) -> Mapping[str, Any]:
        """The process that has the run in its hands; empty if there is none."""
        found = self.config.get("owner")
        if self.is_copy or not isinstance(found, Mapping):
            return {}
        return found if isinstance(found.get("token"), str) else {}

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
    document = run_document(dataset, key)
    if document is None or not _is_own(document):
        return None
    return read_record(document["_id"], key, document)


def find_all(dataset: fo.Dataset) -> list[RunRecord]:
    """The records of all runs of this plugin on a dataset, sorted by key."""
    found = [find(dataset, key) for key in sorted(links(dataset))]
    return [record for record in found if record is not None]


def list_keys(dataset: fo.Dataset) -> list[str]:
    """Keys of the runs of this plugin on a dataset, sorted."""
    return [record.key for record in find_all(dataset)]


def scorings_of_others(dataset: fo.Dataset, key: str) -> set[str]:
    """All scorings that are known of the runs under other keys, as decisions name them."""
    others = (record for record in find_all(dataset) if record.key != key)
    return {scoring for record in others for scoring in record.scorings if scoring}


def has_other_run(dataset: fo.Dataset, key: str) -> bool:
    """Whether a run that is not this plugin's has a key."""
    document = run_document(dataset, key)
    return document is not None and not _is_own(document)


def refresh(dataset: fo.Dataset, key: str) -> None:
    """Shows the record under a key as it is in the database to this process.

    Public: ``dataset.reload()``, which also forgets unsaved changes to samples.

    Raises:
        DatasetDeletedError: the dataset was deleted, by whichever process.
    """
    reload(dataset)
    dataset._run_cache.pop(key, None)


class _Links(BaseDict):
    """Links of a dataset to its runs, which do not change when a key goes that is not there.

    Those of FiftyOne's documents would be saved as changed, which removes the key all the same.
    """

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        super().__delitem__(key)


def hide(dataset: fo.Dataset, key: str) -> None:
    """Shows no record under a key to this process, whatever there is in the database.

    FiftyOne takes the key away after a run has deleted itself, and by then it may be that of
    another process's new run.
    """
    refresh(dataset, key)
    shown = {name: run for name, run in dataset._doc.runs.items() if name != key}
    dataset._doc._data["runs"] = _Links(shown, dataset._doc, "runs")


def read_record(run: ObjectId, key: str, document: Mapping[str, Any]) -> RunRecord:
    """The record in a document of a run of this plugin."""
    config = _config(document)
    heard, now = config.get("heard_of"), document.get("now")
    silent = 0.0
    if isinstance(heard, datetime) and isinstance(now, datetime):
        silent = (now - heard).total_seconds()
    return RunRecord(run, key, config, document.get("results"), silent)


def _is_own(document: Mapping[str, Any]) -> bool:
    return _config(document).get("method") == RUN_METHOD


def _config(document: Mapping[str, Any]) -> Mapping[str, Any]:
    found = document.get("config")
    return found if isinstance(found, Mapping) else {}


def _strings(values: Any) -> list[str]:
    listed = values if isinstance(values, list) else []
    return [value for value in listed if isinstance(value, str)]
