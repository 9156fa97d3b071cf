"""Deciding by operators on what is selected in the grid; the database is compared by document."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import pytest
from playwright.sync_api import expect

import odquality
from odquality.app.names import PANEL
from odquality.bridge.review.issue import ReviewIssue
from tests.e2e.app import SECONDS, AppPage

KEY = "label_quality"
SUGGESTIONS = f"{KEY}_suggestions"
Document = dict[str, Any]


@pytest.fixture
def scored(dataset: fo.Dataset) -> fo.Dataset:
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.05)
    return dataset


def documents(dataset: fo.Dataset) -> dict[str, Document]:
    """Every sample as the database has it, by its id."""
    return {str(one["_id"]): one for one in dataset._sample_collection.find()}


def boxes(document: Document, field: str) -> dict[str, Document]:
    """The boxes of a field by their id."""
    return {str(one["_id"]): one for one in document[field]["detections"]}


def select(app: AppPage, tile: int) -> None:
    """Selects a tile of the grid."""
    tiles = app.page.locator('[data-cy="spotlight-section-forward"] [data-cy="looker"]')
    tiles.nth(tile).hover()
    tiles.nth(tile).locator('[data-cy="looker-checkbox-"]').click()


def assert_accepted(before: Document, after: Document, issues: list[ReviewIssue]) -> None:
    """Makes sure that a sample has what some issues suggest, and nothing else changed."""
    labels, were = boxes(after, "ground_truth"), boxes(before, "ground_truth")
    for issue in issues:
        if issue.action == "add":
            (added,) = [
                labels.pop(name)
                for name, one in list(labels.items())
                if name not in were and one["bounding_box"] == list(issue.box)
            ]
            assert added["label"] == issue.label
        elif issue.action == "remove":
            assert issue.label_id not in labels
            were.pop(str(issue.label_id))
        else:
            label, was = labels.pop(str(issue.label_id)), were.pop(str(issue.label_id))
            assert label["label"] == issue.label
            assert label["bounding_box"] == pytest.approx(issue.box)
            kept = set(was) - {f"{KEY}_issue", f"{KEY}_suggested_label", "label", "bounding_box"}
            assert {name: label[name] for name in kept} == {name: was[name] for name in kept}
    assert labels == were
    open_now = set(boxes(before, SUGGESTIONS)) - {one.suggestion_id for one in issues}
    assert set(boxes(after, SUGGESTIONS)) == open_now
    decided = boxes(after, "ground_truth_decisions")
    assert {name: one["status"] for name, one in decided.items()} == {
        one.suggestion_id: "accepted" for one in issues
    }


def assert_samples(
    dataset: fo.Dataset, before: dict[str, Document], accepted: list[ReviewIssue]
) -> None:
    """Compares the whole database with what it was before some issues were accepted."""
    after = documents(dataset)
    assert set(after) == set(before)
    for name, document in after.items():
        of_image = [issue for issue in accepted if issue.sample_id == name]
        if of_image:
            assert_accepted(before[name], document, of_image)
        else:
            assert document == before[name]


def run_on_selected(app: AppPage, label: str, number: int) -> None:
    """Executes an operator whose form tells how many issues are selected."""
    form = app.open_operator(label)
    expect(form).to_contain_text(f"{number} open issues are selected", timeout=SECONDS * 1000)
    app.execute(form)
    told = app.page.locator("[data-cy=operators-prompt-modal]")
    expect(told).to_contain_text(f"{number} accepted", timeout=SECONDS * 1000)
    told.get_by_role("button", name="Close").click()


def test_selected_crops_are_accepted(scored: fo.Dataset, app: AppPage) -> None:
    app.page.locator("[data-cy=new-panel-btn]").first.click()
    app.page.locator(f'[data-cy="new-panel-option-{PANEL}"]').click()
    app.page.locator('[data-cy="label-quality-crops_overlooked"]').click()
    count = app.page.locator("[data-cy=entry-counts]")
    expect(count).to_contain_text("patch", timeout=SECONDS * 1000)
    app.wait_for_grid()
    likely = odquality.list_issues(scored, KEY, kinds="overlooked", order="probability")
    before = documents(scored)
    select(app, 0)
    select(app, 1)
    run_on_selected(app, "Accept label issues", 2)
    accepted = odquality.list_issues(scored, KEY, status="accepted")
    assert {one.id for one in accepted} == {one.id for one in likely[:2]}
    assert_samples(scored, before, likely[:2])


def test_selected_images_are_accepted(scored: fo.Dataset, app: AppPage) -> None:
    order = scored.values("id")
    slot, issues = next(
        (slot, found)
        for slot, sample_id in enumerate(order)
        if (found := odquality.list_issues(scored.select(sample_id), KEY))
    )
    before = documents(scored)
    select(app, slot)
    run_on_selected(app, "Accept label issues", len(issues))
    assert_samples(scored, before, issues)


def test_the_form_forbids_to_decide_on_nothing(scored: fo.Dataset, app: AppPage) -> None:
    before = documents(scored)
    form = app.open_operator("Accept label issues")
    expect(form).to_contain_text("Nothing is selected", timeout=SECONDS * 1000)
    expect(form.get_by_role("button", name="Execute", exact=True)).to_be_disabled()
    assert documents(scored) == before
