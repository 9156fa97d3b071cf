"""Weights of the kinds of error: one for each, adding up to 1."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import odquality
from odquality.methods.objectlab.weights import AggregationWeights


def test_equal_by_default() -> None:
    third = pytest.approx(1 / 3)
    assert dict(AggregationWeights().items()) == dict.fromkeys(
        ("overlooked", "swap", "badloc"), third
    )


@pytest.mark.parametrize(
    "weights",
    [
        {"overlooked": 1, "swap": 0, "badloc": 0},
        {"badloc": np.float32(0.25), "swap": 0.25, "overlooked": np.int64(0) + 0.5},
        {"overlooked": 0.1, "swap": 0.2, "badloc": 0.7},
    ],
)
def test_legal_weights(weights: Any) -> None:
    assert dict(AggregationWeights(weights).items()) == pytest.approx(weights)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"overlooked": 1.0}, r"aggregation_weights lacks \['swap', 'badloc'\]; expected one"),
        ({}, r"aggregation_weights lacks"),
        (
            {"overlooked": 0.5, "swap": 0.25, "badloc": 0.25, "spurious": 0.0},
            r"aggregation_weights has unknown keys \['spurious'\]; expected one weight for each",
        ),
        ({"overlooked": 1.5, "swap": -0.5, "badloc": 0}, r"\['swap'\] is -0.5; expected a number"),
        ({"overlooked": np.nan, "swap": 1, "badloc": 0}, r"\['overlooked'\] is nan; expected"),
        ({"overlooked": np.inf, "swap": 1, "badloc": 0}, r"\['overlooked'\] is inf; expected"),
        ({"overlooked": "1", "swap": 0, "badloc": 0}, r"\['overlooked'\] is '1'; expected a"),
        ({"overlooked": None, "swap": 0, "badloc": 1}, r"\['overlooked'\] is None; expected a"),
        (
            {"overlooked": 10**400, "swap": 0, "badloc": 0},
            r"\['overlooked'\] is 1000",
        ),
        ({"overlooked": True, "swap": 0, "badloc": 0}, r"\['overlooked'\] is True; expected a"),
        ({"overlooked": 1, "swap": 0, "badloc": 0, 7: 0}, r"has unknown keys \[7\]; expected one"),
        ({"overlooked": 1, "swap": 1, "badloc": 1}, r"aggregation_weights add up to 3; expected"),
        (
            [0.5, 0.25, 0.25],
            r"aggregation_weights is \[0.5, 0.25, 0.25\]; expected one",
        ),
    ],
)
def test_malformed_weights(weights: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AggregationWeights(weights)
    with pytest.raises(ValueError, match=message):
        odquality.get_label_quality_scores([], [], aggregation_weights=weights)


def test_a_weight_of_one_leaves_one_kind() -> None:
    labels = [{"bboxes": [[10, 10, 30, 20]], "labels": [1]}]
    predictions = [np.array([[10, 10, 60, 60, 0.99, 0, 1]])]
    weights = {"overlooked": 0, "swap": 0, "badloc": 1}
    scores = odquality.score_labels(labels, predictions, aggregation_weights=weights).scores
    assert scores["quality"] == pytest.approx(scores["badloc"])
