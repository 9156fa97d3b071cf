"""What the panels do where their run has changed since they were drawn.

An error that reaches a page takes the panel's place there, so none may.
"""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
from collections.abc import Callable

import fiftyone as fo
import pytest

import odquality
from odquality.app.modal.panel import LabelQualityModal
from odquality.app.panel.panel import LabelQualityPanel
from odquality.app.panel.place import CARDS, MANY, Place
from tests.app.panel.shown import KEY, Shown, ShownBeside


def delete_run(dataset: fo.Dataset) -> None:
    dataset.delete_run(KEY)


def rename_run(dataset: fo.Dataset) -> None:
    dataset.rename_run(KEY, "another")


def score_by_objectlab(dataset: fo.Dataset) -> None:
    odquality.compute_label_quality(dataset, key=KEY, method="objectlab")


def delete(path: str) -> Callable[[fo.Dataset], None]:
    def delete_field(dataset: fo.Dataset) -> None:
        dataset.delete_sample_field(path)

    return delete_field


CHANGES = [
    (delete_run, "have not been scored"),
    (rename_run, "open issues"),
    (score_by_objectlab, "a run without suggestions"),
    (delete("ground_truth"), "not there any more"),
    (delete(KEY), "not there any more"),
    (delete(f"{KEY}_suggestions"), "a run without suggestions"),
]
# Some say first what is waited for, or change nothing in the panel.
SILENT = {"count", "restore", "score", "finish"}
EVENTS = [
    *(one for one in LabelQualityPanel.buttons if one not in SILENT),
    *("accept_all_now", "accept_selected_now", "dismiss_selected_now", "undo_now"),
    *("count_now", "count_edits_now"),
]


@pytest.mark.parametrize(("change", "says"), CHANGES)
def test_every_event_is_answered(scored: fo.Dataset, change, says: str) -> None:
    issue = odquality.list_issues(scored, KEY, limit=1)[0]
    card = Place(KEY, CARDS, sample_id=issue.sample_id, issue_id=issue.id, batches=(("one", 1),))
    change(scored)
    request = {"selected": [issue.sample_id]}
    for event in EVENTS:
        place = card.moved(tab=MANY, least=0.5) if "_all" in event else card
        shown = Shown(scored, event, place, request=request)
        assert says in shown.parts, event
    assert says in Shown(scored, "on_load").parts


def test_what_failed_is_told_in_words(scored: fo.Dataset) -> None:
    issue = odquality.list_issues(scored, KEY, limit=1)[0]
    scored.rename_run(KEY, "another")
    place = Place(KEY, CARDS, sample_id=issue.sample_id, issue_id=issue.id)
    shown = Shown(scored, "accept", place)
    told = shown.requests["notify"]
    assert told["variant"] == "error"
    assert told["message"] == f"key is {KEY!r}; expected a label quality run: one of ['another']"
    assert odquality.list_issues(scored, "another", status="accepted") == []
    for event in ("click_scores", "click_matrix", "click_sizes", "worst"):
        clicked = Shown(scored, event, place, x=0.5, y="cat", idx=3)
        assert clicked.requests["notify"] == told
        assert "open issues" in clicked.parts
        assert "set_view" not in clicked.names


@pytest.mark.parametrize(("change", "says"), CHANGES)
def test_the_panel_beside_an_image_answers_too(scored: fo.Dataset, change, says: str) -> None:
    issue = odquality.list_issues(scored, KEY, limit=1)[0]
    place = Place(KEY, issue_id=issue.id)
    change(scored)
    expected = "Next image" if change is rename_run else says
    for event in ("on_load", *(one for one in LabelQualityModal.buttons if one != "next")):
        shown = ShownBeside(scored, event, place, request={"current_sample": issue.sample_id})
        assert expected in shown.parts, event


def test_beside_an_image_of_unscored_labels_it_says_what_scores_them(dataset: fo.Dataset) -> None:
    image = {"current_sample": dataset.first().id}
    assert "Compute label quality" in ShownBeside(dataset, "on_load", request=image).parts
