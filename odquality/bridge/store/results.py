"""The results of runs: files in the database, as FiftyOne's ``load_run_results`` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import fiftyone.core.odm as foo
import fiftyone.core.runs as focr
from bson import ObjectId, json_util
from gridfs import GridFS, NoFile


def save_report(report: Mapping[str, Any]) -> ObjectId:
    """Keeps a report as the results of a run.

    Public: ``dataset.save_run_results(key, results)``, which deletes the old file first and takes
    the run's place in the process for its place in the database.

    Args:
        report: JSON-serialisable values.

    Returns:
        The file for the run's record to name.
    """
    results = focr.RunResults(None, None, None, report=dict(report)).serialize()
    content = json_util.dumps(results).encode()
    return ObjectId(_files().put(content, content_type="application/json"))


def load_report(file: ObjectId | None) -> dict[str, Any] | None:
    """The report in a file of results, None if there is none.

    Public: ``dataset.load_run_results(key).report``.
    """
    try:
        content = _files().get(file).read()
    except NoFile:
        return None
    report = json_util.loads(content.decode()).get("report")
    return report if isinstance(report, dict) else None


def delete(file: ObjectId | None) -> None:
    """Deletes a file of results; one that is not there is deleted already."""
    if file is not None:
        _files().delete(file)


def _files() -> GridFS:
    return GridFS(foo.get_db_conn())
