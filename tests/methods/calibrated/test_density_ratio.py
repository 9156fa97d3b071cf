"""The fitted density ratio: near the true one, monotone, and the prior without data."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.methods.calibrated.density_ratio import DensityRatio, Term

PRIOR = DensityRatio((Term("a", 2.0), Term("b", -1.0, log=True)), 0.5)


def _pieces(rng, a, b, n):
    return {"a": rng.beta(*a, n), "b": rng.beta(*b, n)}


def test_the_true_ratio_is_found():
    # Densities 1 and 3 a^2: the log ratio of the second to the first is log 3 + 2 log a.
    rng = np.random.default_rng(0)
    prior = DensityRatio((Term("a", 1.0, log=True),), 0.0)
    fitted = prior.fitted({"a": rng.random(20_000)}, {"a": rng.beta(3, 1, 5_000)}, copies=1)
    at = np.array([0.2, 0.5, 0.9])
    np.testing.assert_allclose(fitted.log({"a": at}), np.log(3 * at**2), atol=0.15)


def test_more_copies_do_not_change_the_ratio():
    rng = np.random.default_rng(0)
    present, wrong = rng.random(20_000), rng.beta(3, 1, 2_000)
    prior = DensityRatio((Term("a", 1.0, log=True),), 0.0)
    once = prior.fitted({"a": present}, {"a": wrong}, copies=1)
    thrice = prior.fitted({"a": present}, {"a": np.tile(wrong, 3)}, copies=3)
    assert thrice.terms[0].weight == pytest.approx(once.terms[0].weight)
    assert thrice.intercept == pytest.approx(once.intercept)


def test_weights_keep_their_sign_against_the_data():
    rng = np.random.default_rng(1)
    # Both pieces point the wrong way.
    present = _pieces(rng, (4, 1), (1, 4), 3000)
    wrong = _pieces(rng, (1, 4), (4, 1), 1000)
    fitted = PRIOR.fitted(present, wrong, copies=1)
    rising, falling = (term.weight for term in fitted.terms)
    assert rising >= 0
    assert falling <= 0


def test_few_boxes_change_little():
    rng = np.random.default_rng(2)
    present, wrong = _pieces(rng, (4, 1), (1, 4), 2), _pieces(rng, (1, 4), (4, 1), 40)
    fitted = PRIOR.fitted(present, wrong, copies=20)
    for term, before in zip(fitted.terms, PRIOR.terms, strict=True):
        assert term.weight == pytest.approx(before.weight, rel=0.5)


@pytest.mark.parametrize(("num_present", "num_wrong"), [(0, 5), (5, 0), (0, 0)])
def test_without_data_the_prior_stays(num_present, num_wrong):
    rng = np.random.default_rng(3)
    present, wrong = (_pieces(rng, (1, 1), (1, 1), n) for n in (num_present, num_wrong))
    assert PRIOR.fitted(present, wrong, copies=1) == PRIOR


def test_evidence_of_0_is_finite():
    nothing = {"a": np.zeros(1), "b": np.zeros(1)}
    assert np.isfinite(PRIOR.log(nothing)).all()
