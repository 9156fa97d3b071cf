"""What belongs together stays in one fold, and folds are of equal sizes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from odquality.core.folds import connected, deal, rarest_values


def ints(values: Any) -> Any:
    return np.array(values, np.int64)


def connected_one_by_one(item: Any, value: Any, num_items: int) -> list[int]:
    """The same by merging sets."""
    sets = [{one} for one in range(num_items)]
    for a, va in zip(item, value, strict=True):
        for b, vb in zip(item, value, strict=True):
            if va == vb and sets[a] is not sets[b]:
                joined = sets[a] | sets[b]
                for one in joined:
                    sets[one] = joined
    return [min(one) for one in sets]


@pytest.mark.parametrize("seed", range(20))
def test_connected_as_by_merging_sets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    num_items, number = int(rng.integers(1, 30)), int(rng.integers(0, 40))
    item, value = rng.integers(num_items, size=number), rng.integers(12, size=number)
    expected = connected_one_by_one(item, value, num_items)
    assert connected(item, value, num_items).tolist() == expected


def test_a_long_chain_is_connected() -> None:
    number = 50_000
    # Each has a value in common with the next one, in an order that leads nowhere by itself.
    names = np.random.default_rng(0).permutation(number)
    item = np.concatenate([names[:-1], names[1:]])
    value = np.tile(np.arange(number - 1), 2)
    assert not connected(item, value, number).any()


def test_nothing_is_connected_to_nothing() -> None:
    assert connected(ints([]), ints([]), 3).tolist() == [0, 1, 2]
    assert connected(ints([]), ints([]), 0).tolist() == []


@pytest.mark.parametrize("num_folds", [2, 3, 7])
@pytest.mark.parametrize("seed", range(10))
def test_folds_differ_by_at_most_the_largest_group(num_folds: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 1 + rng.integers(1, 9), 60)
    fold = deal(sizes, rng.permutation(60), num_folds, rng.integers(0, 4, 60))
    load = np.bincount(fold, sizes, minlength=num_folds)
    assert load.max() - load.min() <= sizes.max()


@pytest.mark.parametrize("seed", range(10))
def test_single_items_are_spread_evenly_as_is_every_stratum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    number, num_folds = 203, 5
    stratum = rng.choice(4, number, p=[0.7, 0.2, 0.08, 0.02])
    fold = deal(np.ones(number, np.int64), rng.permutation(number), num_folds, stratum)
    counts = np.bincount(fold, minlength=num_folds)
    assert counts.max() - counts.min() <= 1
    for one in range(4):
        spread = np.bincount(fold[stratum == one], minlength=num_folds)
        assert spread.max() - spread.min() <= 2


def test_the_order_of_the_groups_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    sizes, order, stratum = rng.integers(1, 6, 50), rng.permutation(50), rng.integers(0, 3, 50)
    shuffled = rng.permutation(50)
    fold = deal(sizes, order, 4, stratum)
    again = deal(sizes[shuffled], order[shuffled], 4, stratum[shuffled])
    np.testing.assert_array_equal(again, fold[shuffled])


def test_other_orders_give_other_folds() -> None:
    ones, none = np.ones(100, np.int64), np.zeros(100, np.int64)
    first, other = (
        deal(ones, np.random.default_rng(seed).permutation(100), 5, none) for seed in (0, 1)
    )
    assert 0.1 < np.mean(first == other) < 0.35


def test_the_rarest_value_of_a_group_counts() -> None:
    group = ints([0, 0, 0, 1, 1, 2, 4])
    value = ints([2, 2, 5, 2, 7, 2, 7])
    # 2 is held by three groups, 7 by two, 5 by one.
    assert rarest_values(group, value, 5).tolist() == [6, 8, 3, 0, 8]


def test_of_equally_rare_values_the_lowest_counts() -> None:
    assert rarest_values(ints([0, 0]), ints([4, 3]), 1).tolist() == [4]
    assert rarest_values(ints([]), ints([]), 2).tolist() == [0, 0]
