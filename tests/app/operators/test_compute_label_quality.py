from __future__ import annotations

import asyncio
import inspect

import fiftyone as fo
import fiftyone.operators as foo
import pytest
from fiftyone.operators.executor import ExecutionContext, ExecutionError

from odquality.app.colors import shade
from odquality.app.names import PLUGIN
from odquality.bridge.run.settings import RUN_PARAMETERS
from odquality.bridge.store.app_config import GROUP
from odquality.kinds import BY_NAME
from odquality.methods.objectlab.weights import WEIGHED_KINDS

URI = "@odquality/label-quality/compute_label_quality"


@pytest.fixture
def operator():
    return foo.get_operator(URI)


def form_of(operator, dataset, **params):
    """The form as the App gets it."""
    context = ExecutionContext({"dataset_name": dataset.name, "params": params})
    return operator.resolve_input(context).to_json()["type"]["properties"]


def run_in_app(operator, dataset, **params):
    """What the App gets from the operator, message by message."""
    request = {"dataset_name": dataset.name, "params": params, "operator_uri": URI}
    context = ExecutionContext(request, executor=foo.executor.Executor())
    return [message.body for message in operator.execute(context)]


def name_of(message):
    return message.operator_uri.split("/")[-1]


def test_call_from_python_writes_scores_and_returns_report(operator, dataset):
    result = operator(dataset).result
    assert result["num_scored"] == 3
    assert dataset.bounds("label_quality") == (
        result["quantiles"]["0.0"],
        result["quantiles"]["1.0"],
    )


def test_call_on_view_scores_the_view_alone(operator, dataset):
    operator(dataset.limit(2), key="some")
    assert dataset.count("some") == 2


def test_all_arguments_reach_the_run(operator, dataset):
    weights = {"overlooked": 0.2, "swap": 0.3, "badloc": 0.5}
    operator(
        dataset,
        key="weighted",
        method="objectlab",
        aggregation_weights=weights,
        overlapping_label_check=False,
        probs_attr=None,
        classes=["cat", "dog"],
        iscrowd=None,
    )
    config = dataset.get_run_info("weighted").config
    assert config.aggregation_weights == weights
    assert config.overlapping_label_check is False
    assert config.probs_attr is None
    assert config.classes == ["cat", "dog"]
    assert config.iscrowd is None


def test_execute_operator_with_only_the_fields(dataset):
    params = {"gt_field": "ground_truth", "pred_field": "predictions"}
    required = {"key": "label_quality", "method": "objectlab"}
    result = foo.execute_operator(URI, {"dataset": dataset, "params": params | required})
    assert result.result["num_scored"] == 3


def test_call_inside_an_event_loop_can_be_awaited(operator, dataset):
    async def in_notebook():
        return await operator(dataset)

    assert asyncio.run(in_notebook()).result["num_scored"] == 3


@pytest.mark.parametrize(
    ("arguments", "path", "reason"),
    [
        ({"key": "not a name"}, "key", "letters, digits"),
        ({"key": "ground_truth"}, "key", "would overwrite"),
        ({"gt_field": "nothing"}, "gt_field", ""),
        ({"pred_field": "ground_truth"}, "gt_field", "expected two fields"),
        (
            {
                "method": "objectlab",
                "aggregation_weights": {"overlooked": 0.5, "swap": 0.5, "badloc": 0.5},
            },
            "aggregation_weights",
            "add up to 1.5",
        ),
        ({"method": "guess"}, "method", ""),
    ],
)
def test_errors_name_the_field_that_causes_them(operator, dataset, arguments, path, reason):
    required = {"gt_field": "ground_truth", "pred_field": "predictions", "key": "k"}
    params = required | {"method": "calibrated"} | arguments
    with pytest.raises(ExecutionError, match=f"Path: {path}.*{reason}"):
        foo.execute_operator(URI, {"dataset": dataset}, params=params)
    with pytest.raises(ValueError, match=f"^{path}.*{reason}"):
        operator(dataset, **arguments)
    assert not dataset.list_runs()


def test_form_offers_detections_fields_and_preselects_by_name(operator, dataset):
    dataset.add_sample_field("notes", fo.StringField)
    dataset.add_sample_field("kind", fo.EmbeddedDocumentField, embedded_doc_type=fo.Classification)
    form = form_of(operator, dataset)
    assert form["gt_field"]["type"]["values"] == ["ground_truth", "predictions"]
    assert form["gt_field"]["default"] == "ground_truth"
    assert form["pred_field"]["default"] == "predictions"


def test_form_warns_before_it_replaces_a_run(operator, dataset):
    assert "overwrite_warning" not in form_of(operator, dataset)
    operator(dataset)
    assert "overwrite_warning" in form_of(operator, dataset)
    assert "overwrite_warning" not in form_of(operator, dataset, key="another")


def test_form_shows_weights_of_objectlab_on_request_and_checks_their_sum(operator, dataset):
    chosen = {"method": "objectlab"}
    assert "aggregation_weights" not in form_of(operator, dataset, **chosen)
    chosen["custom_weights"] = True
    assert not form_of(operator, dataset, **chosen)["aggregation_weights"]["invalid"]
    uneven = {"overlooked": 0.5, "swap": 0.4, "badloc": 0.4}
    form = form_of(operator, dataset, **chosen, aggregation_weights=uneven)
    assert form["aggregation_weights"]["invalid"]
    assert "1.3" in form["aggregation_weights"]["error_message"]


@pytest.mark.parametrize(
    "choice",
    [
        {"custom_weights": False, "method": "objectlab"},
        {"custom_weights": True, "method": "calibrated"},
    ],
)
def test_weights_that_the_form_does_not_show_do_not_count(operator, dataset, choice):
    params = choice | {"aggregation_weights": {"overlooked": 0.5, "swap": 0.4, "badloc": 0.4}}
    assert "aggregation_weights" not in form_of(operator, dataset, **params)
    run_in_app(operator, dataset, **params)
    config = dataset.get_run_info("label_quality").config
    weights = getattr(config, "aggregation_weights", dict.fromkeys(WEIGHED_KINDS, 1 / 3))
    assert weights == dict.fromkeys(WEIGHED_KINDS, 1 / 3)


def test_weights_with_a_method_that_has_none_are_refused(operator, dataset):
    weights = {"overlooked": 0.2, "swap": 0.3, "badloc": 0.5}
    with pytest.raises(ValueError, match="belongs to 'objectlab'"):
        operator(dataset, method="calibrated", aggregation_weights=weights)


def test_form_says_what_a_dataset_without_predictions_lacks(operator, dataset):
    dataset.delete_sample_field("predictions")
    form = form_of(operator, dataset)
    assert form["fields_error"]["invalid"]
    assert "two fields" in form["fields_error"]["error_message"]


def test_app_gets_progress_then_notification_view_and_summary(operator, dataset):
    messages = run_in_app(operator, dataset)
    names = [name_of(message) for message in messages]
    assert names[0] == "set_progress"
    assert names[-1] == "show_output"
    rest = [name for name in names if name != "set_progress"]
    assert rest == [
        "notify",
        "reload_dataset",
        "set_view",
        "set_color_scheme",
        "set_active_fields",
        "open_panel",
        "show_output",
    ]
    progress = [m.params["progress"] for m in messages if name_of(m) == "set_progress"]
    assert progress == sorted(progress)
    assert progress[-1] == 1.0


def test_who_took_colours_back_keeps_them_when_labels_are_scored_again(operator, dataset):
    run_in_app(operator, dataset)
    foo.get_operator(f"{PLUGIN}/restore_my_colors")(dataset)
    names = [name_of(message) for message in run_in_app(operator, dataset)]
    assert "set_color_scheme" not in names
    assert "open_panel" in names


def test_app_shows_worst_images_first_with_their_scores(operator, dataset):
    messages = {name_of(message): message.params for message in run_in_app(operator, dataset)}
    view = fo.DatasetView._build(dataset, messages["set_view"]["view"])
    expected = view.values("label_quality_expected_errors")
    assert expected == sorted(expected, reverse=True)
    shown = messages["set_active_fields"]["fields"]
    assert {"label_quality", "label_quality_expected_errors"} <= set(shown)
    assert "3 images" in messages["notify"]["message"]
    assert messages["show_output"]["results"]["num_scored"] == 3


def test_app_shows_labels_and_suggestions_in_the_colours_of_their_kinds(operator, dataset):
    dataset.app_config.color_scheme = fo.ColorScheme(
        color_by="field", fields=[{"path": "predictions", "fieldColor": "#000000"}]
    )
    dataset.save()
    messages = {name_of(message): message.params for message in run_in_app(operator, dataset)}
    shown = messages["set_active_fields"]["fields"]
    assert {"ground_truth", "label_quality_suggestions"} <= set(shown)
    assert "predictions" not in shown
    scheme = messages["set_color_scheme"]
    by_path = {one["path"]: one for one in scheme["fields"]}
    assert by_path["predictions"] == {"path": "predictions", "fieldColor": "#000000"}
    assert by_path["label_quality_suggestions"]["colorByAttribute"] == "kind"
    suggested, colors = (
        {one["value"]: one["color"] for one in by_path[path]["valueColors"]}
        for path in ("label_quality_suggestions", "ground_truth")
    )
    assert suggested["swap"] == BY_NAME["swap"].color
    assert colors["swap"] == shade(BY_NAME["swap"].color)
    assert len({*suggested.values(), *colors.values()}) == 2 * len(BY_NAME) + 1
    dataset.reload()
    assert dataset.app_config.color_scheme.color_by == "field"
    assert len(dataset.app_config.color_scheme.fields) == 1


def test_app_gets_the_message_of_an_error_and_no_traceback(operator, dataset):
    names = [name_of(message) for message in run_in_app(operator, dataset, min_probability=7)]
    assert names == ["notify", "show_output"]
    messages = {
        name_of(message): message.params
        for message in run_in_app(operator, dataset, min_probability=7)
    }
    assert messages["notify"]["variant"] == "error"
    assert messages["notify"]["message"].startswith("min_probability is 7")
    assert "min_probability is 7" in str(messages["show_output"]["outputs"])
    assert "Traceback" not in str(messages)
    assert not dataset.list_runs()


def test_dynamic_groups_are_scored_as_their_samples(operator, dataset):
    view = dataset.group_by("filepath")
    assert operator(view).result["num_scored"] == 3
    request = {"dataset_name": dataset.name, "view": view._serialize(), "operator_uri": URI}
    context = ExecutionContext(request | {"params": {}}, executor=foo.executor.Executor())
    bodies = [message.body for message in operator.execute(context)]
    messages = {name_of(body): body.params for body in bodies}
    shown = fo.DatasetView._build(dataset, messages["set_view"]["view"])
    assert shown.values("label_quality") == sorted(dataset.values("label_quality"))


@pytest.mark.parametrize(
    "view", [lambda dataset: dataset.to_patches("ground_truth"), lambda dataset: "dataset"]
)
def test_what_is_no_image_is_refused_in_words(operator, dataset, view):
    with pytest.raises(ValueError, match=r"^samples is a"):
        operator(view(dataset))


def test_a_setting_that_there_is_not_is_refused_and_the_settings_listed(operator, dataset):
    with pytest.raises(TypeError, match="has no setting 'gt'; it has gt_field, pred_field"):
        operator(dataset, gt="ground_truth")


def test_signature_tells_every_setting(operator):
    parameters = inspect.signature(operator.__call__).parameters
    assert {one.name for one in RUN_PARAMETERS} | {"samples", "delegate"} == set(parameters)


def test_fields_by_position_are_taken_as_in_older_versions(operator, dataset):
    with pytest.warns(FutureWarning, match="write gt_field='ground_truth'"):
        result = operator(dataset, "ground_truth", "predictions").result
    assert result["num_scored"] == 3


def test_output_form_is_made_from_the_result(operator, dataset):
    result = operator(dataset).result
    context = ExecutionContext({"dataset_name": dataset.name, "results": result, "params": {}})
    output = operator.resolve_output(context).to_json()
    assert "3 images scored" in str(output)


def test_fields_stand_in_a_group_of_their_own_and_leave_with_the_run(operator, dataset):
    operator(dataset, method="objectlab")
    groups = {group.name: group.paths for group in dataset.app_config.sidebar_groups}
    assert groups[GROUP] == [
        "label_quality",
        "label_quality_overlooked",
        "label_quality_swap",
        "label_quality_badloc",
    ]
    assert "label_quality" in dataset.app_config.active_fields.paths
    dataset.delete_run("label_quality")
    assert dataset.app_config.sidebar_groups is None
    assert dataset.app_config.active_fields is None
