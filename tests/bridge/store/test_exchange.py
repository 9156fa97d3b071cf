"""Values that one process hands to another through the database."""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from bson import ObjectId

from odquality.bridge.store import exchange


@pytest.fixture
def slot() -> Iterator[ObjectId]:
    slot = ObjectId()
    yield slot
    exchange.empty([slot])
    assert exchange._pieces().count_documents({"slot": slot}) == 0


def test_a_value_that_is_larger_than_a_document(slot: ObjectId) -> None:
    value = {"numbers": np.arange(3_000_000), "name": "all"}
    exchange.put(slot, value)
    assert exchange._pieces().count_documents({"slot": slot}) == 3
    for _ in range(2):
        taken = exchange.take(slot)
        assert taken["name"] == "all"
        np.testing.assert_array_equal(taken["numbers"], value["numbers"])


def test_the_same_value_twice(slot: ObjectId) -> None:
    exchange.put(slot, [1, 2])
    exchange.put(slot, [1, 2])
    assert exchange.take(slot) == [1, 2]


def test_half_a_value_is_none(slot: ObjectId) -> None:
    exchange.put(slot, bytes(20 << 20))
    exchange._pieces().delete_one({"slot": slot, "number": 1})
    with pytest.raises(LookupError, match="nothing was handed over"):
        exchange.take(slot)
    exchange.put(slot, "whole")
    assert exchange.take(slot) == "whole"


def test_slots_are_apart(slot: ObjectId) -> None:
    exchange.put(slot, 1)
    with pytest.raises(LookupError):
        exchange.take(ObjectId())


def test_what_is_counted_twice_counts_once(slot: ObjectId) -> None:
    assert exchange.counted(slot) == 0
    other = ObjectId()
    for item, amount in [(0, 5), (2**40, 7), (0, 5)]:
        exchange.count(slot, item, amount)
        exchange.count(other, item, 100)
    assert exchange.counted(slot) == 12
    exchange.empty([other])
    assert exchange.counted(other) == 0
    assert exchange.counted(slot) == 12


def test_many_count_the_same_at_once(slot: ObjectId) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda item: exchange.count(slot, item // 4, 1), range(80)))
    assert exchange.counted(slot) == 20


def test_what_nobody_deletes_goes_after_a_week(slot: ObjectId) -> None:
    exchange.put(slot, 1)
    ages = [one.get("expireAfterSeconds") for one in exchange._pieces().list_indexes()]
    assert 7 * 24 * 3600 in ages
    assert exchange._pieces().find_one({"slot": slot})["made"] is not None
