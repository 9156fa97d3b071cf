"""The panel says what it waits for before it does what takes long."""

from __future__ import annotations

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types
import pytest

import odquality
from odquality.app.names import PANEL, PLUGIN
from odquality.app.panel import long_work, many, tabs
from odquality.app.panel.parts import Buttons
from odquality.app.panel.place import CARDS, MANY, Place
from tests.app.panel.shown import KEY, Shown


def begins(shown: Shown, method: str, place: Place) -> bool:
    """Whether the page calls a method with a place once it shows what it was sent."""
    panel = shown.requests["show_panel_output"]["output"]
    view = panel["type"]["properties"]["begin"]["view"]
    calls = str(view["on_timeout"]).endswith(f"#{method}")
    return calls and view["name"] == "TimerView" and view["params"] == place.to_params()


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "_MANY_DECISIONS", 2)


@pytest.mark.usefixtures("few_are_many")
def test_many_decisions_are_announced_made_announced_and_taken_back(scored: fo.Dataset) -> None:
    preview = odquality.preview_accept_all(scored, KEY, min_probability=0.5)
    place = Place(KEY, MANY, least=0.5)
    shown = Shown(scored, "accept_all", place)
    assert f"Accepting {preview.count} issues" in shown.parts
    assert begins(shown, "accept_all_now", place)
    assert odquality.list_issues(scored, KEY, status="accepted") == []
    Shown(scored, "accept_all_now", place)
    accepted = odquality.list_issues(scored, KEY, status="accepted")
    assert {one.id for one in accepted} == {one.id for one in preview.issues}
    batch = (str(accepted[0].batch), preview.count)
    for tab, batches in ((MANY, ()), (MANY, (batch,)), (CARDS, (batch,))):
        place = Place(KEY, tab, batches=batches)
        shown = Shown(scored, "undo", place)
        assert f"Taking {preview.count} decisions back" in shown.parts
        assert begins(shown, "undo_now", place)
    assert len(odquality.list_issues(scored, KEY, status="accepted")) == preview.count
    Shown(scored, "undo_now", place)
    assert odquality.list_issues(scored, KEY, status="accepted") == []


@pytest.mark.usefixtures("few_are_many")
@pytest.mark.parametrize(
    ("name", "doing", "status"),
    [("accept", "Accepting", "accepted"), ("dismiss", "Dismissing", "dismissed")],
)
def test_many_that_are_selected_are_announced(
    scored: fo.Dataset, name: str, doing: str, status: str
) -> None:
    issues = odquality.list_issues(scored, KEY, limit=10)
    selected = sorted({one.sample_id for one in issues})
    number = len(odquality.list_issues(scored.select(selected), KEY))
    place, request = Place(KEY, MANY), {"selected": selected}
    shown = Shown(scored, f"{name}_selected", place, request=request)
    assert f"{doing} {number} issues" in shown.parts
    assert begins(shown, f"{name}_selected_now", place)
    assert odquality.list_issues(scored, KEY, status=status) == []
    Shown(scored, f"{name}_selected_now", place, request=request)
    decided = odquality.list_issues(scored, KEY, status=status)
    assert {one.sample_id for one in decided} == set(selected)


@pytest.mark.usefixtures("few_are_many")
def test_a_single_decision_is_made_and_taken_back_at_once(scored: fo.Dataset) -> None:
    likeliest = odquality.list_issues(scored, KEY, order="probability", limit=1)[0]
    Shown(scored, "accept_all", Place(KEY, MANY, least=likeliest.probability))
    (accepted,) = odquality.list_issues(scored, KEY, status="accepted")
    assert accepted.id == likeliest.id
    Shown(scored, "undo", Place(KEY, MANY))
    assert odquality.list_issues(scored, KEY, status="accepted") == []


def test_what_takes_long_to_count_is_counted_when_it_is_asked_for(
    spoiled: fo.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = odquality.list_issues(spoiled, KEY, kinds="swap", order="probability", limit=1)[0]
    sample = spoiled[issue.sample_id]
    for label in sample.ground_truth.detections:
        if label.id == issue.label_id:
            label.label = "giraffe"
    sample.save()
    for module in (tabs, long_work):
        monkeypatch.setattr(module, "PATIENCE", 1e-9)
    place = Place(KEY)
    shown = Shown(spoiled, "show", place)
    assert "not counted yet" in shown.parts
    assert "label-quality-count'" in shown.parts
    for asked, done in (("count", "count_now"), ("count_edits", "count_edits_now")):
        shown = Shown(spoiled, asked, place)
        assert "Comparing the labels" in shown.parts
        assert begins(shown, done, place)
    assert odquality.list_issues(spoiled, KEY, status="edited") == []
    assert "1 open issue is settled by hand" in Shown(spoiled, "count_now", place).parts
    shown = Shown(spoiled, "count_edits_now", place)
    (edited,) = odquality.list_issues(spoiled, KEY, status="edited")
    assert edited.id == issue.id
    assert "not counted yet" not in shown.parts


def test_too_many_to_count_can_be_accepted_all_the_same(scored: fo.Dataset) -> None:
    panel = types.Object()
    handlers = foo.get_operator(f"{PLUGIN}/{PANEL}").handlers()
    many.add_many(panel, Buttons(handlers), Place(KEY, MANY), None)
    parts = str(panel.to_json())
    assert "too many open issues" in parts
    assert all(f"label-quality-least_{100 * least:.0f}" in parts for least in many.LEAST)
