"""Reviewing the image that is open."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import fiftyone as fo
import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

import odquality
from odquality.app.colors import PREDICTED, shade
from odquality.app.names import MODAL_PANEL, PANEL
from odquality.bridge.review.issue import ReviewIssue
from odquality.kinds import BY_NAME
from tests.e2e.app import SECONDS, AppPage, app_server
from tests.e2e.looker import Boxes, drawn, stored, wait_for_color, wait_until_drawn

KEY = "label_quality"
SUGGESTIONS = f"{KEY}_suggestions"
SCRIPT = re.compile(r"index\.umd\.js")
ROOT = Path(__file__).parents[2]
FIELDS = ("ground_truth", "predictions", SUGGESTIONS)


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


def button(app: AppPage, name: str) -> Locator:
    return app.page.locator(f'[data-cy=modal] [data-cy="label-quality-{name}"]')


def open_beside(page: Page, *, by_hand: bool = False) -> None:
    """Opens the panel, which the script puts beside the image; both are in sight then."""
    tab = page.locator(f'[data-cy=modal] [data-cy="panel-tab-{MODAL_PANEL}"]')
    try:
        tab.click(timeout=SECONDS * 1000 / 3)
    except TimeoutError:
        # The App sometimes opens no image where two pages are loaded in quick succession.
        page.reload()
        tab.click()
    split = page.locator('[data-cy=modal] [title="Split horizontally"]')
    # The server keeps it so for the images that are opened next.
    if by_hand and split.count():
        split.click()
    expect(split).to_have_count(0, timeout=SECONDS * 1000)


def show_decision(app: AppPage, dataset: fo.Dataset, issue: ReviewIssue) -> None:
    """Accepts an issue of the open image and takes it back; the image shows either at once."""
    before = stored(dataset, issue.sample_id, FIELDS)
    wait_until_drawn(app.page, before)
    of_image = odquality.list_issues(dataset.select(issue.sample_id), KEY)
    button(app, f"accept{of_image.index(issue)}").click()
    expect(accepts(app)).to_have_count(len(of_image) - 1, timeout=SECONDS * 1000)
    assert [one.id for one in odquality.list_issues(dataset, KEY, status="accepted")] == [issue.id]
    after = stored(dataset, issue.sample_id, FIELDS)
    assert classes_and_places(after) != classes_and_places(before)
    wait_until_drawn(app.page, after)
    button(app, "undo").click()
    wait_until_drawn(app.page, before)
    assert stored(dataset, issue.sample_id, FIELDS) == before


def accepts(app: AppPage) -> Locator:
    """The buttons that accept, one for each open issue of the image."""
    return app.page.locator('[data-cy=modal] [data-cy^="label-quality-accept"]')


def classes_and_places(boxes: Boxes) -> list[object]:
    """Of the labels."""
    return sorted(one[1:] for one in boxes["ground_truth"])


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


@pytest.mark.parametrize("action", ["add", "relabel", "move", "remove"])
def test_the_open_image_shows_what_a_decision_changed(
    spoiled: fo.Dataset, app: AppPage, server: str, action: str
) -> None:
    likely = odquality.list_issues(spoiled, KEY, order="probability")
    issue = next(one for one in likely if one.action == action)
    app.page.goto(f"{server}/datasets/{spoiled.name}?id={issue.sample_id}")
    open_beside(app.page)
    show_decision(app, spoiled, issue)


def test_each_decision_on_the_open_image_can_be_taken_back(
    scored: fo.Dataset, app: AppPage, server: str
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
    app.page.goto(f"{server}/datasets/{scored.name}?id={sample_id}")
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
            app.page.goto(f"{address}/datasets/{scored.name}?id={issue.sample_id}")
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
            for dataset in (other, scored):
                app.choose_dataset(dataset.name)
            app.page.locator('[data-cy="looker"]').nth(place_of(scored, issue)).click()
            button(app, "accept0").wait_for()
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


def place_of(dataset: fo.Dataset, issue: ReviewIssue) -> int:
    """Of an issue's image in the grid."""
    return dataset.values("id").index(issue.sample_id)


def test_an_open_crop_is_reviewed_as_its_image(
    scored: fo.Dataset, app: AppPage, server: str
) -> None:
    panel = app.page.locator
    panel("[data-cy=new-panel-btn]").first.click()
    panel(f'[data-cy="new-panel-option-{PANEL}"]').click()
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


def test_where_the_script_did_not_load_a_button_refreshes_the_image(
    scored: fo.Dataset, app: AppPage, server: str
) -> None:
    app.page.route(SCRIPT, lambda route: route.fulfill(body="", content_type="text/javascript"))
    first = odquality.list_issues(scored, KEY)[0]
    app.page.goto(f"{server}/datasets/{scored.name}?id={first.sample_id}")
    open_beside(app.page, by_hand=True)
    before = stored(scored, first.sample_id, FIELDS)
    wait_until_drawn(app.page, before)
    number = accepts(app).count()
    button(app, "accept0").click()
    expect(accepts(app)).to_have_count(number - 1, timeout=SECONDS * 1000)
    after = stored(scored, first.sample_id, FIELDS)
    assert after != before
    assert drawn(app.page) == before
    try:
        button(app, "refresh").click()
        wait_until_drawn(app.page, after, seconds=SECONDS / 3)
    except TimeoutError:
        # A view that the page had asked for before may come last.
        button(app, "refresh").click()
        wait_until_drawn(app.page, after)


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
            app.page.goto(f"{address}/datasets/{scored.name}?id={issue.sample_id}")
            open_beside(app.page, by_hand=True)
            show_decision(app, scored, issue)
        finally:
            app.page.close()
    assert app.errors == []
