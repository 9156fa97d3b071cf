"""Reviewing the image that is open."""

from __future__ import annotations

import re

import fiftyone as fo
import pytest
from playwright.sync_api import APIResponse, Request, Route, expect

import odquality
from odquality.app.names import MODAL_PANEL, PANEL
from odquality.bridge.review.issue import ReviewIssue
from tests.e2e.app import LOOK_AGAIN, SECONDS, AppPage
from tests.e2e.looker import draw_slowly, stored, wait_until_drawn
from tests.e2e.modal import (
    FIELDS,
    KEY,
    SUGGESTIONS,
    accept_first,
    button,
    open_beside,
    open_panel,
    show_decision,
)


@pytest.fixture
def scored(dataset: fo.Dataset) -> fo.Dataset:
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.05)
    return dataset


@pytest.fixture
def spoiled(dataset: fo.Dataset) -> fo.Dataset:
    """Scored, with an issue of each action: some labels are there twice."""
    for sample in dataset.take(4, seed=1):
        twice = sample.ground_truth.detections[0]
        again = fo.Detection(label=twice.label, bounding_box=twice.bounding_box)
        sample.ground_truth.detections.append(again)
        sample.save()
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.02)
    return dataset


def test_the_open_image_is_reviewed_and_shows_it_at_once(scored: fo.Dataset, app: AppPage) -> None:
    issues = odquality.list_issues(scored, KEY)
    of_image = {issue.sample_id: issue for issue in reversed(issues)}
    first = issues[0]
    number = sum(issue.sample_id == first.sample_id for issue in issues)
    app.open_image(first.sample_id)
    open_panel(app.page)
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


def test_undo_takes_back_what_was_decided_on_the_image_last_whatever_the_page_knows(
    scored: fo.Dataset, app: AppPage
) -> None:
    (first, *others) = odquality.list_issues(scored, KEY)
    second = next(one for one in others if one.sample_id == first.sample_id)
    elsewhere = next(one for one in others if one.sample_id != first.sample_id)
    for issue in (first, second, elsewhere):
        odquality.dismiss(scored, KEY, issue)
    app.open_image(first.sample_id)
    open_panel(app.page)
    undos = app.page.locator('[data-cy=modal] [data-cy^="label-quality-take_back"]')
    for left in ([first, elsewhere], [elsewhere]):
        expect(undos).to_have_count(len(left), timeout=SECONDS * 1000)
        button(app, "undo").click()
        expect(undos).to_have_count(len(left) - 1, timeout=SECONDS * 1000)
        dismissed = odquality.list_issues(scored, KEY, status="dismissed")
        assert {one.id for one in dismissed} == {one.id for one in left}
    button(app, "undo").click()
    app.page.wait_for_function(
        "window.toasts.some((one) => one.includes('nothing to undo'))", polling=LOOK_AGAIN
    )


def test_an_older_image_that_comes_late_does_not_stay(scored: fo.Dataset, app: AppPage) -> None:
    issue = odquality.list_issues(scored, KEY)[0]
    app.open_image(issue.sample_id)
    open_beside(app.page)
    before = stored(scored, issue.sample_id, FIELDS)
    wait_until_drawn(app.page, before)
    late: list[tuple[Route, APIResponse]] = []

    def keep_back(route: Route) -> None:
        if is_of_image(route.request):
            late.append((route, route.fetch()))
        else:
            route.fallback()

    app.page.route(re.compile("/graphql$"), keep_back)
    # The page asks again.
    with app.page.expect_request(is_of_image):
        button(app, "refresh").click()
    after = accept_first(app, scored, issue.sample_id, before)
    for route, response in late:
        route.fulfill(response=response)
    wait_until_drawn(app.page, after)


def test_what_is_decided_while_the_image_is_being_drawn_is_drawn_after(
    scored: fo.Dataset, app: AppPage
) -> None:
    issue = odquality.list_issues(scored, KEY)[0]
    app.open_image(issue.sample_id)
    open_beside(app.page)
    before = stored(scored, issue.sample_id, FIELDS)
    wait_until_drawn(app.page, before)
    draw_slowly(app.page, seconds=3)
    after = accept_first(app, scored, issue.sample_id, before)
    wait_until_drawn(app.page, after)


def is_of_image(request: Request) -> bool:
    """Whether the page asks for the image that is open."""
    return "mainSampleQuery" in (request.post_data or "")


def test_an_image_that_leaves_the_view_does_not_break_the_page(
    scored: fo.Dataset, app: AppPage
) -> None:
    first = odquality.list_issues(scored, KEY)[0]
    app.open_image(first.sample_id)
    open_panel(app.page)
    button(app, "accept0").wait_for()
    scored.delete_samples([first.sample_id])
    button(app, "next").click()
    app.page.wait_for_url(lambda url: first.sample_id not in url)
    button(app, "accept0").wait_for()


@pytest.mark.parametrize("action", ["add", "relabel", "move", "remove"])
def test_the_open_image_shows_what_a_decision_changed(
    spoiled: fo.Dataset, app: AppPage, action: str
) -> None:
    likely = odquality.list_issues(spoiled, KEY, order="probability")
    issue = next(one for one in likely if one.action == action)
    app.open_image(issue.sample_id)
    open_beside(app.page)
    show_decision(app, spoiled, issue)


def test_each_decision_on_the_open_image_can_be_taken_back(
    scored: fo.Dataset, app: AppPage
) -> None:
    issues = odquality.list_issues(scored, KEY)
    sample_id = next(
        one.sample_id
        for one in issues
        if sum(other.sample_id == one.sample_id for other in issues) >= 2
    )
    of_image = [one for one in issues if one.sample_id == sample_id]
    # One was decided on before the image was opened.
    odquality.dismiss(scored, KEY, of_image[0], by="ann")
    before = stored(scored, sample_id, FIELDS)
    app.open_image(sample_id)
    open_beside(app.page)
    undos = app.page.locator('[data-cy=modal] [data-cy^="label-quality-take_back"]')
    expect(undos).to_have_count(1, timeout=SECONDS * 1000)
    # What was decided is no box to look at.
    for field in (*FIELDS, "ground_truth_decisions"):
        box = app.page.locator(f'[data-cy=modal] [data-cy="checkbox-{field}"] input')
        expect(box).to_be_checked(checked=field in FIELDS, timeout=SECONDS * 1000)
    panel = app.page.locator(f'[data-cy=modal] [data-cy="panel-content-{MODAL_PANEL}"]')
    expect(panel).to_contain_text("dismissed by ann")
    button(app, "accept0").click()
    expect(undos).to_have_count(2, timeout=SECONDS * 1000)
    (accepted,) = odquality.list_issues(scored, KEY, status="accepted")
    decided = odquality.list_issues(scored.select(sample_id), KEY, status="any")
    row = [one.id for one in decided if one.status != "open"].index(of_image[0].id)
    button(app, f"take_back{row}").click()
    expect(undos).to_have_count(1, timeout=SECONDS * 1000)
    assert odquality.list_issues(scored, KEY, status="dismissed") == []
    assert odquality.list_issues(scored, KEY, status="accepted") == [accepted]
    button(app, "take_back0").click()
    expect(undos).to_have_count(0, timeout=SECONDS * 1000)
    assert odquality.list_issues(scored, KEY, status="accepted") == []
    after = stored(scored, sample_id, FIELDS)
    assert after["ground_truth"] == before["ground_truth"]
    wait_until_drawn(app.page, after)


def test_an_open_crop_is_reviewed_as_its_image(scored: fo.Dataset, app: AppPage) -> None:
    panel = app.page.locator
    app.panel_option(PANEL).click()
    panel('[data-cy="label-quality-crops_swap"]').click()
    expect(panel("[data-cy=entry-counts]")).to_contain_text("patch", timeout=SECONDS * 1000)
    app.wait_for_grid()
    likeliest, *others = odquality.list_issues(scored, KEY, kinds="swap", order="probability")
    panel('[data-cy="spotlight-section-forward"] [data-cy="looker"]').first.click()
    open_beside(app.page)
    suggestion = {SUGGESTIONS: [box_of(likeliest)]}
    wait_until_drawn(app.page, suggestion)
    of_image = odquality.list_issues(scored.select(likeliest.sample_id), KEY)
    button(app, f"accept{of_image.index(likeliest)}").click()
    wait_until_drawn(app.page, {})
    (accepted,) = odquality.list_issues(scored, KEY, status="accepted")
    assert accepted.id == likeliest.id
    label = next(
        one
        for one in scored[likeliest.sample_id].ground_truth.detections
        if one.id == likeliest.label_id
    )
    assert label.label == likeliest.label
    button(app, "undo").click()
    wait_until_drawn(app.page, suggestion)
    assert odquality.list_issues(scored, KEY, status="accepted") == []
    button(app, "next").click()
    wait_until_drawn(app.page, {SUGGESTIONS: [box_of(others[0])]})


def box_of(issue: ReviewIssue) -> list[object]:
    """The suggestion as it is drawn."""
    return [issue.suggestion_id, issue.label, list(issue.box)]


@pytest.fixture
def two_images(scored: fo.Dataset) -> list[str]:
    """The first and the last of the images to review, which are a saved view."""
    order = [issue.sample_id for issue in odquality.list_issues(scored, KEY)]
    scored.save_view("two", scored.select([order[0], order[-1]]))
    return [order[0], order[-1]]


def test_next_stays_in_the_view(
    scored: fo.Dataset, two_images: list[str], app: AppPage, server: str
) -> None:
    first, second = two_images
    app.page.goto(f"{server}/datasets/{scored.name}?view=two&id={first}")
    open_beside(app.page)
    button(app, "next").click()
    wait_until_drawn(app.page, stored(scored, second, FIELDS))
