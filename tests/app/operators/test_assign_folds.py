from __future__ import annotations

import fiftyone as fo
import fiftyone.operators as foo
import pytest
from fiftyone import ViewField as F
from fiftyone.operators.executor import ExecutionContext, ExecutionError, Executor

import odquality

URI = "@odquality/label-quality/assign_folds"


def operator():
    return foo.get_operator(URI)


def context_of(dataset, **request):
    request = {"dataset_name": dataset.name, "params": {}} | request
    return ExecutionContext(request, executor=Executor())


def form_of(dataset, **params):
    form = operator().resolve_input(context_of(dataset, params=params))
    return form.to_json()["type"]["properties"]


def test_it_does_what_the_function_does(dataset):
    odquality.assign_folds(dataset, 3, "expected")
    result = operator()(dataset, 3).result
    assert dataset.values("fold") == dataset.values("expected")
    assert result["sizes"] == ["1", "1", "1"]
    assert (result["field"], result["num_groups"], result["warnings"]) == ("fold", 3, [])


def test_what_was_given_reaches_the_function(dataset):
    dataset.set_values("video", ["a", "a", "b"])
    result = operator()(dataset, 2, "part", ["video"], stratify="video", seed=3).result
    assert (result["field"], result["num_groups"], result["largest_group"]) == ("part", 2, 2)
    assert len(set(dataset.match(F("video") == "a").values("part"))) == 1


def test_a_view_alone_gets_folds(dataset):
    assert operator()(dataset.limit(2), 2).result["sizes"] == ["1", "1"]
    assert dataset.values("fold")[2] is None


def test_the_app_is_told(dataset):
    ctx = context_of(dataset, params={"k": 2, "group": "", "stratify": ""})
    operator().execute(ctx)
    requests = {request.operator_uri.split("/")[-1] for request in ctx.executor._requests}
    assert {"reload_dataset", "notify"} <= requests
    assert set(dataset.values("fold")) == {0, 1}


def test_output_shows_what_the_operator_returns(dataset):
    results = operator()(dataset, 2).result
    shown = operator().resolve_output(context_of(dataset, results=results))
    assert set(shown.to_json()["type"]["properties"]) == set(results)


def test_the_form_offers_fields_that_can_be_shared(dataset):
    choices = form_of(dataset)["group"]["view"]["choices"]
    assert "filepath" in {choice["value"] for choice in choices}
    assert "ground_truth" not in {choice["value"] for choice in choices}


def test_the_form_offers_to_replace_what_someone_wrote(dataset):
    assert "overwrite" not in form_of(dataset)
    dataset.set_values("fold", [5, 5, 5])
    form = form_of(dataset)
    assert form["field"]["invalid"]
    assert form["overwrite"]["default"] is False
    assert not form_of(dataset, overwrite=True)["field"].get("invalid")
    with pytest.raises(ExecutionError, match="assign_folds did not write"):
        operator()(dataset, 2)
    assert dataset.values("fold") == [5, 5, 5]
    operator()(dataset, 2, overwrite=True)
    assert sorted(dataset.values("fold")) == [0, 0, 1]
    assert "replaced" in form_of(dataset)


def test_what_is_never_replaced_is_not_offered(dataset):
    form = form_of(dataset, field="ground_truth")
    assert "never replaced" in form["field"]["error_message"]
    assert "overwrite" not in form


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"group": "nothing"}, "group"),
        ({"group": "ground_truth"}, "group"),
        ({"group": ["filepath", "fold"]}, "group"),
        ({"stratify": "predictions"}, "stratify"),
        ({"field": "tags"}, "field"),
        ({"field": 3}, "field"),
    ],
)
def test_an_error_stands_on_the_field_that_causes_it(dataset, params, name):
    form = form_of(dataset, **params)
    assert form[name]["error_message"].startswith(f"{name} is ")
    assert [other for other, one in form.items() if one["invalid"]] == [name]


@pytest.mark.parametrize("odd", [3, -1.5, True, "", "$x", "a.b", [], [None], {"a": 1}, [["x"]]])
@pytest.mark.parametrize("name", ["k", "field", "group", "stratify", "seed", "overwrite"])
def test_no_parameter_is_too_odd_for_the_form(dataset, name, odd):
    assert "k" in form_of(dataset, **{name: odd})


@pytest.mark.parametrize("params", [{"k": 2, "group": "nothing"}, {"k": 99}])
def test_what_cannot_be_is_an_error(dataset, params):
    with pytest.raises((ValueError, ExecutionError), match=r"group is|k is"):
        operator().execute(context_of(dataset, params=params))
    assert not dataset.has_field("fold")


def test_groups_keep_their_slices(dataset):
    grouped = fo.Dataset()
    try:
        grouped.add_group_field("group", default="left")
        for row in range(4):
            group = fo.Group()
            grouped.add_samples(
                [
                    fo.Sample(filepath=f"{row}-{name}.jpg", group=group.element(name))
                    for name in ("left", "right")
                ]
            )
        assert operator()(grouped, 2).result["sizes"] == ["4", "4"]
        left, right = (grouped.select_group_slices(name) for name in ("left", "right"))
        assert left.values("fold") == right.values("fold")
    finally:
        grouped.delete()
