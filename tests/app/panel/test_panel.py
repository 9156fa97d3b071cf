"""What the panel shows and does, without a browser."""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
import re
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import fiftyone as fo
import pytest

import odquality
from odquality.app.panel.place import CARDS, MANY, Place
from odquality.bridge.review.progress import open_counts
from odquality.bridge.run.recalibration import load_lessons
from odquality.bridge.store import handover, records
from odquality.kinds import BY_NAME
from tests.app.panel.shown import KEY, Shown
from tests.bridge.datasets import random_samples


def find_views(parts: Any, component: str) -> Iterator[dict[str, Any]]:
    """What panels hold of a part of the plugin's script."""
    if isinstance(parts, dict):
        if parts.get("component") == component:
            yield parts
        parts = list(parts.values())
    for part in parts if isinstance(parts, list) else ():
        yield from find_views(part, component)


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
    with handover.take_over(scored, record, records.RUNNING):
        assert "is in progress" in Shown(scored, "on_load").parts


def test_images_that_came_later_are_told_of(scored: fo.Dataset) -> None:
    assert "came after the run" not in Shown(scored, "on_load").parts
    scored.add_samples(random_samples(2))
    assert "came after the run" in Shown(scored, "on_load").parts


def test_images_that_are_gone_are_told_of(scored: fo.Dataset) -> None:
    assert "are gone" not in Shown(scored, "on_load").parts
    scored.delete_samples(scored.values("id")[:1])
    assert "are gone" in Shown(scored, "on_load").parts
    odquality.compute_label_quality(scored, key=KEY)
    assert "are gone" not in Shown(scored, "on_load").parts


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


def test_the_run_learns_behind_the_cards(spoiled: fo.Dataset) -> None:
    for _ in range(10):
        issue = odquality.list_issues(spoiled, KEY, limit=1)[0]
        Shown(spoiled, "dismiss", Place(KEY, CARDS, issue_id=issue.id))
    deadline = time.monotonic() + 60
    while sum(load_lessons(spoiled, KEY).decided.values()) < 10:
        assert time.monotonic() < deadline


def test_a_decision_that_is_refused_says_why(scored: fo.Dataset) -> None:
    first = odquality.list_issues(scored, KEY, limit=1)[0]
    odquality.accept(scored, KEY, first, by="ann")
    place = Place(KEY, CARDS, sample_id=first.sample_id, issue_id=first.id)
    shown = Shown(scored, "dismiss", place)
    assert "accepted by ann already" in shown.requests["notify"]["message"]


def test_what_was_settled_by_hand_is_counted_and_then_decided(spoiled: fo.Dataset) -> None:
    assert "settled by hand" not in Shown(spoiled, "on_load").parts
    issue = odquality.list_issues(spoiled, KEY, kinds="swap", order="probability", limit=1)[0]
    sample = spoiled[issue.sample_id]
    for label in sample.ground_truth.detections:
        if label.id == issue.label_id:
            label.label = "giraffe"
    sample.save()
    shown = Shown(spoiled, "on_load")
    assert "1 open issue is settled by hand" in shown.parts
    assert "label-quality-count_edits" in shown.parts
    Shown(spoiled, "count_edits", Place(KEY))
    edited = odquality.list_issues(spoiled, KEY, status="edited")
    assert [one.id for one in edited] == [issue.id]
    assert "settled by hand" not in Shown(spoiled, "on_load").parts


def test_a_card_that_was_settled_by_hand_counts_as_decided_when_it_is_looked_at(spoiled) -> None:
    issue = odquality.list_issues(spoiled, KEY, kinds="spurious", limit=1)[0]
    sample = spoiled[issue.sample_id]
    kept = [one for one in sample.ground_truth.detections if one.id != issue.label_id]
    sample.ground_truth.detections = kept
    sample.save()
    shown = Shown(spoiled, "show", Place(KEY, CARDS, kind="spurious", sample_id=issue.sample_id))
    edited = odquality.list_issues(spoiled, KEY, status="edited")
    assert issue.id in [one.id for one in edited]
    assert "settled by hand" in shown.requests["notify"]["message"]
    (batch,) = {one.batch for one in edited}
    assert f"'batches': [['{batch}', {len(edited)}]]" in shown.parts


def test_an_image_that_is_closed_is_looked_at_again_if_it_was_opened_to_be_edited(spoiled) -> None:
    issue = odquality.list_issues(spoiled, KEY, kinds="spurious", limit=1)[0]
    place = Place(KEY, CARDS, kind="spurious", sample_id=issue.sample_id, issue_id=issue.id)
    opened = Shown(spoiled, "edit", place)
    assert opened.requests["open_sample"] == {"id": issue.sample_id, "mode": "annotate"}
    editing = opened.requests["patch_panel_state"]["state"]
    sample = spoiled[issue.sample_id]
    kept = [one for one in sample.ground_truth.detections if one.id != issue.label_id]
    sample.ground_truth.detections = kept
    sample.save()
    is_open = {"current_sample": issue.sample_id}
    still = Shown(spoiled, "on_change_current_sample", panel_state=editing, request=is_open)
    assert still.names == []
    assert Shown(spoiled, "on_change_current_sample").names == []
    assert odquality.list_issues(spoiled, KEY, status="edited") == []
    closed = Shown(spoiled, "on_change_current_sample", panel_state=editing)
    assert issue.id in [one.id for one in odquality.list_issues(spoiled, KEY, status="edited")]
    assert issue.id not in closed.parts
    assert closed.requests["patch_panel_state"]["state"] == {"editing": None}


def test_undo_takes_back_what_was_decided_here_and_then_what_was_before(scored) -> None:
    one, two = odquality.list_issues(scored, KEY, limit=2)
    here = odquality.accept(scored, KEY, one).batch
    odquality.accept(scored, KEY, two)
    Shown(scored, "undo", Place(KEY, CARDS, batches=((str(here), 1),)))
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
    shown = Shown(scored, "click_scores", Place(KEY), x=0.025)
    view = fo.DatasetView._build(scored, shown.requests["set_view"]["view"])
    assert set(view.values("id")) == set(scored.match(fo.ViewField(KEY) <= 0.05).values("id"))
    assert len(view)


def test_a_bar_of_a_class_shows_its_issues(scored: fo.Dataset) -> None:
    issues = [
        one for one in odquality.list_issues(scored, KEY, kinds="overlooked") if one.label == "cat"
    ]
    shown = Shown(scored, "click_classes", Place(KEY), x="cat", trace="Missing")
    view = fo.DatasetView._build(scored, shown.requests["set_view"]["view"])
    assert set(view.values("id")) == {one.suggestion_id for one in issues}
    assert issues


def test_a_cell_of_the_matrix_shows_its_labels(spoiled: fo.Dataset) -> None:
    swap = odquality.list_issues(spoiled, KEY, kinds="swap", limit=1)[0]
    same = [
        one.suggestion_id
        for one in odquality.list_issues(spoiled, KEY, kinds="swap")
        if (one.given_label, one.label) == (swap.given_label, swap.label)
    ]
    shown = Shown(spoiled, "click_matrix", Place(KEY), x=swap.given_label, y=swap.label)
    view = fo.DatasetView._build(spoiled, shown.requests["set_view"]["view"])
    assert set(view.values("id")) == set(same)


@pytest.mark.parametrize("method", ["click_scores", "worst", "restore", "score", "finish"])
def test_what_changes_nothing_in_the_panel_leaves_it_as_it_is(
    scored: fo.Dataset, method: str
) -> None:
    shown = Shown(scored, method, Place(KEY, batches=(("one", 1),)), x=0.025)
    assert shown.names
    # Neither its numbers nor what can be undone from it.
    assert not {"show_panel_output", "patch_panel_data"} & set(shown.names)


def test_a_dataset_with_many_classes_offers_all_of_them(scored: fo.Dataset) -> None:
    field, numbers = "predictions.detections.label", count()
    some = [[f"class {next(numbers) % 17}" for _ in found] for found in scored.values(field)]
    scored.set_values(field, some)
    odquality.compute_label_quality(scored, key=KEY, min_probability=0.01)
    shown = Shown(scored, "show", Place(KEY, CARDS, kind="swap", choosing=True))
    counts = open_counts(scored, KEY).classes
    assert len(counts) > 12
    (view,) = find_views(shown.requests["show_panel_output"], "LabelQualityChoice")
    offered = {one["label"]: one["changes"] for one in view["choices"]}
    assert offered == {f"{name} {n:,}": {"of_class": name} for name, n in counts.items()}
    assert view["place"]["kind"] == "swap"
    assert view["operator"].endswith("#show")
    buttons = re.findall(r"label-quality-class(\d+)'", shown.parts)
    assert {int(number) for number in buttons} == set(range(12))


def test_plots_have_the_colours_of_kinds_and_are_there_if_they_show_anything(spoiled) -> None:
    shown = Shown(spoiled, "on_load")
    plots = shown.requests["patch_panel_data"]["data"]
    assert set(plots) == {"scores", "matrix", "classes", "sizes"}
    colors = {kind.title: kind.color for kind in BY_NAME.values()}
    for name in ("classes", "sizes"):
        assert {
            one["name"]: one["marker"]["color"] for one in plots[name]
        }.items() <= colors.items()
    assert "as suggested" in shown.parts
    odquality.dismiss(spoiled, KEY, odquality.list_issues(spoiled, KEY, kinds="swap"))
    shown = Shown(spoiled, "on_load")
    assert set(shown.requests["patch_panel_data"]["data"]) == {"scores", "classes", "sizes"}
    assert "as suggested" not in shown.parts


def test_crops_tell_what_is_wrong_in_plain_words(scored: fo.Dataset) -> None:
    shown = Shown(scored, "crops", Place(KEY))
    fields = shown.requests["set_active_fields"]["fields"]
    assert fields == ["run_suggestions", "run_suggestions.title", "run_suggestions.confidence"]


def test_images_are_shown_with_their_labels_after_crops(scored: fo.Dataset) -> None:
    shown = Shown(scored, "worst", Place(KEY))
    assert {"ground_truth", "run_suggestions"} <= set(shown.requests["set_active_fields"]["fields"])


def test_one_kind_or_one_class_is_chosen_among_those_that_are_open(spoiled: fo.Dataset) -> None:
    shown = Shown(spoiled, "show", Place(KEY, CARDS, choosing=True))
    swaps, cats = (
        len(odquality.list_issues(spoiled, KEY, **part))
        for part in ({"kinds": "swap"}, {"classes": "cat"})
    )
    assert f"Wrong class {swaps}" in shown.parts
    assert f"cat {cats}" in shown.parts
    cards = Shown(spoiled, "show", Place(KEY, CARDS, of_class="cat"))
    first = odquality.list_issues(spoiled, KEY, classes="cat", limit=1)[0]
    assert first.id in cards.parts
    assert "cat only" in cards.parts
    none = Shown(spoiled, "show", Place(KEY, CARDS, kind="swap", of_class="giraffe"))
    assert "No open issues “Wrong class” of class “giraffe”" in none.parts


def test_of_one_class_many_are_decided_on(scored: fo.Dataset) -> None:
    preview = odquality.preview_accept_all(scored, KEY, min_probability=0.5, classes="cat")
    assert 0 < preview.count < len(odquality.list_issues(scored, KEY, min_probability=0.5))
    Shown(scored, "accept_all", Place(KEY, MANY, least=0.5, of_class="cat"))
    accepted = odquality.list_issues(scored, KEY, status="accepted")
    assert {one.id for one in accepted} == {one.id for one in preview.issues}


def test_probabilities_that_no_issue_reaches_are_left_out(spoiled: fo.Dataset) -> None:
    likely = odquality.list_issues(spoiled, KEY, kinds="swap", min_probability=0.5)
    odquality.dismiss(spoiled, KEY, likely)
    shown = Shown(spoiled, "show", Place(KEY, MANY, kind="swap"))
    assert "No open issue has 50% or more" in shown.parts
    assert "label-quality-least" not in shown.parts


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
