"""A sum that is the same to the last bit, in whatever order and grouping its terms arrive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import Any, Generic, TypeVar

Term = TypeVar("Term", bound=Any)

# A block of 2**level terms is known by its level and its place among the blocks of that level.
Block = tuple[int, int]


@dataclass(frozen=True)
class SumInOrder(Generic[Term]):
    """The sum of numbered terms, of which some or all are there.

    Sums of floating-point numbers depend on their order, so the terms' numbers alone tell what is
    added to what: two neighbours, then two neighbouring pairs, and so on. Of n successive terms at
    most 2 log2(n) sums are kept.

    Attributes:
        blocks: sums of neighbouring terms.
    """

    blocks: Mapping[Block, Term] = field(default_factory=dict)

    @classmethod
    def of(cls, number: int, term: Term) -> SumInOrder[Term]:
        """The sum of one term; no other may have its number."""
        return cls({(0, number): term})

    def merge(self, other: SumInOrder[Term]) -> SumInOrder[Term]:
        """The sum of the terms of both, which stay as they are."""
        blocks = dict(self.blocks)
        for (level, place), term in other.blocks.items():
            while (level, place ^ 1) in blocks:
                neighbour = blocks.pop((level, place ^ 1))
                term = neighbour + term if place & 1 else term + neighbour
                level, place = level + 1, place >> 1
            blocks[level, place] = term
        return SumInOrder(blocks)

    def total(self, start: Term) -> Term:
        """The sum of ``start`` and all terms, those of the smallest numbers first."""
        in_order = sorted(self.blocks, key=lambda block: block[1] << block[0])
        return reduce(add, (self.blocks[block] for block in in_order), start)
