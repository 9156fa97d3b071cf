"""Parts of a dataset for out-of-fold predictions: what belongs together stays in one part."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from odquality.core.scenes import IntArray


def connected(item: IntArray, value: IntArray, num_items: int) -> IntArray:
    """Which items belong together: those that share a value, directly or through others.

    Args:
        item: (n,) int64 in [0, num_items): who has a value. An item may have none, or several.
        value: (n,) int64 the value, of at least 0.
        num_items: how many items there are.

    Returns:
        (num_items,) int64: the first item of those that each belongs with.
    """
    first = np.arange(num_items)
    num_values = 1 + value.max(initial=-1)
    while True:
        of_value = np.full(num_values, num_items)
        np.minimum.at(of_value, value, first[item])
        lower = first.copy()
        np.minimum.at(lower, item, of_value[value])
        # Whoever leads to an item that leads on goes all the way, so that long chains are short.
        lower = lower[lower]
        if np.array_equal(lower, first):
            return first
        first = lower


def deal(sizes: IntArray, order: NDArray[Any], num_folds: int, stratum: IntArray) -> IntArray:
    """Deals groups out to folds of as equal sizes as can be.

    The largest groups come first, each into the fold that is the smallest so far; so two folds
    differ by at most the size of the largest group, and by at most 1 where each group is one item.
    Where folds are equally large, the one with the least of the group's stratum takes it.

    Args:
        sizes: (G,) int64 number of items of each group.
        order: (G,) of any type that sorts: groups of the same size are dealt in this order, which
            is to be different for all of them.
        num_folds: how many folds there are.
        stratum: (G,) int64 of at least 0: groups of the same stratum are spread over the folds.

    Returns:
        (G,) int64 in [0, num_folds): the fold of each group.
    """
    fold = np.zeros(len(sizes), np.int64)
    dealt = [0] * num_folds
    of_stratum = [[0] * num_folds for _ in range(1 + int(stratum.max(initial=-1)))]
    turn = np.lexsort((order, stratum, -sizes))
    for group, size, layer in zip(
        turn.tolist(), sizes[turn].tolist(), stratum[turn].tolist(), strict=True
    ):
        spread = of_stratum[layer]
        taker = min(range(num_folds), key=lambda one: (dealt[one], spread[one], one))
        dealt[taker] += size
        spread[taker] += size
        fold[group] = taker
    return fold


def rarest_values(group: IntArray, value: IntArray, num_groups: int) -> IntArray:
    """The value of each group that the fewest groups have.

    Args:
        group: (n,) int64 in [0, num_groups): who has a value, once or more often.
        value: (n,) int64 of at least 0.
        num_groups: how many groups there are.

    Returns:
        (num_groups,) int64: a number for each such value, from 1 on in the order of the values; 0
        for a group without values.
    """
    pairs = np.unique(np.stack([group, value], axis=1), axis=0)
    held_by = np.bincount(pairs[:, 1])[pairs[:, 1]] if len(pairs) else pairs[:, 1]
    # The last one that is written counts, and that is the rarest; of equally rare ones the lowest.
    rarity = np.lexsort((-pairs[:, 1], -held_by))
    rarest = np.zeros(num_groups, np.int64)
    rarest[pairs[rarity, 0]] = 1 + pairs[rarity, 1]
    return rarest
