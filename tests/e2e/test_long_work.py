"""A page says what it waits for, and what comes of it follows by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fiftyone as fo
import pytest
from PIL import Image
from playwright.sync_api import expect

import odquality
from odquality.app.names import PANEL
from tests.bridge.datasets import random_samples
from tests.e2e.app import SECONDS, AppPage
from tests.e2e.test_panel import KEY, Panel


@pytest.fixture
def dataset(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[fo.Dataset]:
    """With many likely issues."""
    file = str(tmp_path / "grey.jpg")
    Image.new("RGB", (100, 80), "grey").save(file)
    made = fo.Dataset(request.node.name)
    samples = random_samples(250)
    for sample in samples:
        sample.filepath = file
    made.add_samples(samples)
    odquality.compute_label_quality(made, key=KEY)
    yield made
    made.delete()


def test_many_decisions_are_announced_and_then_made(dataset: fo.Dataset, app: AppPage) -> None:
    number = odquality.preview_accept_all(dataset, KEY, min_probability=0.5).count
    assert number >= 500
    panel = Panel(app)
    panel.open()
    panel.button("tab_many").click()
    panel.button("least_50").click()
    panel.button("accept_all").click()
    shown = app.page.locator(f'[data-cy="panel-content-{PANEL}"]').first
    expect(shown).to_contain_text(f"Accepting {number} issues", timeout=SECONDS * 1000)
    panel.button("undo").wait_for()
    accepted = odquality.review_progress(dataset, KEY).decided["accepted"]
    # Of two issues on one label the second may be refused.
    assert 500 <= accepted <= number
    panel.button("undo").click()
    expect(shown).to_contain_text(f"Taking {accepted} decisions back", timeout=SECONDS * 1000)
    expect(shown).to_contain_text("Select crops", timeout=SECONDS * 1000)
    assert odquality.review_progress(dataset, KEY).num_decided == 0


def test_an_operator_says_what_was_done_when_it_is(dataset: fo.Dataset, app: AppPage) -> None:
    issues = odquality.list_issues(dataset, KEY, limit=20)
    done = odquality.dismiss(dataset, KEY, issues)
    assert len(done.done) == 20
    app.execute(app.open_operator("Undo label decisions"))
    told = app.page.locator("[data-cy=operators-prompt-view-modal]")
    expect(told).to_contain_text("20", timeout=SECONDS * 1000)
    assert odquality.review_progress(dataset, KEY).num_decided == 0
