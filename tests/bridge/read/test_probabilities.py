"""The predicted class comes from per-class probabilities where a prediction has them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import fiftyone as fo
import numpy as np
import pytest

import odquality
from odquality.bridge.read.attributes import Sieve
from odquality.bridge.read.probabilities import read_probabilities
from tests.bridge.datasets import BOX, compute, detection, far_sample, sample

CLASSES = ["cat", "dog", "bird"]


@pytest.fixture
def run(make_dataset: Any) -> Any:
    """Scores a ``dog`` by a prediction on it that says ``cat`` and has more attributes."""

    def run(
        attributes: dict[str, Any], *, confidence: float | None = 0.99, **settings: Any
    ) -> tuple[float, odquality.LabelQualityReport]:
        found = detection("cat", BOX, confidence=confidence, **attributes)
        dataset = make_dataset([far_sample(), sample([detection("dog", BOX)], [found])])
        report = compute(dataset, **{"classes": CLASSES, **settings})
        return dataset.last().label_quality_swap, report

    return run


@pytest.mark.parametrize(
    ("attributes", "settings"),
    [
        ({"probs": [0.1, 0.8, 0.1]}, {}),
        ({"logits": [-1.0, 5.0, 2.0]}, {}),
        ({"probs": np.array([0.1, 0.8, 0.1])}, {}),
        ({"scores": [0.1, 0.8, 0.1]}, {"probs_attr": "scores"}),
        ({"my_logits": [-100.0, 900.0, 2.0]}, {"probs_attr": "my_logits"}),
        ({"probs": [0.1, 0.8, 0.1], "logits": [9.0, 0.0, 0.0]}, {}),
    ],
    ids=["probs", "logits", "array", "other name", "other logits", "probs first"],
)
def test_the_most_probable_class_counts(run: Any, attributes: Any, settings: Any) -> None:
    swap, report = run(attributes, **settings)
    assert swap == 1.0
    assert report.treated == {}


@pytest.mark.parametrize(
    ("attributes", "settings"),
    [
        ({}, {}),
        ({"probs": [0.1, 0.8, 0.1]}, {"probs_attr": None}),
        ({"probs": [0.1, 0.8, 0.1]}, {"probs_attr": "logits"}),
        ({"probs": None}, {}),
        ({"probs": [0.1, 0.8, 0.1]}, {"classes": ["dog", "cat", "bird"]}),
    ],
    ids=["none", "not asked for", "another asked for", "null", "other order of classes"],
)
def test_else_the_label_counts(run: Any, attributes: Any, settings: Any) -> None:
    swap, report = run(attributes, **settings)
    assert swap < 0.1
    assert report.treated == {}


@pytest.mark.parametrize(
    "wrong", [[0.5, 0.5], [0.1, 0.8, 0.05, 0.05], [], [0.1, 1.5, 0.1], ["a", "b", "c"], "x", 0.5]
)
def test_what_is_no_probabilities_is_counted(run: Any, wrong: Any) -> None:
    swap, report = run({"probs": wrong})
    assert swap < 0.1
    what = "predictions with 'probs' that is not 3 probabilities: its label is used"
    assert report.treated == {what: 1}


def test_without_a_list_of_classes(run: Any) -> None:
    swap, report = run({"probs": [0.1, 0.8, 0.1]}, classes=None)
    assert swap < 0.1
    what = "predictions with 'probs' but no list of classes: its label is used"
    assert report.treated == {what: 1}


def test_a_missing_confidence_is_the_largest_probability(run: Any) -> None:
    swap, report = run({"probs": [0.97, 0.02, 0.01]}, confidence=None)
    assert swap < 0.1
    assert report.num_predictions == 2


@pytest.mark.parametrize("where", ["classes", "default_classes"])
def test_the_dataset_knows_the_order_of_classes(make_dataset: Any, where: str) -> None:
    found = detection("cat", BOX, confidence=0.99, probs=[0.1, 0.8, 0.1])
    dataset = make_dataset([far_sample(), sample([detection("dog", BOX)], [found])])
    dataset.default_classes = [*CLASSES[::-1], "x"]
    if where == "classes":
        dataset.classes = {"predictions": CLASSES}
    else:
        dataset.default_classes = CLASSES
    dataset.save()
    compute(dataset)
    assert dataset.last().label_quality_swap == 1.0


def test_attributes_may_differ_from_prediction_to_prediction() -> None:
    columns = [
        ("probs", [[0.2, 0.8], None, None, [1.0]]),
        ("logits", [None, [0.0, 0.0], None, [0.0, 100.0]]),
    ]
    treated: Counter[str] = Counter()
    found = read_probabilities(columns, 2, Sieve("predictions", 4, treated))
    expected = [[0.2, 0.8], [0.5, 0.5], [np.nan, np.nan], [0.0, 1.0]]
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert sum(treated.values()) == 1


def test_no_prediction_has_any() -> None:
    sieve = Sieve("predictions", 2, Counter())
    assert read_probabilities([("probs", [None, None])], 2, sieve) is None
    assert read_probabilities([], 2, sieve) is None


def test_probabilities_of_different_predictions_of_a_dataset(make_dataset: Any) -> None:
    found = [
        detection("cat", BOX, confidence=0.99, probs=[0.1, 0.8, 0.1]),
        detection("dog", BOX, confidence=0.99),
    ]
    dataset: fo.Dataset = make_dataset([far_sample(), sample([detection("dog", BOX)], found)])
    compute(dataset, classes=CLASSES)
    assert dataset.last().label_quality == pytest.approx(1.0)
