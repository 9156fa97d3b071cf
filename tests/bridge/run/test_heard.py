"""Steps that take the database minutes: other machines hear of the process all the while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import fiftyone as fo
import fiftyone.core.odm as foo
import pytest

from odquality.bridge.store import claim, indexes, records, values
from tests.bridge.datasets import compute

KEY, SECONDS = "lq", 30
DEEDS: dict[str, Callable[[fo.Dataset], Any]] = {
    "run": lambda dataset: compute(dataset, key=KEY),
    "rename": lambda dataset: dataset.rename_run(KEY, "other"),
    "delete": lambda dataset: dataset.delete_run(KEY),
}


def heard_of(dataset: fo.Dataset) -> Any:
    """When the process that has the run in its hands last said that it lives."""
    (document,) = foo.get_db_conn().runs.find({"_dataset_id": dataset._doc.id})
    return document["config"]["heard_of"]


@pytest.mark.parametrize(
    ("deed", "module", "step"),
    [
        ("run", values, "clear"),
        ("run", indexes, "create"),
        ("rename", values, "rename"),
        ("rename", indexes, "rename"),
        ("delete", values, "clear"),
    ],
)
def test_who_waits_for_a_long_step_is_heard_of(
    dataset: fo.Dataset, monkeypatch: pytest.MonkeyPatch, deed: str, module: Any, step: str
) -> None:
    compute(dataset, key=KEY)
    do, heard = getattr(module, step), set[Any]()

    def take_long(*given: Any, **named: Any) -> Any:
        end = time.monotonic() + SECONDS
        while len(heard) < 3 and time.monotonic() < end:
            heard.add(heard_of(dataset))
        return do(*given, **named)

    monkeypatch.setattr(claim, "_BEAT_SECONDS", 0.01)
    monkeypatch.setattr(module, step, take_long)
    DEEDS[deed](dataset)
    assert len(heard) == 3
    (record,) = records.find_all(dataset) if deed != "delete" else [None]
    assert record is None or (record.is_complete and not record.owner)


def test_a_process_says_that_it_lives_often_enough() -> None:
    assert 0 < claim._BEAT_SECONDS < claim.owners.SILENT_SECONDS / 2
