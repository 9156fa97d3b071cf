from __future__ import annotations

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types
import pytest
from fiftyone import ViewField as F
from fiftyone.operators.executor import ExecutionContext, ExecutionError, Executor

import odquality

PLUGIN = "@odquality/label-quality"
OPERATORS = ("show_worst_images", "delete_label_quality")
NO_RUNS = ("theirs", "another", "", None, 3, ["run"], {"key": "run"})


@pytest.fixture
def scored(dataset):
    """A dataset with a run of this plugin and one of another kind."""
    odquality.compute_label_quality(dataset, key="run")
    dataset.register_run("theirs", dataset.init_run(method="other"))
    return dataset


def operator_of(name):
    return foo.get_operator(f"{PLUGIN}/{name}")


def context_of(dataset, **request):
    request = {"dataset_name": dataset.name, "params": {}} | request
    return ExecutionContext(request, executor=Executor())


def form_of(name, dataset, **params):
    form = operator_of(name).resolve_input(context_of(dataset, params=params))
    return form.to_json()["type"]["properties"]


def run_in_app(name, dataset, **request):
    """What an operator returns to the App, and what it asks the App to do."""
    context = context_of(dataset, operator_uri=f"{PLUGIN}/{name}", **request)
    results = operator_of(name).execute(context)
    requests = {one.operator_uri.split("/")[-1]: one.params for one in context.executor._requests}
    return results, requests


def test_show_worst_images_ranks_them(scored):
    ids = operator_of("show_worst_images")(scored, "run").result["sample_ids"]
    assert ids == scored.sort_by("run").values("id")


def test_show_worst_images_leaves_unscored_ones_out_and_keeps_to_the_limit(dataset):
    odquality.compute_label_quality(dataset.limit(2), key="run")
    operator = operator_of("show_worst_images")
    assert operator(dataset, "run").result["num_images"] == 2
    assert operator(dataset, "run", limit=1).result["num_images"] == 1


def test_show_worst_images_sends_the_app_a_view_and_no_ids(scored):
    results, requests = run_in_app("show_worst_images", scored, params={"key": "run"})
    assert results == {"key": "run", "num_images": 3}
    view = fo.DatasetView._build(scored, requests["set_view"]["view"])
    assert view.values("id") == scored.sort_by("run").values("id")


def test_show_worst_images_of_dynamic_groups(scored):
    view = scored.group_by("filepath")
    assert operator_of("show_worst_images")(view, "run").result["num_images"] == 3


def test_delete_removes_the_run_and_its_fields_and_says_so(dataset):
    before = set(dataset.get_field_schema(flat=True))
    odquality.compute_label_quality(dataset, key="run")
    written = set(dataset.get_field_schema(flat=True)) - before
    result = operator_of("delete_label_quality")(dataset, "run").result
    assert result["deleted"] == "run"
    assert set(result["fields"]) == written
    assert dataset.list_runs() == []
    assert set(dataset.get_field_schema(flat=True)) == before


@pytest.mark.parametrize(
    ("view", "is_cleared"),
    [
        (lambda dataset: dataset.sort_by("run"), True),
        (lambda dataset: dataset.filter_labels("ground_truth", F("run_issue") == "swap"), True),
        (lambda dataset: dataset.sort_by("filepath"), False),
        (lambda dataset: dataset.limit(2), False),
        (lambda dataset: dataset.view(), False),
    ],
)
def test_delete_keeps_a_view_that_does_not_use_the_fields(scored, view, is_cleared):
    stages = view(scored)._serialize()
    _, requests = run_in_app("delete_label_quality", scored, view=stages, params={"key": "run"})
    assert ("clear_view" in requests) == is_cleared
    assert "reload_dataset" in requests
    assert "clear_sidebar_filters" not in requests


def test_delete_knows_what_a_saved_view_uses(scored):
    scored.save_view("worst", scored.sort_by("run"))
    _, requests = run_in_app(
        "delete_label_quality", scored, view_name="worst", params={"key": "run"}
    )
    assert "clear_view" in requests


def test_delete_clears_filters_on_the_fields(scored):
    filters = {"run": {"range": [0, 0.5], "_CLS": "float", "exclude": False}}
    _, requests = run_in_app("delete_label_quality", scored, filters=filters, params={"key": "run"})
    assert "clear_sidebar_filters" in requests
    assert "clear_view" not in requests


@pytest.mark.parametrize("key", NO_RUNS)
@pytest.mark.parametrize("name", OPERATORS)
def test_what_is_no_run_is_refused_and_the_runs_listed(scored, name, key):
    message = r"expected a label quality run: one of \['run'\]"
    with pytest.raises(ValueError, match=message):
        operator_of(name)(scored, key)
    with pytest.raises(ValueError, match=message):
        operator_of(name).execute(context_of(scored, params={"key": key}))
    with pytest.raises(ExecutionError, match=f"Path: key.*{message}"):
        foo.execute_operator(f"{PLUGIN}/{name}", {"dataset": scored}, params={"key": key})
    assert scored.list_runs() == ["run", "theirs"]


@pytest.mark.parametrize("name", OPERATORS)
def test_only_runs_of_this_plugin_are_offered(scored, name):
    assert form_of(name, scored)["key"]["type"]["values"] == ["run"]


@pytest.mark.parametrize("name", OPERATORS)
def test_an_incomplete_run_is_offered_as_such(scored, cut_off, name):
    cut_off(scored, "cut")
    choices = form_of(name, scored)["key"]["view"]["choices"]
    labels = {choice["value"]: choice["label"] for choice in choices}
    assert labels == {"run": "run", "cut": "cut (incomplete)"}


@pytest.mark.filterwarnings("ignore:run 'cut' is incomplete:UserWarning")
def test_show_worst_images_says_that_a_run_is_incomplete(dataset, cut_off):
    cut_off(dataset, "cut")
    results, requests = run_in_app("show_worst_images", dataset, params={"key": "cut"})
    assert "run 'cut' is incomplete" in results["advice"]
    assert requests["notify"]["variant"] == "warning"


@pytest.mark.parametrize("name", OPERATORS)
def test_without_runs_the_form_says_so(dataset, name):
    assert form_of(name, dataset)["no_runs"]["invalid"]
    with pytest.raises(ExecutionError, match="no label quality runs"):
        foo.execute_operator(f"{PLUGIN}/{name}", {"dataset": dataset}, params={"key": "run"})


@pytest.mark.parametrize("name", OPERATORS)
def test_output_shows_what_the_operator_returns(scored, name):
    results = operator_of(name)(scored, "run").result
    context = context_of(scored, results=results)
    shown = operator_of(name).resolve_output(context).to_json()["type"]["properties"]
    assert set(shown) == set(results)


@pytest.mark.parametrize("name", [*OPERATORS, "compute_label_quality"])
def test_every_operator_says_how_risky_it_is(name):
    assert operator_of(name).config.risk_level != types.RiskLevel.DANGEROUS
