"""The tables show the figures that were measured."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks.accuracy.benchmark import Report
from benchmarks.accuracy.data import DetectionData, make_boxes, make_predictions
from benchmarks.accuracy.metrics import Ranking
from benchmarks.accuracy.reliability import ReliabilityBin
from benchmarks.accuracy.report import to_json, to_markdown
from benchmarks.accuracy.runner import Result
from benchmarks.accuracy.tables import (
    by_metric,
    cross_table,
    largest_spread,
    number,
    reliability_table,
)


def result(
    auroc: float, *, method: str = "m", kind: str = "swap", seed: int = 0, protocol: str = "images"
) -> Result:
    ranking = Ranking(auroc, 0.5, 0.25, np.nan, 10, 40)
    return Result("made", protocol, kind, "image", kind, method, seed, ranking)


def test_mean_and_spread_over_the_seeds() -> None:
    rows = by_metric([result(0.5), result(0.7, seed=1), result(0.9, method="other")]).splitlines()
    assert rows[2] == "| m | .600 +/- .100 | .500 +/- .000 | .250 +/- .000 | - | 2 |"
    assert rows[3] == "| other | .900 | .500 | .250 | - | 1 |"


def test_what_was_not_measured_is_a_dash() -> None:
    results = [result(0.5), result(0.7, kind="badloc"), result(0.9, method="other")]
    rows = cross_table(results, ("method", "kind"), ["AUROC"]).splitlines()
    assert rows == [
        "| method | swap | badloc |",
        "| --- | --- | --- |",
        "| m | .500 | .700 |",
        "| other | .900 | - |",
    ]


def test_the_largest_spread_leaves_out_what_has_no_figure() -> None:
    swap, badloc = [result(0.5), result(0.9, seed=1)], [result(0.1, kind="badloc")]
    assert largest_spread([*swap, *badloc], "auroc") == pytest.approx(0.2)
    assert np.isnan(largest_spread(swap, "precision_at_100"))
    assert np.isnan(largest_spread([], "auroc"))


@pytest.mark.parametrize(
    ("value", "text"), [(0.1234, ".123"), (1.0, "1.000"), (0.0, ".000"), (np.nan, "-")]
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


def test_reliability_shows_observed_share_and_count() -> None:
    curves = {"swap": [ReliabilityBin(0.8, 0.9, 0.85, 0.75, 1200)], "badloc": []}
    assert reliability_table(curves).splitlines()[2] == "| .800 to .900 | .750 (1,200) | - |"


def test_both_files_hold_every_dataset() -> None:
    integers, floats = np.empty(0, np.int64), np.empty(0)
    data = DetectionData(
        "made",
        ("a",),
        np.ones((1, 2)),
        make_boxes(integers, floats, integers, 1),
        np.empty(0, bool),
        make_predictions(integers, floats, integers, floats, 1),
    )
    useless = result(np.nan, protocol="boxes")
    report = Report(data, [result(0.5), result(0.625, protocol="real"), useless])
    markdown = to_markdown([report])
    assert "## made: 1 images" in markdown
    assert "which of 40 unmatched predictions show an overlooked object (10 do)" in markdown
    assert "| m | .625 | .500 | .250 | - | 1 |" in markdown
    assert "5% of the boxes" not in markdown
    stored = json.loads(to_json([report]))["results"]
    assert [each["auroc"] for each in stored] == [0.5, 0.625, None]
    assert stored[0]["precision_at_100"] is None
