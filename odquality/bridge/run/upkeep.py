"""What happens to a run after it was made: its fields are listed, renamed and deleted with it.

Whatever cuts these off, samples can be loaded at any time, for fields are declared before they have
values and as long as they have any; and the record lists all that is left to be cleared away.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable

import fiftyone as fo
from bson import ObjectId
from fiftyone.core.collections import SampleCollection
from pymongo.errors import ConnectionFailure

from odquality.bridge.decisions.field import drop_idle_indexes
from odquality.bridge.run.lookup import no_such_run
from odquality.bridge.run.ownership import (
    check_key,
    check_writable,
    copied_paths,
    owned_paths,
    writable,
)
from odquality.bridge.store import handover, indexes, records, results, schema, values
from odquality.bridge.store.app_config import forget_paths, rename_paths
from odquality.bridge.store.claim import Claim
from odquality.bridge.store.database import forget_loaded_values
from odquality.bridge.store.samples import check_collection, dataset_of

logger = logging.getLogger(__name__)

# How long a deletion waits for another process to notice that its run is being deleted, or for the
# database to come back.
_WAIT_SECONDS = 30
_PAUSE_SECONDS = 0.05


def list_fields(dataset: fo.Dataset, key: str) -> list[str]:
    """Fields that a run read and wrote, as far as they are there."""
    record = records.find(dataset, key)
    if record is None:
        return []
    declared = schema.declared(dataset)
    read = [path for path in (record.gt_field, record.pred_field) if path in declared]
    return [*read, *sorted(owned_paths(declared, record) & set(declared))]


def delete_run(samples: SampleCollection, key: str) -> None:
    """Deletes a run with all that it wrote, as ``dataset.delete_run(key)`` does.

    It also deletes what is left of a run whose record is not there: in clones and copies of views,
    or where the record was deleted by a process that could not import this package.

    Args:
        samples: a dataset or view.
        key: of the run.

    Raises:
        ValueError: there is neither such a run of this plugin nor anything left of one.
    """
    dataset = dataset_of(check_collection(samples))
    schema.refresh(dataset)
    if records.find(dataset, key) is not None:
        dataset.delete_run(key)
        return
    left = copied_paths(schema.declared(dataset), key) if isinstance(key, str) else set()
    if not left:
        raise no_such_run(dataset, key)
    remove(dataset, left)


def delete_fields(dataset: fo.Dataset, key: str) -> None:
    """Deletes all that a run wrote; read-only fields stay and are no longer the run's.

    A process that still computes the run stops before its next samples. While the database is out
    of reach, or another process is faster, this tries again: FiftyOne deletes the record whether
    its fields could be or not.
    """
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            return _delete_fields(dataset, key)
        except (ConnectionFailure, handover.RunChangedError):
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)


def _delete_fields(dataset: fo.Dataset, key: str) -> None:
    record = records.find(dataset, key)
    if record is None:
        return
    with handover.take_over(dataset, record, records.DELETING) as claim, claim.heard():
        _wait_for_predecessor(claim)
        remove(dataset, owned_paths(schema.declared(dataset), record))
        others = [one for one in records.find_all(dataset) if one.key != key]
        drop_idle_indexes(dataset, [one.gt_field for one in others])
        claim.show(None)
        results.delete([*record.files, *handover.sweep(dataset)])
        claim.forget(dataset)
    records.hide(dataset, key)


def remove(dataset: fo.Dataset, owned: Collection[str]) -> None:
    """Removes values, indexes and declarations of a run, and its fields from the App."""
    paths = writable(schema.declared(dataset), owned)
    if kept := sorted(set(owned) - set(paths)):
        logger.warning("Fields %s are read-only and stay", kept)
    values.clear(dataset, paths)
    indexes.drop(dataset, paths)
    schema.remove(dataset, paths)
    forget_loaded_values(dataset, paths)
    forget_paths(dataset, paths)


def remove_unowned(dataset: fo.Dataset, paths: Collection[str]) -> None:
    """Removes those of some paths that no run has."""
    declared = schema.declared(dataset)
    others = [owned_paths(declared, record) for record in records.find_all(dataset)]
    remove(dataset, set(paths).difference(*others))


def rename_fields(dataset: fo.Dataset, key: str, new_key: str) -> None:
    """Gives the fields of a run the names that they would have under a new key.

    Raises:
        ValueError: the new key cannot name fields, the run is in progress, a field is read-only, or
            a new name is taken. All fields have their old names then, and the record lists those,
            whatever its key.
    """
    record = records.find(dataset, key)
    if record is None:
        return
    if record.format is None:
        # Whatever becomes of this, FiftyOne gives the record the new key.
        record = handover.complete_legacy(record)
    check_key(new_key)
    if record.is_in_progress:
        raise ValueError(record.describe())
    if new_key == record.field_key:
        # They have kept their names when the run was renamed before, and it gets its old key back.
        return
    declared = schema.declared(dataset)
    owned = owned_paths(declared, record)
    new_paths = {path: _renamed(path, record.field_key, new_key) for path in owned}
    _check_free(dataset, new_paths.values())
    check_writable(declared, sorted(owned), f"run {key!r} would rename them")
    both = [*new_paths, *new_paths.values()]
    renaming = {"paths": both, "new_key": new_key}
    with handover.take_over(dataset, record, records.RENAMING, **renaming) as claim, claim.heard():
        schema.change(dataset, key=new_key, copy=new_paths)
        values.rename(dataset, new_paths)
        indexes.rename(dataset, new_paths)
        schema.remove(dataset, list(new_paths))
        rename_paths(dataset, new_paths)
        kept, file = results.load(record.results), ObjectId()
        kept["report"] = {**(results.load_report(record.results) or {}), "key": new_key}
        claim.list_files([*record.files, file])
        results.save_report(file, **kept)
        claim.end(
            record.state,
            results=file,
            key=new_key,
            new_key=None,
            paths=[new_paths.get(path, path) for path in record.paths],
            score_field=new_paths.get(record.score_field, record.score_field),
        )
    results.delete(record.files)
    records.refresh(dataset, key)
    forget_loaded_values(dataset, list(new_paths))


def _renamed(path: str, key: str, new_key: str) -> str:
    parent, dot, name = path.rpartition(".")
    return parent + dot + new_key + name.removeprefix(key)


def _check_free(dataset: fo.Dataset, paths: Iterable[str]) -> None:
    new = list(paths)
    declared = schema.declared(dataset)
    taken = [path for path in new if path in declared] or values.first_with(dataset, new)
    if taken:
        raise ValueError(f"{taken} exist already; the fields of the run keep their names")


def _wait_for_predecessor(claim: Claim) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while claim.has_predecessor() and time.monotonic() < deadline:
        time.sleep(_PAUSE_SECONDS)
