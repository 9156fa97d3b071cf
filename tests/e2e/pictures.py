"""Makes the pictures of the App in the documents: ``python -m tests.e2e.pictures``."""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import fiftyone as fo
from PIL import Image
from playwright.sync_api import Page, ViewportSize, expect

from odquality.demo.samples import make_demo_dataset
from tests.e2e.app import LOOK_AGAIN, SECONDS, AppPage, app_server, browser
from tests.e2e.modal import expect_beside, open_panel
from tests.e2e.plots import Plot

FOLDER = Path(__file__).parents[2] / "docs" / "images"
NUM_IMAGES = 200
_QUALITIES, _MOST_BYTES = (80, 70, 60), 150_000
# As wide as a document shows it; and a page whose panel is narrow.
_WIDTH, _NARROW = 1200, ViewportSize(width=1100, height=900)

# Every tile that is to be seen has its image, nothing is loading, and no colour is changing.
_IS_DRAWN = """() => {
    const grid = document.querySelector("[data-cy=fo-grid]");
    const tiles = [...grid.querySelectorAll("canvas")];
    return tiles.length > 0
        && tiles.every(tile => tile.getAttribute("canvas-loaded") === "true")
        && !document.querySelector("[data-cy=pixelating-animation], [role=progressbar]")
        && document.getAnimations().every(one => one.effect.getTiming().iterations === Infinity
            || one.playState === "finished");
}"""


def main() -> None:
    """Scores the demo in the App, goes through the panel and keeps what is to be seen."""
    with _image_folder() as folder, app_server() as address, browser() as context:
        dataset = make_demo_dataset(NUM_IMAGES, 51, folder)
        dataset.name, dataset.persistent = "shapes", True
        app = AppPage(context, address, dataset.name)
        try:
            _take_all(app)
        finally:
            app.page.close()
            fo.delete_dataset(dataset.name)


@contextmanager
def _image_folder() -> Iterator[Path]:
    """A folder of a plain name, for it is to be seen."""
    folder = Path(tempfile.gettempdir(), "shapes")
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _take_all(app: AppPage) -> None:
    page = app.page
    app.execute(app.open_operator("Compute label quality"))
    summary = page.locator("[data-cy=operators-prompt-view-modal]")
    expect(summary).to_contain_text("images scored", timeout=SECONDS * 1000)
    page.get_by_role("button", name="Done").click()
    _take_overview(app, "panel_overview")
    _click(app, "tab_cards")
    _take_card(app, "panel_card")
    _click(app, "tab_overview")
    _click(app, "crops_swap")
    expect(page.locator("[data-cy=entry-counts]")).to_contain_text("patch", timeout=SECONDS * 1000)
    _take(app, "panel_crops")
    _click(app, "tab_overview")
    _click(app, "worst")
    expect(page.locator("[data-cy=entry-counts]")).to_contain_text("sample", timeout=SECONDS * 1000)
    _take_image(app, "panel_image")
    _show_light(app)
    _take_overview(app, "panel_light")
    page.set_viewport_size(_NARROW)
    _click(app, "tab_cards")
    _take_card(app, "panel_narrow")


def _take_overview(app: AppPage, name: str) -> None:
    Plot(app.page, "by size")
    _take(app, name)


def _take_card(app: AppPage, name: str) -> None:
    app.page.locator("img[alt='The whole image']").wait_for()
    _take(app, name)


def _take_image(app: AppPage, name: str) -> None:
    """The worst image, open, with its panel beside it."""
    page = app.page
    page.locator('[data-cy="looker"]').first.click()
    open_panel(page)
    expect_beside(page)
    page.locator('[data-cy="label-quality-accept0"]').wait_for()
    page.locator("[data-cy=modal] canvas").first.wait_for()
    # The tab of a panel that is still at work turns.
    busy = page.locator("[data-cy=modal] [role=progressbar]")
    expect(busy).to_have_count(0, timeout=SECONDS * 1000)
    _save(page, name)


def _show_light(app: AppPage) -> None:
    """Shows the page in the light theme, with no image open."""
    app.page.evaluate("localStorage.setItem('mui-mode', 'light')")
    app.page.goto(app.page.url.partition("?")[0])


def _click(app: AppPage, name: str) -> None:
    app.page.locator(f'[data-cy="label-quality-{name}"]').click()


def _take(app: AppPage, name: str) -> None:
    """A picture of the page once every tile that is seen is drawn."""
    app.page.wait_for_function(_IS_DRAWN, polling=LOOK_AGAIN)
    _save(app.page, name)


def _save(page: Page, name: str) -> None:
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    height = round(shot.height * _WIDTH / shot.width)
    shot, file = shot.resize((_WIDTH, height)), FOLDER / f"{name}.jpg"
    for quality in _QUALITIES:
        shot.save(file, quality=quality, optimize=True)
        if file.stat().st_size < _MOST_BYTES:
            break
    else:
        raise RuntimeError(f"{file} has {file.stat().st_size:,} bytes; show less in it")
    print(file, f"{file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
