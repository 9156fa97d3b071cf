"""How many errors are left, and what a threshold shows of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from odquality.core.log_odds import log_odds, logistic
from odquality.core.scenes import FloatArray
from odquality.kinds import KINDS
from odquality.learning.correction import fit_correction
from odquality.learning.decisions import Outcomes
from odquality.learning.lessons import lessons_of
from odquality.learning.spectrum import Spectrum
from odquality.learning.thresholds import shown_above, threshold_of

NOTHING = fit_correction(Outcomes.of([]))


def probabilities(seed: int = 0, number: int = 2000) -> FloatArray:
    return np.random.default_rng(seed).beta(0.3, 3, number)


def test_without_decisions_the_number_left_is_the_runs_own() -> None:
    said = {kind: probabilities(row) for row, kind in enumerate(KINDS)}
    left = lessons_of(Outcomes.of([]), Spectrum.of(said)).remaining
    assert left["swap"].expected == pytest.approx(said["swap"].sum())
    assert left["duplicate"].expected == pytest.approx(said["duplicate"].sum() / 2)
    total = sum(left[kind].expected for kind in KINDS)
    assert left["any"].expected == pytest.approx(total)


def test_without_boxes_nothing_is_left() -> None:
    left = lessons_of(Outcomes.of([]), Spectrum.of({})).remaining["any"]
    assert (left.expected, left.low, left.high, left.to_review) == (0.0, 0.0, 0.0, 0)


def test_the_interval_holds_the_expected_number_and_narrows() -> None:
    said, rng = probabilities(), np.random.default_rng(5)
    truth = rng.random(len(said)) < logistic(1.0 + log_odds(said))
    widths = []
    for number in (0, 50, 500):
        rows = rng.permutation(len(said))[:number]
        outcomes = Outcomes.of(("swap", said[row], bool(truth[row])) for row in rows)
        left = lessons_of(outcomes, Spectrum.of({"swap": said})).remaining["swap"]
        assert 0 <= left.low <= left.expected <= left.high <= len(said)
        widths.append(left.high - left.low)
    assert widths[0] > widths[1] > widths[2]


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    inside = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        said, shift = probabilities(seed), rng.normal(0, 1)
        truth = rng.random(len(said)) < logistic(shift + log_odds(said))
        rows = rng.permutation(len(said))[:60]
        outcomes = Outcomes.of(("badloc", said[row], bool(truth[row])) for row in rows)
        left = lessons_of(outcomes, Spectrum.of({"badloc": said})).remaining["badloc"]
        inside += left.low <= truth.sum() - truth[rows].sum() <= left.high
    # Of 60, for chance and for a curve that bends less than it might.
    assert inside >= 48


def test_as_many_decisions_as_are_needed() -> None:
    said = np.repeat([0.9, 0.5, 0.001], [100, 40, 1000])
    left = lessons_of(Outcomes.of([]), Spectrum.of({"swap": said})).remaining["swap"]
    # 111 errors, of which 90 are among the first 100 boxes, and 9.9 among the next 20.
    assert left.expected == pytest.approx(111)
    assert left.to_review == 120


def test_boxes_that_were_decided_on_are_not_left() -> None:
    said = np.repeat([0.9, 0.1], 20)
    outcomes = Outcomes.of([("swap", 0.9, True)] * 20)
    lessons = lessons_of(outcomes, Spectrum.of({"swap": said}))
    assert lessons.found["swap"] == lessons.decided["swap"] == 20
    assert lessons.open.of_kind("swap")[0].tolist() == [20]


def test_spectra_add_up() -> None:
    said = probabilities()
    whole = Spectrum.of({"swap": said})
    parts = Spectrum.of({"swap": said[:700]}) + Spectrum.of({"swap": said[700:]})
    np.testing.assert_array_equal(whole.counts, parts.counts)
    np.testing.assert_allclose(whole.sums, parts.sums)
    empty = whole - parts
    assert not empty.counts.any()
    assert not empty.sums.any()


def test_without_boxes_of_about_some_probabilities() -> None:
    spectrum = Spectrum.of(
        {"swap": np.array([0.9, 0.9, 0.6, 0.5, 0.01]), "badloc": np.array([0.9])}
    )
    fewer = spectrum.without("swap", np.array([0.88, 0.55, 0.91, 0.3, 0.3]))
    counts, said = fewer.of_kind("swap")
    assert counts.tolist() == [1]
    np.testing.assert_allclose(said, [0.01])
    assert fewer.of_kind("badloc")[0].tolist() == [1]
    assert spectrum.counts.sum() == 6
    again = spectrum.without("swap", np.array([0.3, 0.91, 0.3, 0.55, 0.88]))
    np.testing.assert_array_equal(again.sums, fewer.sums)
    assert not Spectrum.of({}).without("swap", np.array([0.5])).counts.any()


def test_a_spectrum_leaves_out_what_has_no_probability() -> None:
    assert Spectrum.of({"swap": np.array([np.nan, 0.5])}).counts.sum() == 1


def test_what_a_threshold_shows() -> None:
    spectrum = Spectrum.of({"swap": np.repeat([0.8, 0.2], [40, 100])})
    shown = shown_above(spectrum, NOTHING, 0.5)["swap"]
    assert (shown.boxes, shown.right, shown.missed) == pytest.approx((40, 32, 20))
    assert shown_above(spectrum, NOTHING, 0.0)["swap"].boxes == 140


def test_the_threshold_for_the_time_one_has() -> None:
    spectrum = Spectrum.of({"swap": np.repeat([0.8, 0.2], 50), "badloc": np.full(30, 0.5)})
    assert threshold_of(spectrum, NOTHING, 60) == pytest.approx(0.5)
    assert threshold_of(spectrum, NOTHING, 1000) == 0.0


@pytest.mark.parametrize("boxes", ["5", np.nan, -1])
def test_a_number_of_boxes_that_is_none_is_refused(boxes: Any) -> None:
    with pytest.raises(ValueError, match=r"boxes is .*; expected an integer"):
        threshold_of(Spectrum.of({}), NOTHING, boxes)


@pytest.mark.parametrize("threshold", [np.nan, 2, 7, -1])
def test_a_threshold_that_is_no_probability_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match=r"threshold is .*; expected a number in \[0, 1\]"):
        shown_above(Spectrum.of({}), NOTHING, threshold)


def test_lessons_can_be_read() -> None:
    text = str(
        lessons_of(Outcomes.of([("swap", 0.9, True)]), Spectrum.of({"swap": probabilities()}))
    )
    assert "Wrong class (swap): 1 of 1 were errors" in text
    assert "left" in text
