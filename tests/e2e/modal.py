"""The panel of the image that is open."""

from __future__ import annotations

from collections.abc import Callable

import fiftyone as fo
from playwright.sync_api import Locator, Page, TimeoutError, expect

import odquality
from odquality.app.names import MODAL_PANEL
from odquality.bridge.review.issue import ReviewIssue
from tests.e2e.app import SECONDS, AppPage
from tests.e2e.looker import Boxes, stored, wait_until_drawn

KEY = "label_quality"
SUGGESTIONS = f"{KEY}_suggestions"
FIELDS = ("ground_truth", "predictions", SUGGESTIONS)
_MODAL = "[data-cy=modal]"
# One in three does not show the image as it is now.
_REFRESHES = 4


def open_panel(page: Page) -> None:
    """Opens the panel by its tab, which is there as soon as the image is."""
    images_tab(page).wait_for()
    _tab(page).click()


def add_panel(page: Page) -> None:
    """Opens the panel, as users do where the image may have opened before the panel was known."""
    images_tab(page).wait_for()
    # Which tabs there are is settled once any is there.
    if _tab(page).count():
        _tab(page).click()
        return
    page.locator(f"{_MODAL} [data-cy=new-panel-btn]").click()
    page.locator(f'[data-cy="new-panel-option-{MODAL_PANEL}"]').click()


def expect_beside(page: Page) -> None:
    """Makes sure that both the image and the panel are in sight."""
    expect(_split(page)).to_have_count(0, timeout=SECONDS * 1000)


def put_beside(page: Page) -> None:
    """Has both the image and the panel in sight, by hand."""
    # As long as the panel is not there, there is nothing to split.
    _tab(page).wait_for()
    # The page keeps it so for the images that are opened next.
    if _split(page).count():
        _split(page).click()
    expect_beside(page)


def images_tab(page: Page) -> Locator:
    """The tab of the image itself."""
    return page.locator(f'{_MODAL} [data-cy="panel-tab-fo-sample-modal-plugin"]')


def _tab(page: Page) -> Locator:
    return page.locator(f'{_MODAL} [data-cy="panel-tab-{MODAL_PANEL}"]')


def _split(page: Page) -> Locator:
    return page.locator(f'{_MODAL} [title="Split horizontally"]')


def button(app: AppPage, name: str) -> Locator:
    """A button of the panel."""
    return app.page.locator(f'{_MODAL} [data-cy="label-quality-{name}"]')


def open_beside(page: Page) -> None:
    """Opens the panel, which the script puts beside the image."""
    open_panel(page)
    expect_beside(page)


def open_by_hand(page: Page) -> None:
    """Opens the panel where there is no script, and puts it beside the image."""
    add_panel(page)
    put_beside(page)


def wait_or_refresh(app: AppPage, boxes: Boxes) -> None:
    """Waits until the open image has some boxes, where the page has no script.

    Of a view that changes FiftyOne often tells the image how it is now and then, within
    milliseconds, how it was before, and the last one is drawn; for that there is a button.
    """
    for _ in range(_REFRESHES):
        try:
            wait_until_drawn(app.page, boxes, seconds=SECONDS / 3)
        except TimeoutError:
            button(app, "refresh").click()
        else:
            return
    wait_until_drawn(app.page, boxes)


def accept_first(app: AppPage, dataset: fo.Dataset, sample_id: str, before: Boxes) -> Boxes:
    """Accepts what comes first on the open image; returns its boxes, which were others before."""
    button(app, "accept0").wait_for()
    number = accepts(app).count()
    button(app, "accept0").click()
    expect(accepts(app)).to_have_count(number - 1, timeout=SECONDS * 1000)
    after = stored(dataset, sample_id, FIELDS)
    assert after != before
    return after


def show_decision(
    app: AppPage,
    dataset: fo.Dataset,
    issue: ReviewIssue,
    *,
    wait: Callable[[AppPage, Boxes], None] | None = None,
) -> None:
    """Accepts an issue of the open image and takes it back; the image shows either at once.

    Args:
        app: where the image is open.
        dataset: that it is of.
        issue: of the image.
        wait: waits until it shows some boxes; by default for the page alone.
    """
    wait = wait or (lambda app, boxes: wait_until_drawn(app.page, boxes))
    before = stored(dataset, issue.sample_id, FIELDS)
    wait_until_drawn(app.page, before)
    of_image = odquality.list_issues(dataset.select(issue.sample_id), KEY)
    button(app, f"accept{of_image.index(issue)}").click()
    expect(accepts(app)).to_have_count(len(of_image) - 1, timeout=SECONDS * 1000)
    assert [one.id for one in odquality.list_issues(dataset, KEY, status="accepted")] == [issue.id]
    after = stored(dataset, issue.sample_id, FIELDS)
    assert _classes_and_places(after) != _classes_and_places(before)
    wait(app, after)
    button(app, "undo").click()
    expect(accepts(app)).to_have_count(len(of_image), timeout=SECONDS * 1000)
    wait(app, before)
    assert stored(dataset, issue.sample_id, FIELDS) == before


def accepts(app: AppPage) -> Locator:
    """The buttons that accept, one for each open issue of the image."""
    return app.page.locator(f'{_MODAL} [data-cy^="label-quality-accept"]')


def _classes_and_places(boxes: Boxes) -> list[object]:
    """Of the labels."""
    return sorted(one[1:] for one in boxes["ground_truth"])
