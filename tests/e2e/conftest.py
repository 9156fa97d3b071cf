from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path

import fiftyone as fo
import pytest

from odquality.demo.samples import make_demo_dataset

pytest.importorskip("playwright", reason="the App's tests need playwright")

from playwright.sync_api import Error

from tests.e2e.app import CHROMIUM, AppPage, app_server, browser

NUM_IMAGES = 16


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no chromium on the path"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds to the report of a failure what the page shows: App and server tell errors there."""
    report = yield
    opened = getattr(item, "funcargs", {}).get("app")
    if call.when == "call" and report.failed and opened is not None:
        # A page that has crashed shows nothing, and the failure is still to be told.
        with suppress(Error):
            report.sections.append(("Page", opened.page.locator("body").inner_text()))
            report.sections.append(("Notifications", "\n".join(opened.toasts())))
    return report


# A server without pages goes on looking for changes, so it ends with the tests of its file.
@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with app_server() as address:
        yield address


# An open browser keeps an event loop running, in which operators only return tasks: it must be
# closed before other modules' tests.
@pytest.fixture(scope="module")
def chromium():
    with browser() as context:
        yield context


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[fo.Dataset]:
    made = make_demo_dataset(NUM_IMAGES, 51, tmp_path_factory.mktemp("demo"))
    # Others make a demo of their own.
    made.name = "demo-to-copy"
    yield made
    fo.delete_dataset(made.name)


@pytest.fixture
def dataset(demo: fo.Dataset, request: pytest.FixtureRequest) -> Iterator[fo.Dataset]:
    """A copy of the demo, under a name of the test's own: the server keeps a view per dataset."""
    made = demo.clone(request.node.name, persistent=True)
    yield made
    fo.delete_dataset(made.name)


@pytest.fixture
def app(server: str, chromium, dataset: fo.Dataset) -> Iterator[AppPage]:
    """The dataset's page; closed before the dataset is deleted."""
    opened = AppPage(chromium, server, dataset.name)
    yield opened
    opened.page.close()
    assert opened.errors == []
