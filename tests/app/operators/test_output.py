from __future__ import annotations

from itertools import groupby

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odquality.app.operators.output import escape, report_output, values_output
from odquality.bridge.run.expected import Above
from odquality.bridge.run.report import LabelQualityReport, WorstImage

NUMBERS = st.dictionaries(st.text(max_size=8), st.floats() | st.integers(), max_size=3)
REPORTS = st.builds(
    LabelQualityReport,
    key=st.text(max_size=8),
    state=st.sampled_from(["complete", "incomplete", "running"]),
    num_scored=st.integers(0, 10**9),
    unscored=NUMBERS,
    treated=NUMBERS,
    issues=NUMBERS,
    quantiles=NUMBERS,
    expected_errors=NUMBERS,
    errors_above=st.dictionaries(
        st.text(max_size=8),
        st.lists(st.builds(Above, st.floats(), st.integers(), st.floats()), max_size=3),
        max_size=3,
    ),
    worst=st.lists(
        st.builds(WorstImage, st.text(), st.text(), NUMBERS, st.none() | st.floats()), max_size=3
    ),
    warnings=st.lists(st.text(), max_size=3),
)


def summary_of(report: LabelQualityReport) -> str:
    return report_output(report.to_dict()).to_json()["type"]["properties"]["summary"]["default"]


def test_columns_of_the_worst_images_are_called_by_their_titles():
    worst = [WorstImage("id", "/data/a.jpg", {"quality": 0.125, "badloc": 0.125})]
    text = summary_of(LabelQualityReport("lq", num_scored=1, worst=worst))
    assert "| Worst images | quality | Wrong box (badloc) |" in text
    assert "| a.jpg | 0.125 | 0.125 |" in text


def test_images_of_unlike_scores_stand_in_one_table():
    worst = [WorstImage("1", "a.jpg", {"swap": 0.5}), WorstImage("2", "b.jpg", {"badloc": 0.25})]
    rows = summary_of(LabelQualityReport("lq", num_scored=2, worst=worst)).splitlines()
    assert rows[-2:] == ["| a.jpg | 0.500 |  |", "| b.jpg |  | 0.250 |"]


def test_each_kind_has_a_row_of_what_probabilities_show():
    above = {"swap": [Above(0.3, 40, 31.4), Above(0.4, 20, 18.0), Above(0.5, 12, 11.0)]}
    report = LabelQualityReport(
        "lq", num_scored=1, expected_errors={"any": 52.0, "swap": 52.0}, errors_above=above
    )
    text = summary_of(report)
    assert "| Shown / right of these | expected | from 30% | from 50% |" in text
    assert "| Wrong class (swap) | 52.0 | 40 / 31 | 12 / 11 |" in text


def test_worst_images_have_their_expected_errors():
    worst = [WorstImage("1", "a.jpg", {"swap": 0.5}, 2.25), WorstImage("2", "b.jpg", {"swap": 1})]
    rows = summary_of(LabelQualityReport("lq", num_scored=2, worst=worst)).splitlines()
    assert rows[-4] == "| Worst images | Errors expected | Wrong class (swap) |"
    assert rows[-2:] == ["| a.jpg | 2.2 | 0.500 |", "| b.jpg |  | 1.000 |"]


def test_incomplete_report_says_what_to_do():
    text = summary_of(LabelQualityReport.incomplete("lq", "street", "calibrated"))
    assert "is incomplete" in text
    assert "delete the run" in text


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(REPORTS)
def test_every_report_can_be_shown(report):
    lines = summary_of(report).split("\n")
    assert lines[0].startswith("**Label quality")
    errors = report.error_table()
    sizes = [len(errors) + 1] * bool(errors) + [len(report.worst) + 2] * bool(report.worst)
    tables = [list(rows) for bar, rows in groupby(lines, lambda line: line[:1] == "|") if bar]
    assert [len(rows) for rows in tables] == sizes
    for rows in tables:
        bars = {line.replace("\\\\", "").replace("\\|", "").count("|") for line in rows}
        assert len(bars) == 1


def test_text_means_nothing_in_markdown():
    assert escape("a|b_c *d*\n<e>") == r"a\|b\_c \*d\* \<e\>"


def test_nothing_to_show_gives_an_empty_form():
    assert report_output(None).to_json()["type"]["properties"] == {}
    assert values_output(None, {}).to_json()["type"]["properties"] == {}
