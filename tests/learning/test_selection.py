"""What comes next."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtools.property_cases import cases
from odquality.learning.correction import fit_correction
from odquality.learning.decisions import Outcomes
from odquality.learning.selection import next_to_review, teaching_value
from odquality.learning.spectrum import Spectrum

LIKELY = np.random.default_rng(0).beta(0.3, 2, 1000)
TEACHING = np.sqrt(LIKELY * (1 - LIKELY))


@given(
    st.lists(st.floats(0, 1), max_size=50), st.integers(0, 60), st.integers(0, 99), st.floats(0, 1)
)
@cases(60)
def test_no_box_comes_twice(values: list[float], count: int, decided: int, share: float) -> None:
    rows = next_to_review(np.array(values), np.array(values), count, decided, teaching_share=share)
    assert len(rows) == min(count, len(values)) == len(set(rows.tolist()))


def test_without_teaching_the_likeliest_come_first() -> None:
    rows = next_to_review(LIKELY, TEACHING, 20, 0, teaching_share=0)
    np.testing.assert_array_equal(rows, np.argsort(-LIKELY, kind="stable")[:20])


@pytest.mark.parametrize("share", [0.2, 1 / 3, 0.5])
def test_the_share_that_teaches(share: float) -> None:
    likeliest = set(np.argsort(-LIKELY, kind="stable")[:60].tolist())
    rows = next_to_review(LIKELY, TEACHING, 60, 0, teaching_share=share)
    others = [row for row in rows.tolist() if row not in likeliest]
    assert 0.6 * share * 60 <= len(others) <= share * 60


def test_teaching_is_spread_over_all_probabilities() -> None:
    rows = next_to_review(LIKELY, TEACHING, 200, 0, teaching_share=1)
    edges = [0, 0.01, 0.05, 0.2, 0.5, 1]
    assert (np.histogram(LIKELY[rows], edges)[0] >= 5).all()


def test_ten_and_ten_are_twenty_of_which_as_many_teach() -> None:
    first = next_to_review(LIKELY, TEACHING, 10, 0)
    left = np.delete(LIKELY, first)
    both = [*LIKELY[first], *left[next_to_review(left, np.delete(TEACHING, first), 10, 10)]]
    at_once = LIKELY[next_to_review(LIKELY, TEACHING, 20, 0)]
    np.testing.assert_allclose(sorted(both)[6:], sorted(at_once)[6:], atol=0.2)


def test_what_tells_nothing_of_others_teaches_less() -> None:
    """A thousand doubtful boxes hide more errors than ten, and one of them tells of the others."""
    said = np.repeat([0.9, 0.02], [10, 1000])
    spectrum = Spectrum.of({"swap": said})
    value = teaching_value(spectrum, fit_correction(Outcomes.of([])), "swap", said)
    assert value.shape == said.shape
    assert (value >= 0).all()
    assert value[-1] > value[0]


def test_what_was_learnt_teaches_less() -> None:
    said = np.full(500, 0.1)
    spectrum = Spectrum.of({"swap": said})
    values = [
        teaching_value(spectrum, fit_correction(Outcomes.of(decided)), "swap", said)[0]
        for decided in ([], [("swap", 0.1, number % 10 == 0) for number in range(50)])
    ]
    assert values[1] < values[0] / 4
