"""The runs that a dataset knows."""

from __future__ import annotations

import fiftyone as fo
import pytest

from odquality.bridge.run.known import check_run, load_report
from tests.bridge.datasets import compute


@pytest.fixture
def scored(dataset: fo.Dataset) -> fo.Dataset:
    """A dataset with a run of this plugin and one of another kind."""
    compute(dataset, key="first")
    dataset.register_run("theirs", dataset.init_run(method="other"))
    return dataset


def test_a_run_of_this_plugin_is_known_on_dataset_and_view(scored: fo.Dataset) -> None:
    assert check_run(scored, "first") == "first"
    assert check_run(scored.limit(1), "first") == "first"


@pytest.mark.parametrize("key", ["theirs", "second", "", None, 3, ["first"], {"key": "first"}])
def test_other_keys_are_refused_and_the_runs_listed(scored: fo.Dataset, key: object) -> None:
    with pytest.raises(ValueError, match=r"^key is .*expected a label quality run: one of 'first'"):
        check_run(scored, key)


def test_a_run_of_another_kind_is_called_so(scored: fo.Dataset) -> None:
    with pytest.raises(ValueError, match="'theirs': a run of another kind"):
        check_run(scored, "theirs")


def test_without_runs_the_message_says_so(dataset: fo.Dataset) -> None:
    with pytest.raises(ValueError, match="the dataset has none"):
        check_run(dataset, "first")


def test_report_is_the_one_that_the_run_gave(dataset: fo.Dataset) -> None:
    report = compute(dataset, key="first")
    assert load_report(dataset, "first") == report


def test_report_of_a_renamed_run_has_its_new_key(scored: fo.Dataset) -> None:
    scored.rename_run("first", "second")
    assert load_report(scored, "second").key == "second"


def test_a_run_without_results_is_incomplete(scored: fo.Dataset) -> None:
    scored.register_run("cut", scored.get_run_info("first").config)
    report = load_report(scored, "cut")
    assert report.state == "incomplete"
    assert (report.key, report.method) == ("cut", "objectlab")
