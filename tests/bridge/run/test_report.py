"""What people read about a run."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odquality.bridge.run.report import LabelQualityReport, WorstImage
from odquality.bridge.run.reporting import quantiles
from odquality.kinds import BY_NAME, KINDS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
# How long an example takes says more of the machine than of the code.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
FIELDS = tuple(LabelQualityReport.__dataclass_fields__)


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
        "    quality 0.123  Wrong class (swap) 0.500  /data/a.jpg",
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


def test_errors_go_by_their_titles_in_the_order_of_the_table(report: LabelQualityReport) -> None:
    found = {kind: number for number, kind in enumerate(reversed(KINDS), 1)}
    text = str(replace(report, issues=found))
    line = next(line for line in text.splitlines() if line.startswith("  errors"))
    labels = [f"{found[kind]} {BY_NAME[kind].title} ({kind})" for kind in KINDS]
    assert line == f"  errors    {', '.join(labels)}"
    assert ", ".join(labels) in replace(report, issues=found).headline()


def test_a_kind_of_another_version_is_told_as_it_is(report: LabelQualityReport) -> None:
    known = replace(report, issues={"upside_down": 2, "swap": 1})
    assert "1 Wrong class (swap), 2 upside_down" in known.headline()


def test_where_the_detector_may_have_learnt_the_labels_a_question_stands_for_numbers(
    report: LabelQualityReport,
) -> None:
    line = "  expected  unknown: was the detector trained on these labels?"
    assert line in str(replace(report, maybe_in_sample=True)).splitlines()
    assert line not in str(report).splitlines()


def test_incomplete_report_says_so_first_and_what_to_do() -> None:
    lines = str(LabelQualityReport.incomplete("lq", "street", "calibrated")).splitlines()
    assert lines[0].startswith("INCOMPLETE")
    assert "under the key 'lq'" in lines[0]
    assert "dataset.delete_run('lq')" in lines[0]
    assert lines[1] == "Label quality 'lq' of dataset 'street' (method calibrated)"
    assert "incomplete" in LabelQualityReport.incomplete("lq", "street", "calibrated").headline()


def test_whatever_is_not_complete_is_incomplete(report: LabelQualityReport) -> None:
    assert report.advice == ""
    assert str(replace(report, state="running")).startswith("INCOMPLETE")


def test_record_of_an_older_version_has_defaults(report: LabelQualityReport) -> None:
    older = report.to_dict()
    for name in ("state", "issues", "warnings"):
        del older[name]
    assert LabelQualityReport.from_dict(older) == replace(report, issues={}, warnings=[])


def test_record_of_a_newer_version_loads_without_what_is_unknown(
    report: LabelQualityReport,
) -> None:
    newer = report.to_dict() | {"reviewed": 7}
    newer["worst"] = [image | {"thumbnail": "a.png"} for image in newer["worst"]]
    assert LabelQualityReport.from_dict(newer) == report


@patient
@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_no_record_is_too_odd_to_be_shown(record: dict[str, object]) -> None:
    report = LabelQualityReport.from_dict(record)
    assert report.headline()
    assert report.key in str(report) or repr(report.key) in str(report)
    assert LabelQualityReport.from_dict(report.to_dict()).to_dict().keys() == set(FIELDS)


@patient
@given(JSON)
def test_what_is_no_record_loads_as_an_empty_one(record: object) -> None:
    if not isinstance(record, dict):
        assert LabelQualityReport.from_dict(record) == LabelQualityReport.from_dict({})  # type: ignore[arg-type]


@pytest.mark.parametrize("names", [{"0.0": 0.5}, {"0.5": 0.25}, {}, {"tenth": 1.0}])
def test_headline_gives_the_quantiles_that_there_are(
    report: LabelQualityReport, names: dict[str, float]
) -> None:
    few = replace(report, quantiles=names)
    assert few.headline().startswith("Label quality of 1,200 images scored")
    assert all(name in str(few) for name in names if name == "tenth")
