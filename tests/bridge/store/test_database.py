"""The database is given no longer than people wait."""

from __future__ import annotations

import fiftyone as fo
import pytest

from odquality.bridge.store import database

# Some tenths of a second for each sample; what does not depend on it would be computed once.
_THOUSANDS = {"$range": [0, {"$multiply": [{"$strLenCP": "$filepath"}, 200]}]}
SLOW = {"$sum": {"$map": {"input": _THOUSANDS, "in": {"$sum": _THOUSANDS}}}}


def test_a_query_ends_when_its_time_is_over(dataset: fo.Dataset) -> None:
    asked = (database.find_documents(dataset, {}, {"one": SLOW}, within=0.05),)
    asked += (database.iter_documents(dataset, {"one": SLOW}, within=0.05),)
    for found in asked:
        with pytest.raises(TimeoutError, match=r"longer than 0\.05 s"):
            list(found)


def test_whoever_waits_long_enough_gets_all(dataset: fo.Dataset) -> None:
    found = database.find_documents(dataset, {}, {"one": {"$literal": 1}}, within=60)
    assert [row["one"] for row in found] == [1] * len(dataset)


def test_samples_are_read_as_they_are_stored(dataset: fo.Dataset) -> None:
    dataset.create_index("rank")
    dataset.set_values("rank", list(range(len(dataset), 0, -1)))
    some = [{"$match": {"rank": {"$gte": 0}}}]
    read = database.iter_documents(dataset, {"rank": 1}, before=some, as_stored=True)
    assert [row["rank"] for row in read] == dataset.values("rank")
