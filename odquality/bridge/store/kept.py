"""What a run keeps beside its scores, in whichever file it is by now.

What is learnt comes in a new file, and the old one goes: also while another process reads it.
"""

from __future__ import annotations

from typing import Any

from bson import ObjectId

from odquality.bridge.store import results
from odquality.bridge.store.records import RunRecord
from odquality.bridge.store.run_documents import runs


def load_kept(record: RunRecord) -> dict[str, Any]:
    """What a run keeps, by name; nothing if it keeps nothing, or is not there any more."""
    file = record.results
    while True:
        kept = results.load(file)
        now = None if kept else current_file(record)
        if now in (None, file):
            return kept
        file = now


def kept_report(record: RunRecord) -> dict[str, Any]:
    """The report of a run; empty if it has none."""
    report = load_kept(record).get("report")
    return report if isinstance(report, dict) else {}


def current_file(record: RunRecord) -> ObjectId | None:
    """The file of results of a run as the database has it now."""
    found = runs().find_one({"_id": record.id}, {"results": 1})
    file = None if found is None else found.get("results")
    return file if isinstance(file, ObjectId) else None
