"""A review of real blood cells, from the form to the database, where the data are."""

from __future__ import annotations

from collections.abc import Iterator

import fiftyone as fo
import pytest
from playwright.sync_api import expect

import odquality
from devtools.datasets import make_dataset
from devtools.real_data import BCCD
from odquality.app.names import PANEL
from tests.e2e.app import LOOK_AGAIN, SECONDS, AppPage
from tests.e2e.database import assert_decided, documents

pytestmark = pytest.mark.skipif(not BCCD.exists(), reason=f"no data at {BCCD}")

KEY = "label_quality"
DECISIONS = {"accept": "accepted", "dismiss": "dismissed", "skip": "skipped"}


@pytest.fixture
def dataset(request: pytest.FixtureRequest) -> Iterator[fo.Dataset]:
    """All of the images, in which half of the cells have no label."""
    name = request.node.name
    made = make_dataset(BCCD, name, images=BCCD.parent / "images", persistent=True)
    yield made
    fo.delete_dataset(name)


def test_real_labels_are_scored_and_reviewed(dataset: fo.Dataset, app: AppPage) -> None:
    app.execute(app.open_operator("Compute label quality"))
    summary = app.page.locator("[data-cy=operators-prompt-view-modal]")
    expect(summary).to_contain_text("71 images scored", timeout=SECONDS * 1000)
    app.page.get_by_role("button", name="Done").click()
    panel = app.page.locator(f'[data-cy="panel-content-{PANEL}"]')
    panel.locator('[data-cy="label-quality-tab_cards"]').click()
    panel.locator('[data-cy="label-quality-accept"]').wait_for()
    dataset.reload()
    queue, before = odquality.list_issues(dataset, KEY), documents(dataset)
    assert len(queue) > 100
    steps = ["accept", "accept", "dismiss", "skip", "accept"]
    for how in steps:
        card = panel.inner_text()
        panel.locator(f'[data-cy="label-quality-{how}"]').click()
        app.page.wait_for_function(
            "([panel, card]) => panel.innerText !== card",
            arg=[panel.element_handle(), card],
            polling=LOOK_AGAIN,
        )
    told = {
        status: odquality.list_issues(dataset, KEY, status=status) for status in DECISIONS.values()
    }
    assert {status: len(issues) for status, issues in told.items()} == {
        DECISIONS[how]: steps.count(how) for how in DECISIONS
    }
    decided = {issue.id for issues in told.values() for issue in issues}
    assert decided == {issue.id for issue in queue[: len(steps)]}
    assert_decided(dataset, KEY, before, told)
