"""The tables show the figures that were measured."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.accuracy.benchmark import Report
from benchmarks.accuracy.data import DetectionData, make_boxes, make_predictions
from benchmarks.accuracy.metrics import Ranking
from benchmarks.accuracy.real_benchmark import RealFindings
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

INTEGERS, FLOATS = np.empty(0, np.int64), np.empty(0)
DATA = DetectionData(
    "made",
    ("a",),
    np.ones((1, 2)),
    make_boxes(INTEGERS, FLOATS, INTEGERS, 1),
    np.empty(0, bool),
    make_predictions(INTEGERS, FLOATS, INTEGERS, FLOATS, 1),
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
    rows = reliability_table(curves).splitlines()
    assert rows[2] == "| .800 to .900 | .750 (1,200) | - |"
    assert rows[3] == "| calibration error | .100 | - |"


def test_both_files_hold_every_dataset() -> None:
    useless = result(np.nan, protocol="boxes")
    missing = replace(result(0.625, kind="overlooked", protocol="real"), level="box")
    real = RealFindings(
        {"overlooked": 7},
        [missing, replace(missing, kind="badloc", ranking=useless.ranking)],
        {("best possible", ""): (0.1, 0.2, 0.4), ("m", "image score"): (0.05, 0.1, 0.2)},
        {"m": {"any": (3.6, 7)}},
        {"m": {"labels": [ReliabilityBin(0.8, 0.9, 0.85, 0.75, 1200)]}},
    )
    report = Report(DATA, [result(0.5), useless], real)
    markdown = to_markdown([report])
    assert "### made: 1 images, 0 labels" in markdown
    assert markdown.index("### made: 1 images, 7 errors (7 overlooked)") < markdown.index(
        "## Injected errors"
    )
    assert "| m | .625 / .500 |" in markdown
    assert "| best possible | .100 | .200 | .400 |" in markdown
    assert "| m, image score | .050 | .100 | .200 |" in markdown
    assert "| any | 4 | 7 |" in markdown
    assert "| calibration error | .100 |" in markdown
    assert "5% of the boxes" not in markdown
    document = json.loads(to_json([report]))
    stored = document["results"]
    assert [each["auroc"] for each in stored] == [0.5, None, 0.625, None]
    assert stored[0]["precision_at_100"] is None
    assert document["real"]["made"]["shares"]["m, image score"] == [0.05, 0.1, 0.2]


def test_a_data_set_that_has_its_errors_gets_no_tables_of_others() -> None:
    markdown = to_markdown([Report(DATA, real=RealFindings({"swap": 1}))])
    assert "## Real errors" in markdown
    assert "## Injected errors" not in markdown
