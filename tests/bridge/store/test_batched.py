"""Many things a few at a time."""

from __future__ import annotations

from odquality.bridge.store.batched import batched


def test_all_come_in_order_and_the_last_batch_may_be_smaller() -> None:
    assert list(batched(range(7), 3)) == [(0, 1, 2), (3, 4, 5), (6,)]
    assert list(batched("abcd", 2)) == [("a", "b"), ("c", "d")]
    assert list(batched([], 2)) == []


def test_no_more_is_read_than_is_asked_for() -> None:
    items = iter(range(10))
    batches = batched(items, 3)
    assert next(batches) == (0, 1, 2)
    assert next(items) == 3
