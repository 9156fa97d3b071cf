"""Reviewing in the App, from scoring to undo, by clicks and keys."""

from __future__ import annotations

from collections import Counter

import fiftyone as fo
import pytest
from playwright.sync_api import Locator, Page, expect

import odquality
from odquality.app.names import PANEL
from odquality.kinds import BY_NAME
from tests.e2e.app import LOOK_AGAIN, SECONDS, AppPage, app_server
from tests.e2e.plots import Plot

KEY = "label_quality"


class Panel:
    """The panel of a page."""

    def __init__(self, app: AppPage) -> None:
        self._app = app
        self.page: Page = app.page

    def button(self, name: str) -> Locator:
        return self.page.locator(f'[data-cy="label-quality-{name}"]')

    def open(self) -> None:
        """From the menu of panels."""
        self._app.panel_option(PANEL).click()
        self.button("tab_overview").wait_for()

    def review(self) -> None:
        """Goes to the cards."""
        self.button("tab_cards").click()
        self.button("accept").wait_for()

    def says(self) -> str:
        """What the card says, with the number of the image's others."""
        return self.page.locator(f'[data-cy="panel-content-{PANEL}"]').first.inner_text()

    def wait_for_other_than(self, text: str) -> None:
        """Waits until the panel says something else."""
        self.page.wait_for_function(
            "([cy, old]) => document.querySelector(`[data-cy='${cy}']`).innerText !== old",
            arg=[f"panel-content-{PANEL}", text],
            polling=LOOK_AGAIN,
        )

    def decide(self, dataset: fo.Dataset, how: str, *, key: str | None = None) -> None:
        """By button or key; waits until the database and the page have it."""
        before = self.says()
        number = odquality.review_progress(dataset, KEY).num_decided
        if key is None:
            self.button(how).click()
        else:
            self.page.keyboard.press(key)
        self.wait_for_other_than(before)
        change = -1 if how == "undo" else 1
        assert odquality.review_progress(dataset, KEY).num_decided == number + change


@pytest.fixture
def scored(dataset: fo.Dataset) -> fo.Dataset:
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.05)
    assert odquality.review_progress(dataset, KEY).num_open >= 12
    return dataset


@pytest.fixture
def panel(scored: fo.Dataset, app: AppPage) -> Panel:
    opened = Panel(app)
    opened.open()
    return opened


def stages(page: Page) -> list[str]:
    """The stages of the view that the grid shows."""
    found = page.locator("[data-cy=input-view-stage]")
    return [one.input_value() for one in found.all()]


def test_after_scoring_labels_and_suggestions_are_shown_and_the_panel_opens(
    dataset: fo.Dataset, app: AppPage
) -> None:
    form = app.open_operator("Compute label quality")
    app.execute(form)
    summary = app.page.locator("[data-cy=operators-prompt-view-modal]")
    expect(summary).to_contain_text("16 images scored", timeout=SECONDS * 1000)
    app.page.get_by_role("button", name="Done").click()
    panel = Panel(app)
    panel.button("review").wait_for()
    for field, is_shown in (
        ("ground_truth", True),
        (f"{KEY}_suggestions", True),
        ("predictions", False),
    ):
        box = app.page.locator(f'[data-cy="checkbox-{field}"] input')
        expect(box).to_be_checked(checked=is_shown, timeout=SECONDS * 1000)
    app.page.locator('[data-cy="checkbox-predictions"] input').check()
    dataset.reload()
    assert dataset.app_config.color_scheme is None


def test_without_a_run_the_panel_says_what_to_do(dataset: fo.Dataset, app: AppPage) -> None:
    app.panel_option(PANEL).click()
    panel = Panel(app)
    panel.button("score").wait_for()
    assert "have not been scored" in panel.says()
    panel.button("score").click()
    app.page.locator("[data-cy=operators-prompt-modal]").wait_for()


def test_ten_cards_are_decided_by_click_and_key(scored: fo.Dataset, panel: Panel) -> None:
    queue = [issue.id for issue in odquality.list_issues(scored, KEY)]
    panel.review()
    for how, key in (
        ("accept", None),
        ("dismiss", None),
        ("skip", None),
        ("accept", "a"),
        ("dismiss", "d"),
        ("skip", "s"),
    ):
        panel.decide(scored, how, key=key)
    panel.decide(scored, "undo")
    panel.decide(scored, "undo", key="u")
    panel.decide(scored, "accept", key="a")
    panel.decide(scored, "accept")
    told = {
        status: {one.id for one in odquality.list_issues(scored, KEY, status=status)}
        for status in ("accepted", "dismissed", "skipped")
    }
    decided = set.union(*told.values())
    assert decided == set(queue[: len(decided)])
    assert {status: len(found) for status, found in told.items()} == {
        "accepted": 4,
        "dismissed": 1,
        "skipped": 1,
    }
    for issue in odquality.list_issues(scored, KEY, status="accepted"):
        labels = {one.id: one for one in scored[issue.sample_id].ground_truth.detections}
        if issue.action == "remove":
            assert issue.label_id not in labels
        elif issue.action == "relabel":
            assert labels[str(issue.label_id)].label == issue.label
        elif issue.action == "move":
            assert labels[str(issue.label_id)].bounding_box == pytest.approx(issue.box)
        else:
            assert [one for one in labels.values() if tuple(one.bounding_box) == issue.box]


def test_what_was_decided_stays_when_the_page_is_loaded_again(
    scored: fo.Dataset, app: AppPage, panel: Panel
) -> None:
    panel.review()
    panel.decide(scored, "accept")
    (accepted,) = odquality.list_issues(scored, KEY, status="accepted")
    app.page.reload()
    app.wait_for_grid()
    panel.button("tab_overview").wait_for()
    panel.review()
    panel.decide(scored, "undo")
    assert accepted.id in [one.id for one in odquality.list_issues(scored, KEY)]


def test_a_restarted_server_takes_back_what_was_decided_before(
    scored: fo.Dataset, panel: Panel, chromium
) -> None:
    before = scored.values("ground_truth.detections.bounding_box")
    panel.review()
    panel.decide(scored, "accept")
    with app_server() as address:
        again = AppPage(chromium, address, scored.name)
        try:
            other = Panel(again)
            other.open()
            other.review()
            other.decide(scored, "undo")
        finally:
            again.page.close()
    assert again.errors == []
    scored.reload()
    assert scored.values("ground_truth.detections.bounding_box") == before


def test_what_is_edited_by_hand_counts_as_decided(
    scored: fo.Dataset, app: AppPage, panel: Panel
) -> None:
    panel.review()
    issue = odquality.list_issues(scored, KEY)[0]
    before = panel.says()
    panel.button("edit").click()
    app.page.locator("[data-cy=modal]").wait_for()
    # As the Annotate tab saves it.
    sample = scored[issue.sample_id]
    sample.ground_truth.detections = [
        fo.Detection(label=issue.label, bounding_box=list(issue.box)),
        *(one for one in sample.ground_truth.detections if one.id != issue.label_id),
    ]
    sample.save()
    app.page.keyboard.press("Escape")
    app.page.locator("[data-cy=modal]").wait_for(state="detached")
    panel.wait_for_other_than(before)
    edited = odquality.list_issues(scored, KEY, status="edited")
    assert issue.id in [one.id for one in edited]
    assert {one.sample_id for one in edited} == {issue.sample_id}


def test_a_colleague_sees_decisions_at_once(scored: fo.Dataset, panel: Panel, chromium) -> None:
    panel.review()
    # Pages of one server share their panels; a colleague has a server of their own.
    with app_server() as address:
        colleague = AppPage(chromium, address, scored.name)
        try:
            other = Panel(colleague)
            other.open()
            other.review()
            panel.decide(scored, "accept")
            (accepted,) = odquality.list_issues(scored, KEY, status="accepted")
            # The same card is still on the colleague's page; it is refused, and the next comes.
            before = other.says()
            other.button("dismiss").click()
            other.wait_for_other_than(before)
            found = odquality.list_issues(scored, KEY, status="accepted")
            assert [one.id for one in found] == [accepted.id]
            assert odquality.list_issues(scored, KEY, status="dismissed") == []
        finally:
            colleague.page.close()
    assert colleague.errors == []


def test_a_kind_is_shown_as_crops_and_a_bar_shows_its_images(
    scored: fo.Dataset, app: AppPage, panel: Panel
) -> None:
    kind = next(
        kind for kind, number in odquality.review_progress(scored, KEY).open.items() if number
    )
    number = odquality.review_progress(scored, KEY).open[kind]
    panel.button(f"crops_{kind}").click()
    count = app.page.locator("[data-cy=entry-counts]")
    expect(count).to_contain_text(f"{number} patch", timeout=SECONDS * 1000)
    assert stages(app.page)[-1] == "SortBy"
    panel.button("tab_overview").click()
    bars = app.page.locator(".js-plotly-plot").first.locator(".barlayer .point path")
    bars.first.wait_for()
    bars.last.click(force=True)
    right = len(scored.match(fo.ViewField(KEY) >= 0.95))
    assert right != number
    expect(count).to_contain_text(f"{right} sample", timeout=SECONDS * 1000)


def test_a_cell_and_bars_show_their_boxes(scored: fo.Dataset, app: AppPage, panel: Panel) -> None:
    count = app.page.locator("[data-cy=entry-counts]")
    issues = odquality.list_issues(scored, KEY)
    cells = Counter((one.given_label, one.label) for one in issues if one.kind == "swap")
    (given, suggested), number = cells.most_common()[-1]
    Plot(app.page, "as suggested").click(given, suggested)
    expect(count).to_contain_text(f"{number} patch", timeout=SECONDS * 1000)
    crops = app.page.locator(f'[data-cy="tag-{KEY}_suggestions"]')
    expect(crops).to_have_text([suggested] * number)
    titles = app.page.locator(f'[data-cy="tag-{KEY}_suggestions.title"]')
    expect(titles).to_have_text([BY_NAME["swap"].title] * number)
    plot = Plot(app.page, "Open issues by class")
    of_class, height, title = plot.largest()
    same = [one for one in issues if (one.given_label or one.label, one.title) == (of_class, title)]
    assert len(same) != number
    plot.click(of_class, height)
    expect(count).to_contain_text(f"{len(same)} patch", timeout=SECONDS * 1000)


def test_classes_that_look_like_numbers_have_bars_of_their_own(
    dataset: fo.Dataset, app: AppPage
) -> None:
    called = {old: f"{number * '0'}7" for number, old in enumerate(dataset.default_classes)}
    dataset.default_classes = list(called.values())
    for field in ("ground_truth", "predictions"):
        path = f"{field}.detections.label"
        dataset.set_values(path, [[called[x] for x in each] for each in dataset.values(path)])
    odquality.compute_label_quality(dataset, key=KEY, min_probability=0.01)
    Panel(app).open()
    count = app.page.locator("[data-cy=entry-counts]")
    issues = odquality.list_issues(dataset, KEY)
    plot = Plot(app.page, "Open issues by class")
    of_class, height, title = plot.largest()
    same = [one for one in issues if (one.given_label or one.label, one.title) == (of_class, title)]
    assert 0 < len(same) < len(issues)
    plot.click(of_class, height)
    expect(count).to_contain_text(f"{len(same)} patch", timeout=SECONDS * 1000)
    cells = Counter((one.given_label, one.label) for one in issues if one.kind == "swap")
    (given, suggested), number = cells.most_common()[-1]
    Plot(app.page, "as suggested").click(given, suggested)
    expect(count).to_contain_text(f"{number} patch", timeout=SECONDS * 1000)


def test_one_class_alone_is_reviewed(scored: fo.Dataset, panel: Panel) -> None:
    panel.review()
    panel.button("choose").click()
    panel.button("class0").wait_for()
    name = panel.button("class0").inner_text().split()[0]
    wanted = odquality.list_issues(scored, KEY, classes=name)
    assert panel.button("class0").inner_text().split() == [name, str(len(wanted))]
    panel.button("class0").click()
    panel.button("every_class").wait_for()
    panel.decide(scored, "skip", key="s")
    (skipped,) = odquality.list_issues(scored, KEY, status="skipped")
    assert skipped.id == wanted[0].id
    panel.button("every_class").click()
    panel.button("every_class").wait_for(state="detached")


def test_many_are_accepted_at_once_and_undone(scored: fo.Dataset, panel: Panel) -> None:
    before = scored.values("ground_truth.detections.bounding_box")
    panel.button("tab_many").click()
    panel.button("least_50").click()
    panel.button("accept_all").wait_for()
    preview = odquality.preview_accept_all(scored, KEY, min_probability=0.5)
    assert f"{preview.count} issues from 50% on" in panel.says()
    panel.button("accept_all").click()
    panel.button("accept_selected").wait_for()
    accepted = odquality.list_issues(scored, KEY, status="accepted")
    assert {one.id for one in accepted} == {one.id for one in preview.issues}
    text = panel.says()
    panel.button("undo").click()
    panel.wait_for_other_than(text)
    scored.reload()
    assert scored.values("ground_truth.detections.bounding_box") == before
