"""The panel of an open image in a page that is being loaded, or without the plugin's script."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fiftyone as fo
import pytest
from playwright.sync_api import APIResponse, Request, Route

import odquality
from odquality.app.colors import PREDICTED, shade
from odquality.bridge.review.issue import ReviewIssue
from odquality.kinds import BY_NAME
from tests.e2e.app import AppPage, app_server
from tests.e2e.looker import drawn, stored, wait_for_color, wait_until_drawn
from tests.e2e.modal import (
    FIELDS,
    KEY,
    SUGGESTIONS,
    accept_first,
    button,
    images_tab,
    open_beside,
    open_by_hand,
    open_panel,
    show_decision,
    wait_or_refresh,
)

SCRIPT = re.compile(r"index\.umd\.js")
# By these the page is told of panels that are written in Python.
STARTED = re.compile(r"/operators(/execute)?$")
# By these it tells the session of colours, and by this Python tells the page of them.
GRAPHQL, CHOSEN, COLORED = re.compile("/graphql$"), "setColorScheme", "set_color_scheme"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def scored(dataset: fo.Dataset) -> fo.Dataset:
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.05)
    return dataset


def test_an_image_that_opens_before_python_s_panels_are_known_has_its_panel(
    scored: fo.Dataset, chromium
) -> None:
    (first, *_) = odquality.list_issues(scored, KEY)
    held: list[Route] = []
    # With a server of its own no image has been opened before.
    with app_server() as address:
        app = AppPage(chromium, address, scored.name)
        try:
            app.page.route(STARTED, lambda route: held.append(route))
            app.open_image(first.sample_id)
            images_tab(app.page).wait_for()
            assert held
            # Lets go what was held.
            app.page.unroute(STARTED)
            open_beside(app.page)
            show_decision(app, scored, first)
        finally:
            app.page.close()
    assert app.errors == []


def test_a_page_that_missed_colours_of_its_session_gets_them(
    scored: fo.Dataset, app: AppPage
) -> None:
    issue = odquality.list_issues(scored, KEY)[0]
    missed: list[Any] = []

    def miss_first(route: Route) -> None:
        if missed or not says(route.request, CHOSEN):
            route.fallback()
            return
        answer = route.fetch()
        told = answer.json()
        scheme = told["data"][CHOSEN]
        missed.extend(scheme["fields"])
        scheme["fields"] = []
        route.fulfill(response=answer, json=told)

    app.page.route(GRAPHQL, miss_first)
    app.open_image(issue.sample_id)
    open_beside(app.page)
    button(app, "accept0").wait_for()
    wait_for_color(app.page, PREDICTED, is_there=True)
    assert SUGGESTIONS in [field["path"] for field in missed]


def test_a_page_that_lost_its_colours_with_another_dataset_gets_them_again(
    scored: fo.Dataset, other: fo.Dataset, app: AppPage
) -> None:
    """Though the session seemed to have them when the image was opened."""
    issue = odquality.list_issues(scored, KEY)[0]
    app.open_image(issue.sample_id)
    open_beside(app.page)
    button(app, "accept0").wait_for()
    wait_for_color(app.page, PREDICTED, is_there=True)
    app.close_image()
    dropped: list[Any] = []

    def drop(route: Route) -> None:
        if not says(route.request, "on_change_dataset"):
            route.fallback()
            return
        answer = route.fetch()
        told = answer.json()
        asked = told["executor"]["requests"]
        colors = [one for one in asked if one["operator_uri"].endswith(COLORED)]
        told["executor"]["requests"] = [one for one in asked if one not in colors]
        dropped.extend(colors)
        route.fulfill(response=answer, json=told)

    app.page.route(STARTED, drop)
    open_after(app, other, scored, issue)
    wait_for_color(app.page, PREDICTED, is_there=True)
    assert dropped


def test_colours_taken_back_win_over_those_that_another_page_asked_for_before(
    scored: fo.Dataset, chromium
) -> None:
    issue = odquality.list_issues(scored, KEY)[0]
    late: list[tuple[Route, APIResponse]] = []
    let_go: list[bool] = []

    def hold(route: Route) -> None:
        answer = route.fetch()
        if COLORED in answer.text() and not let_go:
            late.append((route, answer))
        else:
            route.fulfill(response=answer)

    # In a server of its own no page has the colours of the kinds yet.
    with app_server() as address:
        app = AppPage(chromium, address, scored.name)
        colleague = AppPage(chromium, address, scored.name)
        try:
            colleague.page.route(STARTED, hold)
            colleague.open_image(issue.sample_id)
            open_panel(colleague.page)
            app.open_image(issue.sample_id)
            open_beside(app.page)
            wait_for_color(app.page, PREDICTED, is_there=True)
            told = app.open_operator("Restore my colours")
            told.get_by_role("button", name="Close").click()
            wait_for_color(app.page, PREDICTED, is_there=False)
            assert late
            # Either page may be the first to notice.
            with chromium.expect_event("request", takes_back):
                let_go.append(True)
                for route, answer in late:
                    route.fulfill(response=answer)
            for one in (app, colleague):
                wait_for_color(one.page, PREDICTED, is_there=False)
        finally:
            for one in (app, colleague):
                one.page.close()
    assert [*app.errors, *colleague.errors] == []


def test_suggestions_have_colours_of_their_own_until_the_user_takes_theirs_back(
    scored: fo.Dataset, other: fo.Dataset, chromium
) -> None:
    """After a reload, in a colleague's page, and after another dataset was looked at."""
    issue = next(
        one
        for one in odquality.list_issues(scored, KEY, kinds="badloc", order="probability")
        if len(odquality.list_issues(scored.select(one.sample_id), KEY)) == 1
    )
    suggested = BY_NAME["badloc"].color
    labelled = shade(suggested)
    # In a server of its own the panel has not been opened yet.
    with app_server() as address:
        app = AppPage(chromium, address, scored.name)
        colleague = None
        try:
            app.open_image(issue.sample_id)
            wait_until_drawn(app.page, stored(scored, issue.sample_id, FIELDS))
            open_beside(app.page)
            wait_for_color(app.page, PREDICTED, is_there=True)
            # The prediction that shows the error lies on what is suggested.
            app.page.locator('[data-cy=modal] [data-cy="checkbox-predictions"] input').uncheck()
            wait_for_color(app.page, PREDICTED, is_there=False)
            for color in (suggested, labelled):
                wait_for_color(app.page, color, is_there=True)
            app.page.reload()
            button(app, "accept0").wait_for()
            wait_for_color(app.page, labelled, is_there=True)
            colleague = AppPage(chromium, address, scored.name)
            colleague.page.goto(app.page.url)
            wait_for_color(colleague.page, labelled, is_there=True)
            # Another dataset has colours of its own; the panel is there already, and not loaded.
            app.close_image()
            open_after(app, other, scored, issue)
            wait_for_color(app.page, labelled, is_there=True)
            told = app.open_operator("Restore my colours")
            told.get_by_role("button", name="Close").click()
            wait_for_color(app.page, labelled, is_there=False)
            app.page.reload()
            button(app, "accept0").wait_for()
            wait_until_drawn(app.page, stored(scored, issue.sample_id, FIELDS))
            wait_for_color(app.page, labelled, is_there=False)
        finally:
            app.page.close()
            if colleague is not None:
                colleague.page.close()
    assert app.errors == []
    assert colleague.errors == []
    scored.reload()
    assert scored.app_config.color_scheme is None


@pytest.fixture
def other(scored: fo.Dataset) -> Iterator[fo.Dataset]:
    """Another dataset, without a run."""
    made = fo.Dataset(f"{scored.name}_other", persistent=True)
    made.add_sample(fo.Sample(filepath=scored.first().filepath))
    yield made
    fo.delete_dataset(made.name)


def takes_back(request: Request) -> bool:
    """Whether a page tells the session of colours other than those of the kinds."""
    return says(request, CHOSEN) and not says(request, '"kind"')


def says(request: Request, text: str) -> bool:
    """Whether a page's request holds a text."""
    return text in (request.post_data or "")


def open_after(app: AppPage, other: fo.Dataset, scored: fo.Dataset, issue: ReviewIssue) -> None:
    """Goes to another dataset and back, and opens an issue's image in the grid."""
    for dataset in (other, scored):
        app.choose_dataset(dataset.name)
    place = scored.values("id").index(issue.sample_id)
    app.page.locator('[data-cy="looker"]').nth(place).click()
    button(app, "accept0").wait_for()


def test_where_the_script_did_not_load_a_button_refreshes_the_image(
    scored: fo.Dataset, app: AppPage
) -> None:
    app.page.route(SCRIPT, lambda route: route.fulfill(body="", content_type="text/javascript"))
    first = odquality.list_issues(scored, KEY)[0]
    app.open_image(first.sample_id)
    open_by_hand(app.page)
    before = stored(scored, first.sample_id, FIELDS)
    wait_until_drawn(app.page, before)
    after = accept_first(app, scored, first.sample_id, before)
    assert drawn(app.page) == before
    button(app, "refresh").click()
    wait_or_refresh(app, after)


def test_without_the_script_the_open_image_shows_decisions_too(
    scored: fo.Dataset, chromium, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = tmp_path / "plugins" / "label-quality"
    plugin.mkdir(parents=True)
    for name in ("__init__.py", "fiftyone.yml"):
        shutil.copy(ROOT / name, plugin)
    (plugin / "odquality").symlink_to(ROOT / "odquality")
    monkeypatch.setenv("FIFTYONE_PLUGINS_DIR", str(plugin.parent))
    issue = odquality.list_issues(scored, KEY)[0]
    with app_server() as address:
        app = AppPage(chromium, address, scored.name)
        try:
            app.open_image(issue.sample_id)
            open_by_hand(app.page)
            show_decision(app, scored, issue, wait=wait_or_refresh)
        finally:
            app.page.close()
    assert app.errors == []
