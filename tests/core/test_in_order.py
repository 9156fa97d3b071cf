"""A sum that does not depend on the order and grouping in which its terms arrive."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from odquality.core.in_order import SumInOrder

numbers = st.lists(st.floats(-1e6, 1e6, allow_nan=False), max_size=40)


def summed(terms: list[float], groups: list[list[int]]) -> SumInOrder[float]:
    """Terms that are first merged in groups, and these one after the other."""
    whole: SumInOrder[float] = SumInOrder()
    for group in groups:
        part: SumInOrder[float] = SumInOrder()
        for number in group:
            part = part.merge(SumInOrder.of(number, terms[number]))
        whole = whole.merge(part)
    return whole


@settings(max_examples=200, deadline=None)
@given(terms=numbers, data=st.data())
def test_whatever_the_order_and_grouping(terms: list[float], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(range(len(terms))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(terms)), max_size=5)))
    bounds = zip([0, *cuts], [*cuts, len(terms)], strict=True)
    groups = [list(shuffled[start:end]) for start, end in bounds]
    expected = summed(terms, [list(range(len(terms)))])
    found = summed(terms, groups)
    assert found.blocks == expected.blocks
    assert found.total(0.0) == expected.total(0.0)
    np.testing.assert_allclose(found.total(0.0), np.sum(terms), rtol=1e-9, atol=1e-6)


def test_terms_stand_in_their_order() -> None:
    words = dict(enumerate("abcdefghijklm"))
    whole: SumInOrder[str] = SumInOrder()
    for number in (12, 3, 0, 7, 1, 2, 11, 5, 4, 6, 10, 8, 9):
        whole = whole.merge(SumInOrder.of(number, words[number]))
    assert whole.total("> ") == "> abcdefghijklm"


def test_few_sums_are_kept() -> None:
    whole: SumInOrder[int] = SumInOrder()
    for number in range(5, 1000):
        whole = whole.merge(SumInOrder.of(number, 1))
        assert len(whole.blocks) <= 20
    assert whole.total(0) == 995


def test_both_stay_as_they_are() -> None:
    first, second = SumInOrder.of(0, 1.0), SumInOrder.of(1, 2.0)
    assert first.merge(second).blocks == {(1, 0): 3.0}
    assert (first.blocks, second.blocks) == ({(0, 0): 1.0}, {(0, 1): 2.0})
