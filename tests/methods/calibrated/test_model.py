"""Probabilities: between 0 and 1, exclusive, monotone in every piece of evidence."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.kinds import KINDS, LABEL_KINDS
from odquality.methods.calibrated.evidence import Evidence
from odquality.methods.calibrated.model import PRIOR_MODEL

PIECES = ("support", "tight_support", "contradiction", "displacement", "repetition")


def _evidence(count: int, **pieces) -> Evidence:
    labels = {name: np.full(count, 0.3) for name in PIECES} | pieces
    rows = {name: np.full(count, -1) for name in PIECES}
    return Evidence(labels, rows, np.linspace(0, 1, count), np.ones(count, bool))


@pytest.mark.parametrize(
    ("kind", "piece", "direction"),
    [
        ("swap", "contradiction", 1),
        ("swap", "support", -1),
        ("badloc", "displacement", 1),
        ("badloc", "tight_support", -1),
        ("spurious", "support", -1),
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


def test_the_prior_model_knows_every_kind():
    assert set(PRIOR_MODEL.ratios) == set(PRIOR_MODEL.rates) == set(KINDS)


def test_the_prior_model_tells_plain_errors_from_good_labels():
    plain = {"support": 0.0, "contradiction": 0.8, "displacement": 0.9, "repetition": 0.95}
    good = dict.fromkeys(PIECES, 0.0) | {"support": 0.8, "tight_support": 0.7}
    for kind, piece in (("swap", "contradiction"), ("badloc", "displacement")):
        wrong = {**good, "support": 0.0, "tight_support": 0.05, piece: plain[piece]}
        pieces = {name: np.array([wrong[name], good[name]]) for name in PIECES}
        suspect, fine = PRIOR_MODEL.label_probabilities(_evidence(2, **pieces))[kind]
        assert suspect > 0.2
        assert fine < 0.02
