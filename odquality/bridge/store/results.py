"""The results of runs: files in the database, as FiftyOne's ``load_run_results`` reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import fiftyone.core.odm as foo
import fiftyone.core.runs as focr
from bson import ObjectId, json_util
from gridfs import GridFS, NoFile
from gridfs.errors import CorruptGridFile

from odquality.bridge.store.moment import read_once


def save_report(file: ObjectId, report: Mapping[str, Any], **others: Any) -> None:
    """Keeps a report as the results of a run, and what else is to be known of it.

    Public: ``dataset.save_run_results(key, results)``, which deletes the old file first and takes
    the run's place in the process for its place in the database.

    Args:
        file: a new id, which the run's record names already: whatever cuts this off, the file is
            found and deleted with the run.
        report: JSON-serialisable values.
        **others: likewise, by other names.
    """
    results = focr.RunResults(None, None, None, report=dict(report), **others).serialize()
    content = json_util.dumps(results).encode()
    _files().put(content, _id=file, content_type="application/json")


def load(file: ObjectId | None) -> dict[str, Any]:
    """What `save_report` kept in a file, by name; nothing if there is no file, or not any more.

    Public: the attributes of ``dataset.load_run_results(key)``.
    """
    return read_once(("results", file), lambda: _load(file))


def _load(file: ObjectId | None) -> dict[str, Any]:
    try:
        content = _files().get(file).read()
    except (NoFile, CorruptGridFile):
        # Parts of a file that is being deleted may be gone already.
        return {}
    values = json_util.loads(content.decode())
    return {name: value for name, value in values.items() if name != "cls"}


def load_report(file: ObjectId | None) -> dict[str, Any] | None:
    """The report in a file of results, None if there is none."""
    report = load(file).get("report")
    return report if isinstance(report, dict) else None


def delete(files: Iterable[ObjectId]) -> None:
    """Deletes files of results; those that are not there are deleted already."""
    for file in files:
        _files().delete(file)


def _files() -> GridFS:
    return GridFS(foo.get_db_conn())
