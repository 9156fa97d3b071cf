"""Many things a few at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def batched(items: Iterable[Item], size: int) -> Iterator[tuple[Item, ...]]:
    """Items in tuples of so many, the last one of fewer: `itertools.batched` of Python 3.12.

    Args:
        items: read no further than is asked for.
        size: of a tuple, at least 1.
    """
    rest = iter(items)
    return iter(lambda: tuple(islice(rest, size)), ())
