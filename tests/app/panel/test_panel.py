"""What the panel shows and does, without a browser."""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
from collections.abc import Iterator
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import pytest
from fiftyone.operators.executor import ExecutionContext, Executor

import odquality
from odquality.app.names import PANEL, PLUGIN
from odquality.app.panel.place import CARDS, MANY, Place
from odquality.bridge.store import claims, records
from tests.bridge.datasets import random_samples

KEY = "run"


@pytest.fixture
def dataset() -> Iterator[fo.Dataset]:
    made = fo.Dataset()
    made.add_samples(random_samples(30))
    yield made
    made.delete()


@pytest.fixture
def scored(dataset: fo.Dataset) -> fo.Dataset:
    odquality.compute_label_quality(dataset, key=KEY)
    return dataset


class Shown:
    """What an event of the panel asks the App to do."""

    def __init__(self, dataset: fo.Dataset, method: str, place: Place | None = None, **params):
        params |= {"__method__": method, "panel_id": "p"}
        if place is not None:
            params |= place.to_params()
        request = {"dataset_name": dataset.name, "params": params, **params.pop("request", {})}
        self.context = ExecutionContext(request, executor=Executor())
        foo.get_operator(f"{PLUGIN}/{PANEL}").execute(self.context)

    @property
    def requests(self) -> dict[str, Any]:
        return {
            one.operator_uri.split("/")[-1]: one.params for one in self.context.executor._requests
        }

    @property
    def parts(self) -> str:
        return str(self.requests["show_panel_output"])

    @property
    def names(self) -> list[str]:
        return [one.operator_uri.split("/")[-1] for one in self.context.executor._requests]


def test_an_empty_dataset_says_so() -> None:
    empty = fo.Dataset()
    try:
        assert "has no images" in Shown(empty, "on_load").parts
    finally:
        empty.delete()


def test_without_a_run_the_form_is_one_click_away(dataset: fo.Dataset) -> None:
    shown = Shown(dataset, "on_load")
    assert "have not been scored" in shown.parts
    assert "label-quality-score" in shown.parts


def test_a_run_without_suggestions_says_why(dataset: fo.Dataset) -> None:
    odquality.compute_label_quality(dataset, key=KEY, method="objectlab")
    assert "a run without suggestions" in Shown(dataset, "on_load").parts


def test_a_run_in_progress_says_so(scored: fo.Dataset) -> None:
    record = records.find(scored, KEY)
    assert record is not None
    with claims.take_over(scored, record, records.RUNNING):
        assert "is in progress" in Shown(scored, "on_load").parts


def test_images_that_came_later_are_told_of(scored: fo.Dataset) -> None:
    assert "came after the run" not in Shown(scored, "on_load").parts
    scored.add_samples(random_samples(2))
    assert "came after the run" in Shown(scored, "on_load").parts


def test_the_overview_tells_kinds_and_errors_left(scored: fo.Dataset) -> None:
    shown = Shown(scored, "on_load")
    number = len(odquality.list_issues(scored, KEY))
    assert f"{number} open issues" in shown.parts
    assert "errors** are left" in shown.parts
    assert "stop" in shown.parts
    assert "set_color_scheme" in shown.names


@pytest.mark.parametrize(("how", "status"), [("accept", "accepted"), ("dismiss", "dismissed")])
def test_a_decision_is_made_and_the_next_card_comes(scored, how: str, status: str) -> None:
    first, second = odquality.list_issues(scored, KEY, limit=2)
    place = Place(KEY, CARDS, sample_id=first.sample_id, issue_id=first.id)
    shown = Shown(scored, how, place)
    assert [one.id for one in odquality.list_issues(scored, KEY, status=status)] == [first.id]
    assert second.id in shown.parts
    assert first.id not in shown.parts
    # Each change of a panel's state costs the page a second.
    assert not {"patch_panel_state", "set_panel_state"} & set(shown.names)


def test_a_decision_that_is_refused_says_why(scored: fo.Dataset) -> None:
    first = odquality.list_issues(scored, KEY, limit=1)[0]
    odquality.accept(scored, KEY, first, by="ann")
    place = Place(KEY, CARDS, sample_id=first.sample_id, issue_id=first.id)
    shown = Shown(scored, "dismiss", place)
    assert "accepted by ann already" in shown.requests["notify"]["message"]


def test_undo_takes_back_what_was_decided_here_and_then_what_was_before(scored) -> None:
    one, two = odquality.list_issues(scored, KEY, limit=2)
    here = odquality.accept(scored, KEY, one).batch
    odquality.accept(scored, KEY, two)
    Shown(scored, "undo", Place(KEY, CARDS, batches=(str(here),)))
    assert [x.id for x in odquality.list_issues(scored, KEY, status="accepted")] == [two.id]
    Shown(scored, "undo", Place(KEY, CARDS))
    assert odquality.list_issues(scored, KEY, status="accepted") == []
    assert "nothing to undo" in Shown(scored, "undo", Place(KEY)).requests["notify"]["message"]


def test_a_kind_is_shown_as_crops(scored: fo.Dataset) -> None:
    shown = Shown(scored, "crops", Place(KEY, kind="overlooked"))
    view = fo.DatasetView._build(scored, shown.requests["set_view"]["view"])
    issues = odquality.list_issues(scored, KEY, kinds="overlooked")
    assert set(view.values("id")) == {one.suggestion_id for one in issues}
    likely = view.values("run_suggestions.confidence")
    assert likely == sorted(likely, reverse=True)


def test_a_bar_of_scores_shows_its_images(scored: fo.Dataset) -> None:
    shown = Shown(scored, "click_score", Place(KEY), x=0.025)
    view = fo.DatasetView._build(scored, shown.requests["set_view"]["view"])
    assert set(view.values("id")) == set(scored.match(fo.ViewField(KEY) <= 0.05).values("id"))
    assert len(view)


def test_a_bar_of_a_class_shows_its_issues(scored: fo.Dataset) -> None:
    issues = [
        one for one in odquality.list_issues(scored, KEY, kinds="overlooked") if one.label == "cat"
    ]
    shown = Shown(scored, "click_class", Place(KEY), x="cat", trace="Missing")
    view = fo.DatasetView._build(scored, shown.requests["set_view"]["view"])
    assert set(view.values("id")) == {one.suggestion_id for one in issues}
    assert issues


def test_what_is_selected_in_the_grid_is_decided_on(scored: fo.Dataset) -> None:
    issue = odquality.list_issues(scored, KEY, limit=1)[0]
    request = {"selected": [issue.sample_id]}
    Shown(scored, "accept_selected", Place(KEY, MANY), request=request)
    accepted = odquality.list_issues(scored, KEY, status="accepted")
    assert {one.sample_id for one in accepted} == {issue.sample_id}
    assert issue.id in [one.id for one in accepted]
    nothing = Shown(scored, "accept_selected", Place(KEY, MANY))
    assert "Select" in nothing.requests["notify"]["message"]


def test_what_the_preview_showed_is_accepted(scored: fo.Dataset) -> None:
    preview = odquality.preview_accept_all(scored, KEY, min_probability=0.9)
    shown = Shown(scored, "show", Place(KEY, MANY, least=0.9))
    assert f"Accept {preview.count}" in shown.parts
    Shown(scored, "accept_all", Place(KEY, MANY, least=0.9))
    accepted = odquality.list_issues(scored, KEY, status="accepted")
    assert {one.id for one in accepted} == {one.id for one in preview.issues}
