"""The estimated rate of errors."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.kinds import LABEL_KINDS
from odquality.methods.calibrated.error_rate import PRIOR_RATE, error_rate, label_error_rates


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def _standing_out(rng, rate, right=10_000):
    """Suspicion of boxes of which some are wrong, and of 2000 wrong ones, told apart with ease."""
    wrong, count = rng.normal(6, 1, 2000), int(right * rate)
    return np.concatenate([rng.normal(0, 1, right - count), rng.normal(6, 1, count)]), wrong


def _label_error_rate(kind, present, wrong):
    """The rate of one kind where nothing tells of the others."""
    suspicion = dict.fromkeys(LABEL_KINDS, (np.zeros(1000), np.ones(100)))
    return label_error_rates(suspicion | {kind: (present, wrong)})[kind]


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5])
def test_a_rate_is_found_where_errors_stand_out(rng, rate):
    assert error_rate(*_standing_out(rng, rate)) == pytest.approx(rate, rel=0.25)


def test_the_rate_is_a_bound_where_right_boxes_look_wrong(rng):
    # Below 1.5, wrong boxes look like right ones.
    present = np.concatenate([rng.normal(0, 1, 9000), rng.normal(1.5, 1, 1000)])
    assert 0.1 < error_rate(present, rng.normal(1.5, 1, 2000)) < 0.5


def test_a_clean_dataset_has_a_rate_near_0(rng):
    assert error_rate(*_standing_out(rng, 0.0)) < 0.001


def test_few_boxes_leave_the_rate_near_the_prior():
    nothing = np.zeros(0)
    assert error_rate(nothing, np.ones(5)) == pytest.approx(PRIOR_RATE)
    assert error_rate(np.ones(3), np.ones(5)) < 0.1


def test_a_kind_of_which_there_is_no_example_has_the_prior_rate():
    assert error_rate(np.ones(1000), np.zeros(0)) == PRIOR_RATE
    assert error_rate(np.zeros(0), np.zeros(0)) == PRIOR_RATE


def test_a_worked_example():
    present = np.repeat([1.0, 0.0], [9, 991])
    # 9 suspects, a standard deviation of 3 and one more, then the prior.
    expected = (9 + 3 + 1 + 50 * PRIOR_RATE) / (1000 + 50)
    assert error_rate(present, np.ones(100)) == pytest.approx(expected)
    assert _label_error_rate("duplicate", present, np.ones(100)) == pytest.approx(expected)


def _badly_placed(bound, usual):
    """What a bound on the rate of badly placed labels is taken for."""
    return bound * (usual / bound) ** (1 / (1 + (bound / 0.01) ** 2))


@pytest.mark.parametrize("kind", ["swap", "badloc"])
def test_the_rate_of_labels_that_are_contradicted_leans_on_the_prior_where_labels_are_few(kind):
    for suspects, labels in ((9, 1000), (90, 10_000)):
        present = np.repeat([1.0, 0.0], [suspects, labels - suspects])
        expected = (suspects + np.sqrt(suspects) + 1 + 300 * PRIOR_RATE) / (labels + 300)
        rate = _label_error_rate(kind, present, np.ones(100))
        if kind == "badloc":
            # Nothing else is wrong here, but for a prior for wrong classes.
            others = _label_error_rate("swap", np.zeros(1000), np.ones(100))
            expected = _badly_placed(expected, others)
        assert rate == pytest.approx(expected)


def test_the_order_of_boxes_does_not_matter(rng):
    present, wrong = _standing_out(rng, 0.05)
    assert error_rate(rng.permutation(present), rng.permutation(wrong)) == error_rate(
        present, wrong
    )


@pytest.mark.parametrize("kind", LABEL_KINDS)
def test_a_tight_bound_is_the_rate_of_label_errors(rng, kind):
    present, wrong = _standing_out(rng, 0.05)
    found, bound = _label_error_rate(kind, present, wrong), error_rate(present, wrong)
    if kind == "spurious":
        # Two fifths of the way to the usual rate of 1%, on a logarithmic scale.
        assert np.log(found / bound) == pytest.approx(0.4 * np.log(0.01 / bound))
    elif kind == "duplicate":
        assert found == bound
    elif kind == "swap":
        assert found == error_rate(present, wrong, 300)
        assert found == pytest.approx(bound, rel=0.02)
    else:
        # Next to nothing of that is the detector's.
        assert found == pytest.approx(bound, rel=0.1)


def test_whoever_errs_in_other_ways_is_taken_to_add_spurious_labels_too(rng):
    often, seldom = _standing_out(rng, 0.08), _standing_out(rng, 0.01)
    clean = _standing_out(rng, 0.0)

    def found(**others):
        suspicion = dict.fromkeys(LABEL_KINDS, clean) | {"spurious": often} | others
        return label_error_rates(suspicion)

    bound, alone = error_rate(*often), found()["spurious"]
    # Half as many as of the rarer of swaps and duplicates, which show on two labels each.
    rates = found(swap=often, duplicate=often)
    assert np.log(rates["spurious"] / bound) == pytest.approx(
        0.4 * np.log(0.5 * rates["duplicate"] / 2 / bound)
    )
    for others in ({"swap": often}, {"duplicate": often}, {"swap": seldom, "duplicate": often}):
        assert found(**others)["spurious"] == alone
    # A bound that lies below is not raised.
    assert found(swap=often, duplicate=often, spurious=seldom)["spurious"] == error_rate(*seldom)


def test_what_a_detector_places_badly_is_not_all_taken_for_errors(rng):
    clean, few, some = (_standing_out(rng, rate) for rate in (0.0, 0.004, 0.02))

    def found(**others):
        return label_error_rates(dict.fromkeys(LABEL_KINDS, clean) | others)

    bounds = [error_rate(*present, 300) for present in (few, some)]
    rates = [found(badloc=present)["badloc"] for present in (few, some)]
    # Down to the least rate of what contradicts a label, and the less there is the more so.
    assert rates == pytest.approx([_badly_placed(bound, 0.003) for bound in bounds])
    assert rates[0] < 0.7 * bounds[0]
    assert rates[1] > 0.6 * bounds[1]
    # Whoever mistakes classes, or labels objects twice, places boxes badly too.
    often = _standing_out(rng, 0.05)
    for other in ("swap", "duplicate"):
        assert found(**{other: often}, badloc=some)["badloc"] == bounds[1]


def test_where_there_is_one_class_wrong_ones_say_nothing_of_other_errors(rng):
    clean, some = _standing_out(rng, 0.0), _standing_out(rng, 0.02)
    suspicion = dict.fromkeys(LABEL_KINDS, clean) | {"badloc": some}
    unknown = suspicion | {"swap": (clean[0], np.zeros(0))}
    rates = label_error_rates(unknown)
    assert rates["swap"] == PRIOR_RATE
    assert rates["badloc"] == label_error_rates(suspicion)["badloc"]


@pytest.mark.parametrize("kind", LABEL_KINDS)
def test_the_looser_a_bound_the_less_it_says(rng, kind):
    """Where nothing tells an error, its rate is not taken to be high: it is not known."""
    rates = []
    for distance in (4, 3, 2, 1, 0):
        present = rng.normal(0, 1, 10_000)
        rates.append(_label_error_rate(kind, present, rng.normal(distance, 1, 2000)))
    assert max(rates) <= 0.1
    # A bound of nearly 1 leaves the square of what it may be at most, 1%.
    least = _label_error_rate("swap", np.zeros(1000), np.ones(100))
    expected = _badly_placed(0.01, least) if kind == "badloc" else 0.01
    assert rates[-1] == pytest.approx(expected, rel=0.1)


def test_what_contradicts_a_label_always_counts(rng):
    clean = _standing_out(rng, 0.0)
    assert _label_error_rate("swap", *clean) == _label_error_rate("badloc", *clean) == 0.003
    for kind in ("spurious", "duplicate"):
        assert _label_error_rate(kind, *clean) == error_rate(*clean)
