"""Makes the pictures of the App in the documents: ``python -m tests.e2e.pictures``."""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
import io
import tempfile
from pathlib import Path

import fiftyone as fo
from PIL import Image
from playwright.sync_api import ViewportSize, expect

from odquality.demo.samples import make_demo_dataset
from tests.e2e.app import SECONDS, AppPage, app_server, browser

FOLDER = Path(__file__).parents[2] / "docs" / "images"
NUM_IMAGES = 200
_QUALITY = 80
# As wide as a document shows it; and a page whose panel is narrow.
_WIDTH, _NARROW = 1200, ViewportSize(width=1100, height=900)


def main() -> None:
    """Scores the demo in the App, goes through the panel and keeps what is to be seen."""
    with tempfile.TemporaryDirectory() as folder, app_server() as address, browser() as context:
        dataset = make_demo_dataset(NUM_IMAGES, 51, Path(folder))
        dataset.name, dataset.persistent = "shapes", True
        app = AppPage(context, address, dataset.name)
        try:
            _take_all(app)
        finally:
            app.page.close()
            fo.delete_dataset(dataset.name)


def _take_all(app: AppPage) -> None:
    page = app.page
    app.execute(app.open_operator("Compute label quality"))
    summary = page.locator("[data-cy=operators-prompt-view-modal]")
    expect(summary).to_contain_text("images scored", timeout=SECONDS * 1000)
    page.get_by_role("button", name="Done").click()
    page.locator(".js-plotly-plot .barlayer .point").first.wait_for()
    app.wait_for_grid()
    _take(app, "panel_overview")
    _click(app, "tab_cards")
    page.locator("img[alt]").first.wait_for()
    _take(app, "panel_card")
    _click(app, "tab_overview")
    _click(app, "crops_swap")
    expect(page.locator("[data-cy=entry-counts]")).to_contain_text("patch", timeout=SECONDS * 1000)
    app.wait_for_grid()
    _take(app, "panel_crops")
    page.set_viewport_size(_NARROW)
    _click(app, "tab_cards")
    page.locator("img[alt]").first.wait_for()
    _take(app, "panel_narrow")


def _click(app: AppPage, name: str) -> None:
    app.page.locator(f'[data-cy="label-quality-{name}"]').click()


def _take(app: AppPage, name: str) -> None:
    shot = Image.open(io.BytesIO(app.page.screenshot())).convert("RGB")
    height = round(shot.height * _WIDTH / shot.width)
    shot.resize((_WIDTH, height)).save(FOLDER / f"{name}.jpg", quality=_QUALITY)
    print(FOLDER / f"{name}.jpg")


if __name__ == "__main__":
    main()
