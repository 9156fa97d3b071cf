"""What people read about a run."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from odquality.bridge.run.report import LabelQualityReport, WorstImage, quantiles


@pytest.fixture
def report() -> LabelQualityReport:
    return LabelQualityReport(
        key="lq",
        dataset="street",
        method="objectlab",
        num_scored=1200,
        unscored={"no value in 'predictions'": 1},
        treated={"ground_truth without a label: left out": 3},
        num_labels=5000,
        num_predictions=1,
        issues={},
        quantiles=quantiles(np.linspace(0, 1, 1200)),
        worst=[WorstImage("id", "/data/a.jpg", {"quality": 0.1234, "swap": 0.5})],
        seconds={"read": 1.25, "score": 0.5, "write": 2.0},
        warnings=["the view hides some boxes"],
    )


def test_it_prints_all_one_needs_to_know(report: LabelQualityReport) -> None:
    assert str(report).splitlines() == [
        "Label quality 'lq' of dataset 'street' (method objectlab)",
        "  scored    1,200 images, 5,000 labels, 1 prediction",
        "  unscored  1 image: no value in 'predictions'",
        "  note      3 of ground_truth without a label: left out",
        "  warning   the view hides some boxes",
        "  quantiles 0% 0.000  1% 0.010  5% 0.050  25% 0.250  50% 0.500  75% 0.750  100% 1.000",
        "  worst images (0 = surely mislabelled, 1 = surely right)",
        "    quality 0.123  swap 0.500  /data/a.jpg",
        "  seconds   read 1.2, score 0.5, write 2.0",
    ]


def test_it_survives_json(report: LabelQualityReport) -> None:
    values = json.loads(json.dumps(report.to_dict()))
    assert LabelQualityReport.from_dict(values) == report


def test_headline(report: LabelQualityReport) -> None:
    expected = "Label quality of 1,200 images scored; lowest 0.000, median 0.500"
    assert report.headline() == expected


@pytest.mark.parametrize(
    ("unscored", "why"),
    [({"no value in 'x'": 1200}, r"1,200: no value in 'x'"), ({}, "there are none")],
)
def test_headline_without_scores(
    report: LabelQualityReport, unscored: dict[str, int], why: str
) -> None:
    empty = replace(report, num_scored=0, unscored=unscored, quantiles={}, worst=[])
    assert empty.headline() == f"Label quality: no image could be scored ({why})"
    assert "quantiles" not in str(empty)


def test_quantiles_of_nothing() -> None:
    assert quantiles(np.empty(0)) == {}
