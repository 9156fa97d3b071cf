from __future__ import annotations

import re

import fiftyone as fo
import fiftyone.operators as foo
import pytest
from fiftyone.operators.executor import ExecutionContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import odquality
from odquality.bridge.run.settings import RUN_PARAMETERS
from odquality.kinds import BY_NAME
from odquality.methods.registry import METHODS

URI = "@odquality/label-quality/compute_label_quality"
NAMES = [*(one.name for one in RUN_PARAMETERS), "custom_weights", "view_target"]
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.just("x" * 5000)
    | st.sampled_from(
        ["ground_truth", "predictions", "objectlab", "calibrated", "id", "$x", "a.b"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)


def context_of(samples, **params):
    view = samples._serialize() if isinstance(samples, fo.DatasetView) else None
    request = {"dataset_name": samples._root_dataset.name, "view": view, "params": params}
    return ExecutionContext(request | {"operator_uri": URI})


def form_of(samples, **params):
    """The form as the App gets it."""
    form = foo.get_operator(URI).resolve_type(context_of(samples, **params), "inputs")
    return form.to_json()["type"]["properties"]


def errors_of(form):
    return {name: one["error_message"] for name, one in form.items() if one["invalid"]}


def test_the_form_as_it_opens_has_no_errors(dataset):
    assert errors_of(form_of(dataset)) == {}


@settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.dictionaries(st.sampled_from(NAMES), ODD, max_size=4))
def test_no_parameter_is_too_odd_for_the_form(dataset, params):
    form = form_of(dataset, **params)
    assert {"gt_field", "pred_field", "method", "key"} <= set(form)
    assert all(message.strip() for message in errors_of(form).values())


@pytest.mark.parametrize("method", METHODS)
def test_the_form_shows_what_the_method_takes_alone(dataset, method):
    shown = set(form_of(dataset, method=method))
    for name, info in METHODS.items():
        for setting in info.settings:
            if setting not in ("aggregation_weights", "return_indices_ranked_by_score"):
                assert (setting in shown) == (name == method)
    assert ("custom_weights" in shown) == (method == "objectlab")


def test_titles_and_descriptions_are_those_of_the_parameters(dataset):
    form = form_of(dataset)
    for one in RUN_PARAMETERS:
        if one.name in ("gt_field", "pred_field", "key"):
            assert form[one.name]["view"]["label"] == one.title
            assert form[one.name]["view"]["description"] == one.description


def test_sliders_are_called_by_the_titles_of_the_kinds(dataset):
    form = form_of(dataset, method="objectlab", custom_weights=True)
    sliders = form["aggregation_weights"]["type"]["properties"]
    assert {name: one["view"]["label"] for name, one in sliders.items()} == {
        name: BY_NAME[name].title for name in ("overlooked", "swap", "badloc")
    }
    assert sum(one["default"] for one in sliders.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"key": ""}, "key"),
        ({"key": 5}, "key"),
        ({"key": "ground_truth"}, "key"),
        ({"gt_field": "predictions"}, "gt_field"),
        ({"pred_field": None, "gt_field": ["x"]}, "gt_field"),
        ({"method": "guess"}, "method"),
        ({"min_probability": "often"}, "min_probability"),
        ({"method": "objectlab", "overlapping_label_check": 3}, "overlapping_label_check"),
        (
            {"method": "objectlab", "custom_weights": True, "aggregation_weights": "all"},
            "aggregation_weights",
        ),
    ],
)
def test_an_error_stands_on_the_field_that_causes_it(dataset, given, name):
    assert errors_of(form_of(dataset, **given))[name].startswith(name)


def test_what_the_form_says_before_it_replaces_a_run(dataset, cut_off):
    odquality.compute_label_quality(dataset)
    cut_off(dataset, "cut")
    for key, label in (("label_quality", "exists"), ("cut", "is incomplete")):
        form = form_of(dataset, key=key)
        assert form["overwrite_warning"]["view"]["label"] == f"Run {key!r} {label}"
        assert errors_of(form) == {}


@pytest.mark.parametrize(
    "fields", [("detections", "yolo"), ("boxes", "boxes_2"), ("ground_truth", "predictions")]
)
def test_the_form_proposes_the_same_fields_after_a_run(dataset, fields):
    for old, new in zip(("ground_truth", "predictions"), fields, strict=True):
        if old != new:
            dataset.rename_sample_field(old, new)
    before = form_of(dataset)
    assert (before["gt_field"]["default"], before["pred_field"]["default"]) == fields
    odquality.compute_label_quality(dataset, gt_field=fields[0], pred_field=fields[1])
    after = form_of(dataset, key="another")
    for name in ("gt_field", "pred_field"):
        assert after[name]["default"] == before[name]["default"]
        assert after[name]["type"]["values"] == list(fields)


@pytest.mark.parametrize(
    "view",
    [
        lambda dataset: dataset.group_by("filepath"),
        lambda dataset: dataset.group_by("filepath").limit(2),
        lambda dataset: dataset.match_tags("none"),
    ],
)
def test_dynamic_groups_and_empty_views_can_be_scored(dataset, view):
    assert errors_of(form_of(view(dataset))) == {}


@pytest.mark.parametrize(
    "view",
    [
        lambda dataset: dataset.to_patches("ground_truth"),
        lambda dataset: dataset.to_patches("ground_truth").limit(1),
        lambda dataset: dataset.to_evaluation_patches("e"),
    ],
)
def test_patches_are_refused_in_words(dataset, view):
    dataset.evaluate_detections("predictions", gt_field="ground_truth", eval_key="e")
    (message,) = errors_of(form_of(view(dataset))).values()
    assert message.startswith("samples is a")


def test_videos_and_their_frames_are_refused_in_words():
    videos = fo.Dataset()
    try:
        sample = fo.Sample(filepath="a.mp4", metadata=fo.VideoMetadata(total_frame_count=1))
        sample.frames[1] = fo.Frame(filepath="1.jpg")
        videos.add_sample(sample)
        assert "videos" in errors_of(form_of(videos))["samples_error"]
        frames = videos.to_frames(sample_frames=False)
        assert errors_of(form_of(frames))["samples_error"].startswith("samples is a")
    finally:
        videos.delete()


def test_groups_are_scored_by_their_active_slice(dataset):
    grouped = fo.Dataset()
    try:
        grouped.add_group_field("group", default="left")
        group = fo.Group()
        for name in ("left", "right"):
            sample = dataset.first().copy()
            sample["group"] = group.element(name)
            grouped.add_sample(sample)
        assert errors_of(form_of(grouped)) == {}
    finally:
        grouped.delete()


def test_the_form_warns_of_names_that_differ(dataset):
    for sample in dataset.iter_samples(autosave=True):
        for label in sample.ground_truth.detections:
            label.label = label.label.upper()
    form = form_of(dataset)
    warnings = [one["view"] for name, one in form.items() if name.startswith("warning_")]
    (text,) = [one["description"] for one in warnings if "class_map" in one["description"]]
    assert errors_of(form) == {}
    advice = re.search(r"class_map=\{.*?\}", text)[0]
    assert "class_map" in form
    for answer in (advice, advice.removeprefix("class_map=")):
        helped = form_of(dataset, class_map=answer)
        assert errors_of(helped) == {}
        assert not [name for name in helped if name.startswith("warning_")]
    for answer in ("cat: CAT", "{'cat'", "[" * 5000, "{1: 2}"):
        assert errors_of(form_of(dataset, class_map=answer))["class_map"].startswith("class_map")


def test_the_form_refuses_fields_that_are_surely_swapped(dataset):
    given = {"gt_field": "predictions", "pred_field": "ground_truth"}
    assert "swapped" in errors_of(form_of(dataset, **given))["pred_field"]


def test_the_form_offers_to_score_images_without_annotation_where_there_are_some(dataset):
    assert "score_unannotated" not in form_of(dataset)
    sample = dataset.first()
    sample["ground_truth"] = None
    sample.save()
    offered = form_of(dataset)["score_unannotated"]
    assert offered["default"] is False
    assert offered["view"]["label"] == "Score images without annotation"
    report = foo.get_operator(URI)(dataset, score_unannotated=True).result
    assert report["num_scored"] == 3


def test_the_form_asks_whether_the_detector_learnt_the_labels(dataset):
    assert "in_sample" not in form_of(dataset)
    boxes = [[x / 10, 0.1, 0.05, 0.05] for x in range(9)]
    for field, confidence in (("ground_truth", None), ("predictions", 0.9)):
        detections = [
            fo.Detection(label="cat", bounding_box=box, confidence=confidence) for box in boxes
        ]
        dataset.set_values(field, [fo.Detections(detections=detections)] * len(dataset))
    dataset.add_samples([dataset.first().copy() for _ in range(60)])
    assert "was the detector trained" in form_of(dataset)["in_sample"]["view"]["description"]


def test_the_form_shows_what_each_probability_showed_in_the_run_to_be_replaced(dataset):
    assert "found" not in form_of(dataset)
    report = odquality.compute_label_quality(dataset)
    text = form_of(dataset)["found"]["default"]
    for kind, above in report.errors_above.items():
        row = next(
            line for line in text.splitlines() if line.startswith(f"| {BY_NAME[kind].title}")
        )
        assert f"| {report.expected_errors[kind]:,.1f} |" in row
        assert all(f"| {one} |" in row for one in above)
    assert "found" not in form_of(dataset, key="another")
    odquality.compute_label_quality(dataset, method="objectlab")
    assert "found" not in form_of(dataset)
