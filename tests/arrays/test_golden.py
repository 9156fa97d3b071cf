"""The scores of small scenes equal those that the reference once gave (see make_golden.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import odquality
from odquality.arrays.image_lists import ImageLists
from odquality.methods.objectlab.average_precision import AveragePrecision
from tests.arrays.scenes import to_rows

CASES = {
    case["name"]: case for case in json.loads(Path(__file__).with_name("golden.json").read_text())
}
# Images with a box of a class whose average precision is 0, which the reference never flags.
FLAGGED_BEYOND_THE_REFERENCE = {"far apart": [1], "no labels": [0, 1]}
LAYOUTS = {"per class": list, "rows": to_rows}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    return CASES[request.param]


@pytest.fixture
def labels(case: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "bboxes": np.array(label["bboxes"], float).reshape(-1, 4),
            "labels": np.array(label["labels"], int),
        }
        for label in case["labels"]
    ]


@pytest.fixture(params=LAYOUTS)
def predictions(request: pytest.FixtureRequest, case: dict[str, Any]) -> list[Any]:
    per_class = [
        [np.array(found, float).reshape(-1, 5) for found in image] for image in case["predictions"]
    ]
    return LAYOUTS[request.param](per_class)


def test_scores(case: dict[str, Any], labels: Any, predictions: Any) -> None:
    quality = odquality.score_labels(
        labels,
        predictions,
        aggregation_weights=case["aggregation_weights"],
        overlapping_label_check=case["overlapping_label_check"],
    )
    for name, expected in case["scores"].items():
        np.testing.assert_allclose(quality.scores[name], expected, rtol=0, atol=1e-12)
    by_kind = {**quality.label_scores, **quality.prediction_scores}
    for kind, expected in case["box_scores"].items():
        for found, scores in zip(by_kind[kind], expected, strict=True):
            np.testing.assert_allclose(found, np.array(scores, float), rtol=0, atol=1e-12)


def test_image_scores_alone(case: dict[str, Any], labels: Any, predictions: Any) -> None:
    quality = odquality.get_label_quality_scores(
        labels,
        predictions,
        aggregation_weights=case["aggregation_weights"],
        overlapping_label_check=case["overlapping_label_check"],
        verbose=False,
    )
    np.testing.assert_allclose(quality, case["scores"]["quality"], rtol=0, atol=1e-12)


def test_average_precision(case: dict[str, Any], labels: Any, predictions: Any) -> None:
    average_precision = AveragePrecision()
    for scenes in ImageLists(labels, predictions).scenes():
        average_precision = average_precision.merge(AveragePrecision.observe(scenes))
    classes, values = average_precision.per_class()
    found = np.zeros(len(case["average_precision"]))
    found[classes] = values
    # The reference keeps float32 values.
    np.testing.assert_allclose(found, case["average_precision"], rtol=0, atol=1e-6)


def test_issues(case: dict[str, Any], labels: Any, predictions: Any) -> None:
    flagged = odquality.find_label_issues(
        labels, predictions, overlapping_label_check=case["overlapping_label_check"]
    )
    expected = np.array(case["is_issue"])
    more = FLAGGED_BEYOND_THE_REFERENCE.get(case["name"], [])
    assert not expected[more].any()
    expected[more] = True
    assert flagged.tolist() == expected.tolist()


def test_only_where_the_average_precision_is_0_more_is_flagged() -> None:
    for name in FLAGGED_BEYOND_THE_REFERENCE:
        assert 0 in CASES[name]["average_precision"]


def test_the_cases_tell_good_images_from_bad_ones() -> None:
    shares = [np.mean(case["is_issue"]) for case in CASES.values()]
    assert sum(0 < share < 1 for share in shares) == 9
    assert CASES["known errors"]["is_issue"] == [False, True, True, True, True, False]
    assert CASES["known errors, overlaps unchecked"]["is_issue"][4] is False
