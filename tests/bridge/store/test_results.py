"""Results are files that FiftyOne reads, and that are found whatever cuts their writing off."""

from __future__ import annotations

import fiftyone.core.odm as foo
from bson import ObjectId

from odquality.bridge.store import results


def test_reports_come_back() -> None:
    file = ObjectId()
    results.save_report(file, {"number": 3, "list": [1.5, None], "text": "é"})
    assert results.load_report(file) == {"number": 3, "list": [1.5, None], "text": "é"}
    results.delete([file])
    assert results.load_report(file) is None


def test_what_is_not_there() -> None:
    assert results.load_report(None) is None
    assert results.load_report(ObjectId()) is None
    results.delete([ObjectId()])


def test_a_file_of_which_only_a_part_was_written_is_deleted_too() -> None:
    file = ObjectId()
    results.save_report(file, {"number": 3})
    foo.get_db_conn()["fs.files"].delete_one({"_id": file})
    results.delete([file])
    assert foo.get_db_conn()["fs.chunks"].count_documents({"files_id": file}) == 0
