"""The operators of a review do what the functions do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import pytest
from fiftyone.operators import types
from fiftyone.operators.executor import ExecutionContext, ExecutionError, Executor

import odquality
from odquality.app.operators.review.operators import REVIEW_OPERATORS
from odquality.bridge.review.views import crops

PLUGIN = "@odquality/label-quality"
KEY = "run"


@pytest.fixture
def scored(dataset: fo.Dataset) -> fo.Dataset:
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.01)
    assert len(odquality.list_issues(dataset, KEY)) >= 2
    return dataset


def run(name: str, dataset: fo.Dataset, **params):
    return foo.get_operator(f"{PLUGIN}/{name}")(dataset, KEY, **params).result


def issue_ids(dataset: fo.Dataset, status: str = "open") -> list[str]:
    return [issue.id for issue in odquality.list_issues(dataset, KEY, status=status)]


def test_issues_are_listed_as_plain_values(scored: fo.Dataset) -> None:
    result = run("list_label_issues", scored, order="probability", limit=2)
    json.dumps(result)
    assert [one["id"] for one in result["issues"]] == [
        one.id for one in odquality.list_issues(scored, KEY, order="probability", limit=2)
    ]
    assert result["summary"].startswith("2 issues")
    assert result["issues"][0]["evidence"]


@pytest.mark.parametrize("status", ["accept", "dismiss", "skip"])
def test_decisions_are_made_undone_and_made_again(scored: fo.Dataset, status: str) -> None:
    every = issue_ids(scored)
    result = run(f"{status}_label_issues", scored, issues=every[:1])
    assert (result["done"], result["refused"]) == (every[:1], [])
    assert every[0] not in issue_ids(scored)
    assert run("undo_label_decisions", scored)["done"] == every[:1]
    assert issue_ids(scored) == every
    assert run("redo_label_decisions", scored)["done"] == every[:1]
    assert every[0] not in issue_ids(scored)


def test_a_refusal_is_told_with_its_reason(scored: fo.Dataset) -> None:
    first = issue_ids(scored)[:1]
    run("accept_label_issues", scored, issues=first)
    (refused,) = run("dismiss_label_issues", scored, issues=first)["refused"]
    assert refused["issue_id"] == first[0]
    assert "already" in refused["reason"]


def test_what_is_selected_in_the_app_is_decided_on(scored: fo.Dataset) -> None:
    (issue,) = odquality.list_issues(scored, KEY, limit=1)
    request = {
        "dataset_name": scored.name,
        "operator_uri": f"{PLUGIN}/dismiss_label_issues",
        "params": {"key": KEY},
        "selected": [issue.sample_id],
    }
    context = ExecutionContext(request, executor=Executor())
    operator = foo.get_operator(f"{PLUGIN}/dismiss_label_issues")
    result = operator.execute(context)
    assert issue.id in result["done"]
    assert {one.split("/")[0] for one in result["done"]} == {issue.sample_id}
    asked = [one.operator_uri.split("/")[-1] for one in context.executor._requests]
    assert asked == ["reload_dataset"]


def context_of(name: str, dataset: fo.Dataset, **request) -> ExecutionContext:
    """As the App calls an operator, with what is selected in it."""
    request |= {
        "dataset_name": dataset.name,
        "operator_uri": f"{PLUGIN}/{name}",
        "params": {"key": KEY, **request.pop("params", {})},
    }
    return ExecutionContext(request, executor=Executor())


def form_of(name: str, context: ExecutionContext) -> dict[str, types.Property]:
    return dict(foo.get_operator(f"{PLUGIN}/{name}").resolve_input(context).type.properties)


def test_boxes_selected_in_an_image_are_decided_on(scored: fo.Dataset) -> None:
    issue = next(one for one in odquality.list_issues(scored, KEY) if one.label_id)
    box = {"sample_id": issue.sample_id, "label_id": issue.label_id, "field": "ground_truth"}
    context = context_of("accept_label_issues", scored, selected_labels=[box])
    assert "1 open issue is selected" in str(
        form_of("accept_label_issues", context)["selected"].view.label
    )
    result = foo.get_operator(f"{PLUGIN}/accept_label_issues").execute(context)
    assert result["done"] == [issue.id]


def test_boxes_selected_in_a_crop_are_decided_on(scored: fo.Dataset) -> None:
    view = crops(scored, KEY)
    patch = view.first()
    (issue,) = [one for one in odquality.list_issues(scored, KEY) if one.suggestion_id == patch.id]
    box = {"sample_id": patch.id, "label_id": patch.id, "field": f"{KEY}_suggestions"}
    for chosen in ({"selected_labels": [box]}, {"selected": [patch.id]}):
        context = context_of("skip_label_issues", scored, view=view._serialize(), **chosen)
        result = foo.get_operator(f"{PLUGIN}/skip_label_issues").execute(context)
        assert result["done"] == [issue.id]
        run("undo_label_decisions", scored)


@pytest.mark.parametrize("name", ["accept", "dismiss", "skip"])
def test_the_form_says_that_nothing_is_selected(scored: fo.Dataset, name: str) -> None:
    name = f"{name}_label_issues"
    nothing = form_of(name, context_of(name, scored))["issues"]
    assert nothing.invalid
    assert "Nothing is selected" in nothing.error_message
    issue = odquality.list_issues(scored, KEY)[0]
    ids = form_of(name, context_of(name, scored, params={"issues": [issue.id]}))["issues"]
    assert not ids.invalid
    settled = next(
        sample_id
        for sample_id in scored.values("id")
        if sample_id not in {one.sample_id for one in odquality.list_issues(scored, KEY)}
    )
    none_open = form_of(name, context_of(name, scored, selected=[settled]))["issues"]
    assert none_open.invalid
    assert "Nothing that is selected has an open issue" in none_open.error_message
    before = issue_ids(scored)
    with pytest.raises(ExecutionError, match="issues"):
        run(name, scored)
    assert issue_ids(scored) == before


@pytest.mark.parametrize("classes", ["dog", ["dog"], []])
def test_classes_choose_issues(scored: fo.Dataset, classes) -> None:
    expected = odquality.list_issues(scored, KEY, classes=classes or None)
    listed = run("list_label_issues", scored, classes=classes)["issues"]
    assert [one["id"] for one in listed] == [one.id for one in expected]
    tagged = run("tag_label_issues", scored, tag="look", classes=classes)
    assert tagged["samples"] == len({one.sample_id for one in expected})
    done = run("accept_all_label_issues", scored, classes=classes, min_probability=0.0)["done"]
    assert set(done) == {one.id for one in expected}


def test_a_review_is_looked_after(scored: fo.Dataset) -> None:
    issue = next(one for one in odquality.list_issues(scored, KEY) if one.kind == "swap")
    sample = scored[issue.sample_id]
    for label in sample.ground_truth.detections:
        label.label = issue.label if label.id == issue.label_id else label.label
    sample.save()
    assert run("note_label_edits", scored)["done"] == [issue.id]
    told = run("label_review_progress", scored)
    json.dumps(told)
    assert told["decided"]["edited"] == 1
    assert "1 edited" in told["summary"]
    learnt = run("learn_from_label_decisions", scored)
    json.dumps(learnt)
    assert learnt["remaining"] != told["remaining"]
    assert learnt["remaining"] == odquality.review_progress(scored, KEY).remaining
    assert run("delete_label_decisions", scored)["deleted"] == 1
    assert odquality.review_progress(scored, KEY).num_decided == 0


def test_all_likely_ones_are_accepted(scored: fo.Dataset) -> None:
    expected = odquality.preview_accept_all(scored, KEY, min_probability=0.1)
    result = run("accept_all_label_issues", scored, min_probability=0.1)
    assert set(result["done"]) == {issue.id for issue in expected.issues}


def test_issues_are_exported_and_tagged(scored: fo.Dataset, tmp_path: Path) -> None:
    path = tmp_path / "issues.json"
    assert run("export_label_issues", scored, path=str(path))["rows"] == len(issue_ids(scored))
    assert path.exists()
    tagged = run("tag_label_issues", scored, tag="look")
    assert scored.count_sample_tags() == {"look": tagged["samples"]}


@pytest.mark.parametrize("operator", REVIEW_OPERATORS)
def test_forms_ask_for_a_run_and_say_if_there_is_none(operator, dataset: fo.Dataset) -> None:
    context = ExecutionContext({"dataset_name": dataset.name, "params": {}}, executor=Executor())
    form = foo.get_operator(f"{PLUGIN}/{operator.name_}").resolve_input(context)
    assert "no_runs" in form.to_json()["type"]["properties"]
    odquality.compute_label_quality(dataset, key=KEY)
    request = {"dataset_name": dataset.name, "params": {"key": KEY}}
    context = ExecutionContext(request, executor=Executor())
    form = foo.get_operator(f"{PLUGIN}/{operator.name_}").resolve_input(context)
    assert "key" in form.to_json()["type"]["properties"]


@pytest.mark.parametrize("operator", REVIEW_OPERATORS)
def test_a_run_that_is_not_there_is_named(operator, scored: fo.Dataset) -> None:
    with pytest.raises(ValueError, match="'nothing'"):
        foo.get_operator(f"{PLUGIN}/{operator.name_}")(scored, "nothing")


def streamed(name: str, dataset: fo.Dataset, **params) -> dict[str, Any]:
    """What the App is sent by an operator that it waits for, by what it is to do."""
    uri = f"{PLUGIN}/{name}"
    request = {
        "dataset_name": dataset.name,
        "operator_uri": uri,
        "params": {"key": KEY, **params},
    }
    operator = foo.get_operator(uri)
    assert operator.config.execute_as_generator
    sent = operator.execute(ExecutionContext(request, executor=Executor()))
    bodies = [message.body for message in sent]
    return {one.operator_uri.split("/")[-1]: one.params for one in reversed(bodies)}


def test_the_app_says_what_it_waits_for(scored: fo.Dataset) -> None:
    likely = odquality.list_issues(scored, KEY, min_probability=0.0)
    sent = streamed("accept_all_label_issues", scored, min_probability=0.0)
    assert sent["set_progress"]["label"] == "Mending labels, one by one"
    assert next(iter(sent)) == "show_output"
    assert {"reload_dataset", "show_output"} <= set(sent)
    done = set(sent["show_output"]["results"]["done"])
    assert done
    assert done <= {one.id for one in likely}
    assert set(issue_ids(scored, "accepted")) == done
    assert f"{len(done)} accepted" in str(sent["show_output"]["outputs"])
    assert set(streamed("undo_label_decisions", scored)["show_output"]["results"]["done"]) == done
    learnt = streamed("learn_from_label_decisions", scored)
    assert "Learning from the decisions" in learnt["set_progress"]["label"]


def test_the_app_is_told_what_is_wrong_with_what_it_waits_for(scored: fo.Dataset) -> None:
    sent = streamed("accept_all_label_issues", scored, min_probability=2)
    assert "min_probability" in sent["notify"]["message"]
    assert "reload_dataset" not in sent
    assert "min_probability" in sent["show_output"]["results"]["error"]
    assert issue_ids(scored, "accepted") == []
