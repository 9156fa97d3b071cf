"""Reviewing the image that is open."""

from __future__ import annotations

import fiftyone as fo
import pytest
from playwright.sync_api import expect

import odquality
from odquality.app.names import MODAL_PANEL
from tests.e2e.app import SECONDS, AppPage

KEY = "label_quality"


@pytest.fixture
def scored(dataset: fo.Dataset) -> fo.Dataset:
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.05)
    return dataset


def button(app: AppPage, name: str):
    return app.page.locator(f'[data-cy="label-quality-{name}"]')


def test_the_open_image_is_reviewed_and_shows_it_at_once(
    scored: fo.Dataset, app: AppPage, server: str
) -> None:
    issues = odquality.list_issues(scored, KEY)
    of_image = {issue.sample_id: issue for issue in reversed(issues)}
    first = issues[0]
    number = sum(issue.sample_id == first.sample_id for issue in issues)
    app.page.goto(f"{server}/datasets/{scored.name}?id={first.sample_id}")
    app.page.locator(f'[data-cy="panel-tab-{MODAL_PANEL}"]').click()
    button(app, "accept0").click()
    counts = app.page.locator(
        f'[data-cy=modal] [data-cy="sidebar-field-container-{KEY}_suggestions"]'
    )
    expect(counts).to_contain_text(str(number - 1), timeout=SECONDS * 1000)
    assert [one.id for one in odquality.list_issues(scored, KEY, status="accepted")] == [first.id]
    button(app, "undo").click()
    expect(counts).to_contain_text(str(number), timeout=SECONDS * 1000)
    assert odquality.list_issues(scored, KEY, status="accepted") == []
    button(app, "next").click()
    app.page.wait_for_url(lambda url: first.sample_id not in url)
    assert app.page.url.partition("id=")[2] in of_image


def test_an_image_that_leaves_the_view_does_not_break_the_page(
    scored: fo.Dataset, app: AppPage, server: str
) -> None:
    first = odquality.list_issues(scored, KEY)[0]
    app.page.goto(f"{server}/datasets/{scored.name}?id={first.sample_id}")
    app.page.locator(f'[data-cy="panel-tab-{MODAL_PANEL}"]').click()
    button(app, "accept0").wait_for()
    scored.delete_samples([first.sample_id])
    button(app, "next").click()
    app.page.wait_for_url(lambda url: first.sample_id not in url)
    button(app, "accept0").wait_for()
