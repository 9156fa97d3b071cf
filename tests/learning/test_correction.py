"""Corrected probabilities."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from devtools.property_cases import cases
from odquality.kinds import KINDS, LABEL_KINDS
from odquality.learning.correction import fit_correction
from odquality.learning.decisions import Outcomes

rows = st.tuples(st.sampled_from(KINDS), st.floats(0, 1), st.booleans())
RISING = np.geomspace(1e-9, 0.5, 40)
LADDER = np.concatenate([[0.0], RISING, 1 - RISING[-2::-1], [1.0]])


def test_without_decisions_nothing_changes() -> None:
    correction = fit_correction(Outcomes.of([]))
    for kind in KINDS:
        assert correction.apply(kind, LADDER) is LADDER
    labels = correction.apply_to_labels(dict.fromkeys(LABEL_KINDS, LADDER))
    assert all(values is LADDER for values in labels.values())


@given(st.lists(rows, max_size=40), st.randoms(use_true_random=False))
@cases(40)
def test_the_order_of_decisions_makes_no_difference(decided: list, random) -> None:  # type: ignore
    shuffled = random.sample(decided, len(decided))
    first, second = (fit_correction(Outcomes.of(each)) for each in (decided, shuffled))
    for kind in KINDS:
        np.testing.assert_array_equal(first.posteriors[kind].points, second.posteriors[kind].points)
        np.testing.assert_array_equal(first.apply(kind, LADDER), second.apply(kind, LADDER))


@given(st.lists(rows, min_size=1, max_size=40))
@cases(40)
def test_a_decision_taken_back_leaves_no_trace(decided: list) -> None:  # type: ignore
    before = fit_correction(Outcomes.of(decided[1:]))
    fit_correction(Outcomes.of(decided))
    again = fit_correction(Outcomes.of(decided[1:]))
    for kind in KINDS:
        np.testing.assert_array_equal(before.apply(kind, LADDER), again.apply(kind, LADDER))


@given(st.lists(rows, max_size=40))
@cases(40)
def test_probabilities_keep_their_order_and_range(decided: list) -> None:  # type: ignore
    correction = fit_correction(Outcomes.of(decided))
    for kind in KINDS:
        corrected = correction.apply(kind, LADDER)
        assert (np.diff(corrected) >= 0).all()
        assert corrected.min() >= 0
        assert corrected.max() <= 1
    labels = correction.apply_to_labels(dict.fromkeys(LABEL_KINDS, LADDER / 4))
    assert np.sum(list(labels.values()), axis=0).max() <= 1 + 1e-12


def test_other_kinds_stay_as_they_are() -> None:
    correction = fit_correction(Outcomes.of([("swap", 0.2, True)] * 10))
    assert correction.apply("badloc", LADDER) is LADDER
    assert (correction.apply("swap", LADDER)[1:-1] > LADDER[1:-1]).any()


def test_what_has_no_probability_has_none_afterwards() -> None:
    correction = fit_correction(Outcomes.of([("overlooked", 0.2, True)] * 10))
    assert np.isnan(correction.apply("overlooked", np.array([np.nan])))[0]
