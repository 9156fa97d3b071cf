"""What a run keeps is found while lessons put it into another file."""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
import fiftyone as fo
import fiftyone.core.odm as foo

import odquality
from odquality.bridge.store import records, results
from odquality.bridge.store.kept import kept_report, load_kept


def test_a_file_that_went_while_it_was_to_be_read(dataset: fo.Dataset) -> None:
    odquality.compute_label_quality(dataset, key="lq", method="calibrated")
    record = records.find(dataset, "lq")
    assert record is not None
    report = kept_report(record)
    odquality.recalibrate_run(dataset, "lq", [])
    assert results.load(record.results) == {}
    assert kept_report(record) == report
    dataset.delete_run("lq")
    assert load_kept(record) == kept_report(record) == {}


def test_a_file_of_which_parts_are_gone_is_none_any_more(dataset: fo.Dataset) -> None:
    odquality.compute_label_quality(dataset, key="lq", method="calibrated")
    record = records.find(dataset, "lq")
    assert record is not None
    chunks = foo.get_db_conn()["fs.chunks"]
    assert chunks.delete_many({"files_id": record.results}).deleted_count == 1
    assert load_kept(record) == {}
