"""Probabilities: between 0 and 1, exclusive, monotone in every piece of evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from odquality.kinds import KINDS, LABEL_KINDS
from odquality.methods.calibrated.annotators import Annotators
from odquality.methods.calibrated.evidence import Evidence
from odquality.methods.calibrated.model import PRIOR_MODEL

PIECES = (
    "support",
    "class_support",
    "tight_support",
    "close_support",
    "fair_support",
    "shortfall",
    "unsupported_size",
    "contradiction",
    "displacement",
    "repetition",
)


def _evidence(count: int, **pieces) -> Evidence:
    labels = {name: np.full(count, 0.3) for name in PIECES} | pieces
    rows = {name: np.full(count, -1) for name in PIECES}
    every = np.ones(count, bool)
    return Evidence(labels, rows, np.linspace(0, 1, count), every, every)


@pytest.mark.parametrize(
    ("kind", "piece", "direction"),
    [
        ("swap", "contradiction", 1),
        ("swap", "class_support", -1),
        ("badloc", "displacement", 1),
        ("badloc", "tight_support", -1),
        ("badloc", "close_support", -1),
        ("spurious", "fair_support", -1),
        ("spurious", "contradiction", -1),
        ("spurious", "shortfall", 1),
        ("spurious", "unsupported_size", 1),
        ("duplicate", "repetition", 1),
    ],
)
def test_probabilities_are_monotone(kind, piece, direction):
    evidence = _evidence(50, **{piece: np.linspace(0, 1, 50)})
    probabilities = PRIOR_MODEL.label_probabilities(evidence)
    assert (direction * np.diff(probabilities[kind]) > 0).all()


def test_unclaimed_predictions_are_more_probably_missing_labels():
    assert (np.diff(PRIOR_MODEL.overlooked_probability(_evidence(50))) > 0).all()


def test_a_label_has_one_error_at_most():
    rng = np.random.default_rng(0)
    evidence = _evidence(500, **{name: rng.random(500) for name in PIECES})
    probabilities = PRIOR_MODEL.label_probabilities(evidence)
    assert set(probabilities) == set(LABEL_KINDS)
    assert all((values >= 0).all() for values in probabilities.values())
    assert (sum(probabilities.values()) <= 1).all()


def test_in_one_class_what_nothing_contradicts_is_no_object_rather_than_of_another_class():
    contradiction = np.array([0.0, 0.4])
    evidence = _evidence(2, contradiction=contradiction)
    several = PRIOR_MODEL.label_probabilities(evidence)
    one = replace(PRIOR_MODEL, one_class=True).label_probabilities(evidence)
    assert several["swap"].all()
    assert one["swap"].tolist() == [0.0, several["swap"][1]]
    total = [several["swap"][0] + several["spurious"][0], several["spurious"][1]]
    assert one["spurious"].tolist() == total
    for kind in ("badloc", "duplicate"):
        assert one[kind].tolist() == several[kind].tolist()


def test_the_prior_model_knows_every_kind():
    assert set(PRIOR_MODEL.ratios) == set(PRIOR_MODEL.rates) == set(KINDS)


def test_what_annotators_miss_counts_besides():
    evidence = _evidence(50)
    unknown = PRIOR_MODEL.overlooked_probability(evidence)
    annotators = Annotators(a=0.0, b=1.0, mu=1.0, beta=0.5)
    known = replace(PRIOR_MODEL, annotators=annotators).overlooked_probability(evidence)
    expected = np.maximum(unknown, annotators.missed(evidence.unclaimed))
    assert (expected > unknown).any()
    np.testing.assert_array_equal(known, expected)


def test_what_is_no_candidate_has_no_probability():
    evidence = replace(_evidence(2), candidate=np.array([True, False]))
    assert np.isnan(PRIOR_MODEL.overlooked_probability(evidence)).tolist() == [False, True]


SUPPORTED = {
    "support": 0.8,
    "class_support": 0.8,
    "tight_support": 0.7,
    "close_support": 0.8,
    "fair_support": 0.8,
}
BADLY_PLACED = {"support": 0.4, "class_support": 0.4, "tight_support": 0.05, "fair_support": 0.4}


@pytest.mark.parametrize(
    ("kind", "plain"),
    [
        ("swap", {"contradiction": 0.8}),
        ("badloc", {**BADLY_PLACED, "displacement": 0.9}),
        ("spurious", {"shortfall": 0.8, "unsupported_size": 0.8}),
        ("duplicate", {**SUPPORTED, "repetition": 0.95}),
    ],
)
def test_the_prior_model_tells_plain_errors_from_good_labels(kind, plain):
    pieces = {name: np.array([plain.get(name, 0.0), SUPPORTED.get(name, 0.0)]) for name in PIECES}
    probabilities = PRIOR_MODEL.label_probabilities(_evidence(2, **pieces))
    suspect, fine = probabilities[kind]
    assert suspect > 0.2
    assert fine < 0.02
    assert suspect == max(values[0] for values in probabilities.values())
