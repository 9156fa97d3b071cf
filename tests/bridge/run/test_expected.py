"""Numbers of errors that are expected: on samples, in reports, and as the order of a review."""

from __future__ import annotations

import json
from typing import Any

import fiftyone as fo
import numpy as np
import pytest

import odquality
from odquality.bridge.run.expected import Above, read_above, table
from odquality.bridge.run.report import LabelQualityReport
from odquality.bridge.store import values
from odquality.kinds import ANY, BY_NAME, KINDS
from odquality.methods.thresholds import THRESHOLDS
from tests.bridge.datasets import compute, expected_quality, random_samples, sample

FIELD = "lq_expected_errors"
run = odquality.compute_label_quality


@pytest.fixture
def dataset(make_dataset: Any) -> fo.Dataset:
    """Sixty images, of which the last has no predictions."""
    dataset: fo.Dataset = make_dataset(random_samples(60))
    dataset.add_sample(sample([], None, filepath="/nowhere/unscored.jpg"))
    return dataset


def scored(dataset: fo.Dataset) -> fo.DatasetView:
    return dataset.exists("predictions")


def test_samples_have_what_the_arrays_give(dataset: fo.Dataset) -> None:
    report = run(dataset, key="lq")
    expected = expected_quality(scored(dataset), method="calibrated").expected_errors
    found = scored(dataset).values(FIELD)
    np.testing.assert_allclose(found, expected[ANY], rtol=0, atol=1e-9)
    assert dataset.last()[FIELD] is None
    assert isinstance(dataset.get_field(FIELD), fo.FloatField)
    assert set(report.expected_errors) == {ANY, *KINDS}
    for kind, numbers in expected.items():
        assert report.expected_errors[kind] == pytest.approx(numbers.sum(), abs=1e-6)


def test_methods_without_probabilities_have_none(dataset: fo.Dataset) -> None:
    run(dataset, key="lq")
    report = compute(dataset, key="lq")
    assert not dataset.has_field(FIELD)
    assert values.first_with(dataset, [FIELD]) is None
    assert (report.expected_errors, report.errors_above) == ({}, {})
    assert all(image.expected_errors is None for image in report.worst)
    assert FIELD not in dataset.list_indexes()
    scores = dataset.exists("lq").values("lq")
    assert odquality.worst_first(dataset, "lq").values("lq") == sorted(scores)


def test_they_go_with_their_run(dataset: fo.Dataset) -> None:
    run(dataset, key="lq")
    assert FIELD in dataset.list_indexes()
    assert FIELD in odquality.bridge.run.upkeep.list_fields(dataset, "lq")
    before = dataset.values(FIELD)
    order = odquality.worst_first(dataset, "lq").values("id")
    dataset.rename_run("lq", "final")
    assert not dataset.has_field(FIELD)
    assert dataset.values("final_expected_errors") == before
    assert "final_expected_errors" in dataset.list_indexes()
    assert odquality.worst_first(dataset, "final").values("id") == order
    dataset.delete_run("final")
    assert not dataset.has_field("final_expected_errors")
    assert values.first_with(dataset, ["final_expected_errors"]) is None
    assert "final_expected_errors" not in dataset.list_indexes()


def test_a_field_of_the_user_is_left_alone(dataset: fo.Dataset) -> None:
    dataset.set_values(FIELD, [1.5] * len(dataset))
    with pytest.raises(ValueError, match="would overwrite"):
        run(dataset, key="lq")
    compute(dataset, key="lq")
    scores = dataset.exists("lq").values("lq")
    assert odquality.worst_first(dataset, "lq").values("lq") == sorted(scores)
    dataset.delete_run("lq")
    assert dataset.values(FIELD) == [1.5] * len(dataset)


def test_a_review_opens_the_images_with_most_errors_first(dataset: fo.Dataset) -> None:
    report = run(dataset, key="lq")
    worst = odquality.worst_first(dataset, "lq")
    numbers = worst.values(FIELD)
    assert len(numbers) == len(dataset) - 1
    assert numbers == sorted(numbers, reverse=True)
    assert worst.values("lq") != sorted(worst.values("lq"))
    assert [image.sample_id for image in report.worst] == worst.limit(10).values("id")
    assert [image.expected_errors for image in report.worst] == numbers[:10]


def test_without_the_field_the_scores_order(dataset: fo.Dataset) -> None:
    run(dataset, key="lq")
    dataset.delete_sample_field(FIELD)
    scores = dataset.exists("lq").values("lq")
    assert odquality.worst_first(dataset, "lq").values("lq") == sorted(scores)


def test_a_copy_without_marks_of_an_earlier_version_is_cleared(
    dataset: fo.Dataset, tmp_path: Any
) -> None:
    run(dataset, key="lq")
    dataset.delete_sample_field(FIELD)
    dataset.write_json(str(tmp_path / "d.json"))
    copied = fo.Dataset.from_json(str(tmp_path / "d.json"))
    odquality.delete_run(copied, "lq")
    assert [path for path in copied.get_field_schema(flat=True) if "lq" in path] == []
    assert not any("lq" in str(one) for one in copied._sample_collection.find())
    copied.delete()


@pytest.mark.parametrize("least", [0.2, 0.5])
def test_thresholds_tell_what_is_suggested(dataset: fo.Dataset, least: float) -> None:
    report = run(dataset, key="lq", min_probability=least)
    assert sum(report.issues.values()) > 10
    for kind in KINDS:
        assert [one.threshold for one in report.errors_above[kind]] == list(THRESHOLDS)
        at = next(one for one in report.errors_above[kind] if one.threshold == least)
        assert at.shown == report.issues.get(kind, 0)
        suggested = dataset.filter_labels("lq_suggestions", fo.ViewField("kind") == kind)
        total = sum(suggested.values("lq_suggestions.detections.confidence", unwind=True))
        assert at.right == pytest.approx(total, rel=1e-9)


def test_the_run_s_record_keeps_them(dataset: fo.Dataset) -> None:
    report = run(dataset, key="lq")
    kept = LabelQualityReport.from_dict(dataset.load_run_results("lq").report)
    assert kept == report
    assert json.loads(json.dumps(report.to_dict()))


def test_the_report_has_a_row_per_kind(dataset: fo.Dataset) -> None:
    report = run(dataset, key="lq")
    text = str(report)
    total = report.expected_errors[ANY]
    assert total == pytest.approx(sum(report.expected_errors[kind] for kind in KINDS))
    assert f"  expected  {total:,.1f} errors in all" in text.splitlines()
    for kind in KINDS:
        line = next(
            line for line in text.splitlines() if line.strip().startswith(BY_NAME[kind].label)
        )
        assert f"{report.expected_errors[kind]:,.1f}" in line
        assert all(str(one) in line for one in report.errors_above[kind])
    assert f"{total:,.1f} errors expected in all" in report.headline()


def test_a_table_tells_what_there_is() -> None:
    above = {"swap": [Above(0.1, 1200, 300.4), Above(0.5, 40, 31.2)], "other": [Above(0.5, 2, 1)]}
    assert table({ANY: 9.0, "swap": 8.0}, above) == [
        ["Shown / right of these", "expected", "from 10%", "from 50%"],
        ["Wrong class (swap)", "8.0", "1,200 / 300", "40 / 31"],
        ["other", "", "", "2 / 1"],
    ]
    assert table({}, {}) == []


@pytest.mark.parametrize("record", [None, 5, [], {"swap": 5}, {"swap": None}])
def test_what_no_version_recorded_is_nothing(record: Any) -> None:
    assert read_above(record) == {}


@pytest.mark.parametrize(
    "view", [lambda all_: all_.select_fields("tags"), lambda all_: all_.to_patches("ground_truth")]
)
def test_a_view_that_hides_the_scores_is_told_from_scores_that_are_gone(dataset, view) -> None:
    run(dataset, key="lq")
    with pytest.raises(ValueError, match=r"samples do not show \['lq'\].*pass the dataset"):
        odquality.worst_first(view(dataset), "lq")
    dataset.delete_sample_field("lq")
    with pytest.raises(ValueError, match="'lq', are not there any more; run it again"):
        odquality.worst_first(view(dataset), "lq")
