"""Calls from Python that no form would make."""

from __future__ import annotations

import fiftyone as fo
import fiftyone.operators as foo
import pytest
from fiftyone.operators.executor import ExecutionError

import odquality
from odquality.app.names import PLUGIN
from odquality.app.operators import OPERATORS

KEY = "run"
NAMES = [operator().config.name for operator in OPERATORS]
# What an operator needs besides the key of a run; most of them need nothing.
NEEDED = {
    "assign_folds": {"k": 2},
    "accept_all_label_issues": {"min_probability": 0.99},
    "export_label_issues": {"path": "never-written.csv"},
}
WITHOUT_A_KEY = ("assign_folds", "compute_label_quality", "restore_my_colors")


@pytest.fixture
def scored(dataset: fo.Dataset) -> fo.Dataset:
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.01)
    return dataset


def call(name: str, samples: fo.Dataset | None, **params: object) -> dict[str, object]:
    context = {} if samples is None else {"dataset": samples}
    return foo.execute_operator(f"{PLUGIN}/{name}", context, params=params).result


@pytest.mark.parametrize("name", NAMES)
def test_without_a_dataset_it_says_so(name: str) -> None:
    with pytest.raises(ExecutionError, match="There is no dataset: open one in the App, or pass"):
        call(name, None)


@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_that_there_is_not_is_refused_and_nothing_done(
    scored: fo.Dataset, name: str
) -> None:
    issue = odquality.list_issues(scored, KEY, limit=1)[0]
    odquality.dismiss(scored, KEY, issue, by="ann")
    params = dict(NEEDED.get(name, {}))
    if name not in WITHOUT_A_KEY:
        params["key"] = KEY
    if name in ("accept_label_issues", "dismiss_label_issues", "skip_label_issues"):
        params["issues"] = [odquality.list_issues(scored, KEY, limit=1)[0].id]
    before = list(scored._sample_collection.find().sort("_id"))
    with pytest.raises(ExecutionError, match=f"{name} has no parameter 'bye'; it has "):
        call(name, scored, **params, bye="ann")
    assert list(scored._sample_collection.find().sort("_id")) == before
    assert scored.list_runs() == [KEY]


def test_defaults_of_the_forms_are_those_of_the_functions(scored: fo.Dataset) -> None:
    tagged = call("tag_label_issues", scored, key=KEY)
    assert scored.count_sample_tags() == {"label error": tagged["samples"]}


def test_all_is_accepted_from_a_probability_that_is_told_alone(scored: fo.Dataset) -> None:
    with pytest.raises(ExecutionError, match=r"min_probability.*Required property"):
        call("accept_all_label_issues", scored, key=KEY)


def test_several_kinds_are_meant_as_the_function_means_them(scored: fo.Dataset) -> None:
    kinds = ["swap", "overlooked"]
    expected = odquality.list_issues(scored, KEY, kinds=kinds)
    listed = call("list_label_issues", scored, key=KEY, kinds=kinds)["issues"]
    assert [one["id"] for one in listed] == [one.id for one in expected]
    assert {one.kind for one in expected} == set(kinds)
