"""Deciding by operators on what is selected in the grid; the database is compared by document."""

from __future__ import annotations

import fiftyone as fo
import pytest
from playwright.sync_api import expect

import odquality
from odquality.app.names import PANEL
from tests.e2e.app import SECONDS, AppPage
from tests.e2e.database import assert_decided, documents

KEY = "label_quality"


@pytest.fixture
def scored(dataset: fo.Dataset) -> fo.Dataset:
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.05)
    return dataset


def select(app: AppPage, tile: int) -> None:
    """Selects a tile of the grid."""
    tiles = app.page.locator('[data-cy="spotlight-section-forward"] [data-cy="looker"]')
    tiles.nth(tile).hover()
    tiles.nth(tile).locator('[data-cy="looker-checkbox-"]').click()


def run_on_selected(app: AppPage, label: str, number: int) -> None:
    """Executes an operator whose form tells how many issues are selected."""
    form = app.open_operator(label)
    says = "1 open issue is selected" if number == 1 else f"{number} open issues are selected"
    expect(form).to_contain_text(says, timeout=SECONDS * 1000)
    app.execute(form)
    told = app.page.locator("[data-cy=operators-prompt-modal]")
    expect(told).to_contain_text(f"{number} accepted", timeout=SECONDS * 1000)
    told.get_by_role("button", name="Close").click()


def test_selected_crops_are_accepted(scored: fo.Dataset, app: AppPage) -> None:
    app.panel_option(PANEL).click()
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
    assert_decided(scored, KEY, before, {"accepted": likely[:2]})


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
    assert_decided(scored, KEY, before, {"accepted": issues})


def test_the_form_forbids_to_decide_on_nothing(scored: fo.Dataset, app: AppPage) -> None:
    before = documents(scored)
    form = app.open_operator("Accept label issues")
    expect(form).to_contain_text("Nothing is selected", timeout=SECONDS * 1000)
    expect(form.get_by_role("button", name="Execute", exact=True)).to_be_disabled()
    assert documents(scored) == before
