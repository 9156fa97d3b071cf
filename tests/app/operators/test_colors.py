"""Kinds of error by colour, and the colours that the user had before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import pytest
from fiftyone.core.state import StateDescription, build_color_scheme
from fiftyone.operators.executor import ExecutionContext, Executor
from fiftyone.server.events.state import get_state, set_state

import odquality
from odquality.app.colors import PREDICTED, UNSUSPECTED
from odquality.app.names import MODAL_PANEL, PANEL, PLUGIN
from odquality.bridge.store.memory import memory_of
from odquality.kinds import BY_NAME

KEY = "run"
MINE = {"path": "predictions", "fieldColor": "#123456"}


@pytest.fixture
def scored(dataset: fo.Dataset) -> fo.Dataset:
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.01)
    return dataset


@pytest.fixture
def session(scored: fo.Dataset) -> Iterator[StateDescription]:
    """The state that the App's server keeps; the user has chosen colours in it."""
    before = get_state()
    state = StateDescription(dataset=scored)
    state.color_scheme = fo.ColorScheme(color_by="field", color_pool=["#abcdef"], fields=[MINE])
    set_state(state)
    yield state
    set_state(before)


def triggered(name: str, dataset: fo.Dataset, **params: Any) -> list[tuple[str, dict[str, Any]]]:
    """What an operator asks the App for, in order."""
    return requested(f"{PLUGIN}/{name}", dataset, **params)


def requested(uri: str, dataset: fo.Dataset, **params: Any) -> list[tuple[str, dict[str, Any]]]:
    """What an operator or an event of a panel asks the App for, in order."""
    request = {"dataset_name": dataset.name, "params": {"panel_id": "p", **params}}
    context = ExecutionContext(request, executor=Executor())
    foo.get_operator(uri).execute(context)
    return [
        (one.operator_uri.split("/")[-1], one.params or {}) for one in context.executor._requests
    ]


def show(dataset: fo.Dataset, session: StateDescription | None = None) -> dict[str, Any]:
    """Shows the kinds; the session takes the colours, as the App tells its server."""
    ((name, scheme),) = triggered("show_kind_colors", dataset, key=KEY)
    assert name == "set_color_scheme"
    if session is not None:
        session.color_scheme = fo.ColorScheme(
            color_by=scheme["color_by"],
            color_pool=scheme["color_pool"],
            fields=scheme["fields"],
        )
    return scheme


def test_the_kinds_come_beside_what_the_user_has_coloured(scored, session) -> None:
    scheme = show(scored)
    assert scheme["color_by"] == "value"
    assert scheme["color_pool"] == ["#abcdef"]
    by_path = {one["path"]: one for one in scheme["fields"]}
    assert by_path["predictions"] == MINE
    assert by_path["run_suggestions"]["colorByAttribute"] == "kind"


def test_kinds_have_their_colours_when_the_predictions_are_gone(scored: fo.Dataset) -> None:
    scored.delete_sample_field("predictions")
    assert {one["path"] for one in show(scored)["fields"]} == {"run_suggestions", "ground_truth"}


def test_labels_suggestions_and_predictions_are_told_apart(scored: fo.Dataset) -> None:
    by_path = {one["path"]: one for one in show(scored)["fields"]}
    suggested, labelled, predicted = (
        {one["value"]: one["color"] for one in by_path[path]["valueColors"]}
        for path in ("run_suggestions", "ground_truth", "predictions")
    )
    assert suggested == {kind.name: kind.color for kind in BY_NAME.values()}
    assert set(labelled) == {*suggested, "none"}
    assert labelled["none"] == UNSUSPECTED
    assert predicted == {"none": PREDICTED}
    # No prediction has the attribute by which it is coloured, so that all have the one colour.
    prediction = scored.exists("predictions").first().predictions.detections[0]
    assert not prediction.has_field(by_path["predictions"]["colorByAttribute"])
    every = [*suggested.values(), *labelled.values(), *predicted.values()]
    assert len(set(every)) == len(every)
    lightness = {
        kind: (lightness_of(labelled[kind]), lightness_of(suggested[kind])) for kind in suggested
    }
    assert all(label < 0.7 * suggestion for label, suggestion in lightness.values())


def lightness_of(color: str) -> float:
    """Of a colour ``#rrggbb``, of what is red, green and blue in equal parts."""
    return sum(int(color[place : place + 2], 16) for place in (1, 3, 5))


def test_kinds_are_shown_again_only_where_the_session_has_lost_them(scored, session) -> None:
    def opened() -> list[str]:
        return [name for name, _ in requested(f"{PLUGIN}/{PANEL}", scored, __method__="on_load")]

    assert "set_color_scheme" in opened()
    show(scored, session)
    assert "set_color_scheme" not in opened()
    # As the App does when another dataset has been looked at.
    session.color_scheme = fo.ColorScheme(color_by="field", color_pool=["#abcdef"])
    assert "set_color_scheme" in opened()
    triggered("restore_my_colors", scored)
    assert "set_color_scheme" not in opened()


@pytest.mark.parametrize("panel", [PANEL, MODAL_PANEL])
@pytest.mark.parametrize("method", ["settle_colors", "on_load"])
def test_colours_taken_back_win_over_those_that_another_page_had_asked_for(
    scored, session, panel: str, method: str
) -> None:
    show(scored, session)
    triggered("restore_my_colors", scored)
    # The session still has, or has again, those of the kinds.
    found = dict(requested(f"{PLUGIN}/{panel}", scored, __method__=method))
    assert found["set_color_scheme"]["fields"] == [MINE]
    assert "reset_color_scheme" in found
    session.color_scheme = fo.ColorScheme(color_by="field", color_pool=["#abcdef"], fields=[MINE])
    found = dict(requested(f"{PLUGIN}/{panel}", scored, __method__=method))
    assert "set_color_scheme" not in found
    assert "reset_color_scheme" not in found


@pytest.mark.parametrize("panel", [PANEL, MODAL_PANEL])
def test_a_page_that_lost_the_colours_of_the_kinds_gets_them_unless_others_were_chosen(
    scored, session, panel: str
) -> None:
    def settled(*, by_kind: bool) -> list[str]:
        params = {"__method__": "settle_colors", "by_kind": by_kind}
        return [name for name, _ in requested(f"{PLUGIN}/{panel}", scored, **params)]

    def open_with(saved: fo.ColorScheme | None) -> None:
        """As the App does when the dataset is opened."""
        scored.app_config.color_scheme = saved
        scored.save()
        session.color_scheme = build_color_scheme(None, scored, session.config)

    # The user has chosen colours by hand.
    assert settled(by_kind=False) == []
    mine = {"path": "run_suggestions", "fieldColor": "#123456"}
    for saved, found in (
        (None, ["set_color_scheme"]),
        (session.color_scheme, ["set_color_scheme"]),
        (fo.ColorScheme(color_by="value", fields=[mine]), []),
    ):
        open_with(saved)
        assert settled(by_kind=False) == found
        assert settled(by_kind=True) == []
    open_with(None)
    # The session has gone on to another dataset, and the page will follow.
    session.dataset = scored.clone()
    assert settled(by_kind=False) == []
    session.dataset = scored
    triggered("restore_my_colors", scored)
    assert settled(by_kind=False) == []


def test_a_user_s_own_colours_for_kinds_stay_when_the_others_were_taken_back(
    scored, session
) -> None:
    show(scored, session)
    triggered("restore_my_colors", scored)
    colored = {"colorByAttribute": "kind", "valueColors": [{"value": "swap", "color": "#ff0000"}]}
    session.color_scheme = fo.ColorScheme(fields=[{"path": "run_suggestions", **colored}])
    assert requested(f"{PLUGIN}/{PANEL}", scored, __method__="settle_colors") == []


def test_nothing_is_restored_where_the_dataset_s_own_colours_are_those_of_the_kinds(
    scored, session
) -> None:
    scheme = show(scored)
    kept = fo.ColorScheme(color_by="value", fields=scheme["fields"])
    scored.app_config.color_scheme = session.color_scheme = kept
    scored.save()
    memory_of(scored).set("my_colors", None)
    triggered("restore_my_colors", scored)
    assert requested(f"{PLUGIN}/{PANEL}", scored, __method__="settle_colors") == []


def test_an_open_image_has_the_colours_before_it_is_loaded(scored: fo.Dataset) -> None:
    for method in ("on_load", "on_change_dataset"):
        found = requested(f"{PLUGIN}/{MODAL_PANEL}", scored, __method__=method)
        by_name = dict(found)
        assert "run_suggestions" in [one["path"] for one in by_name["set_color_scheme"]["fields"]]


def test_the_colours_of_the_session_come_back_however_often_kinds_were_shown(
    scored, session
) -> None:
    show(scored, session)
    show(scored, session)
    first, (name, scheme) = triggered("restore_my_colors", scored)
    assert first[0] == "reset_color_scheme"
    assert name == "set_color_scheme"
    assert scheme == {"color_by": "field", "color_pool": ["#abcdef"], "fields": [MINE]}


def test_they_come_back_when_the_run_is_gone(scored, session) -> None:
    show(scored, session)
    odquality.delete_run(scored, KEY)
    assert triggered("restore_my_colors", scored)[1][1]["fields"] == [MINE]


def test_without_a_memory_the_colours_are_those_of_the_dataset(scored) -> None:
    assert [name for name, _ in triggered("restore_my_colors", scored)] == ["reset_color_scheme"]
    result = foo.get_operator(f"{PLUGIN}/restore_my_colors")(scored).result
    assert "of the dataset" in result["summary"]


def test_what_the_user_saved_stays_as_it_is(scored: fo.Dataset, session) -> None:
    scored.save_view("mine", scored.limit(1))
    before = scored.app_config.to_dict()
    show(scored, session)
    triggered("restore_my_colors", scored)
    scored.reload()
    assert scored.app_config.color_scheme is None
    assert scored.app_config.to_dict() == before
    assert scored.list_saved_views() == ["mine"]


def test_scoring_keeps_views_groups_and_the_saved_scheme(dataset: fo.Dataset) -> None:
    dataset.save_view("mine", dataset.limit(1))
    dataset.app_config.color_scheme = fo.ColorScheme(color_by="field", fields=[MINE])
    groups = fo.DatasetAppConfig.default_sidebar_groups(dataset)
    groups.append(fo.SidebarGroupDocument(name="mine", paths=["predictions"], expanded=False))
    dataset.app_config.sidebar_groups = groups
    dataset.save()
    odquality_form = foo.get_operator(f"{PLUGIN}/compute_label_quality")
    odquality_form(dataset, gt_field="ground_truth", pred_field="predictions", key=KEY)
    dataset.reload()
    assert dataset.list_saved_views() == ["mine"]
    assert dataset.app_config.color_scheme.fields == [MINE]
    kept = {group.name: list(group.paths) for group in dataset.app_config.sidebar_groups}
    assert kept["mine"] == ["predictions"]
