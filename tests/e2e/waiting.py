"""How long a reviewer waits in the App, browser included: ``python -m tests.e2e.waiting [images]``.

The page itself tells the time, from the click or the key to the first frame that shows what was
asked for: the picture of the next card is loaded, a plot has its bars, tiles of the new view are
drawn.
"""

from __future__ import annotations

import tests.fiftyone_environment  # noqa: F401

# isort: split
import argparse
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import fiftyone as fo
import numpy as np
from PIL import Image
from playwright.sync_api import BrowserContext, Request

import odquality
from benchmarks.accuracy.tables import table
from benchmarks.review.speed import KEY, make_data
from benchmarks.speed.scenes import HEIGHT, WIDTH
from benchmarks.speed.synthetic import insert_scenes
from devtools.temporary_folder import temporary_folder
from odquality.app.names import PANEL
from tests.e2e.app import AppPage, app_server, browser
from tests.e2e.plots import Plot

NUM_IMAGES, TIMES, PAGES = 20_000, 20, 9
# So many files stand for those of all images.
_NUM_FILES = 50
_KEYS = {"a": "accept", "d": "dismiss", "s": "skip", "u": "undo"}

_CARD = f"[data-cy='panel-content-{PANEL}'] img"
# What is waited for, as the page tells it.
_NUMBERS = """() => document.querySelector("[data-cy=label-quality-review]")?.checkVisibility()"""
# The picture of another card than the one that was there.
_CARD_AFTER = f"""old => {{
    const picture = document.querySelector("{_CARD}");
    return picture && picture.src !== old && picture.complete && picture.naturalWidth > 0;
}}"""
_PLOTS = """() => [...document.querySelectorAll(".js-plotly-plot")].filter(
    plot => plot.querySelector(".barlayer .point, .heatmaplayer image")).length >= 4"""
# A grid is made anew for another view, of tiles that may have been there before.
_MARK_GRID = """() => document.querySelectorAll("[data-cy^=spotlight-section]").forEach(
    section => section.setAttribute("data-old", ""))"""
_TILES = """() => document.querySelector(
    "[data-cy^=spotlight-section]:not([data-old]) canvas[canvas-loaded='true']")"""
# Notes in how many seconds after the next click or key each of some conditions holds.
_WATCH = """conditions => {
    let began = null;
    const begin = () => (began ??= performance.now());
    const first = {capture: true, once: true};
    ["click", "keydown"].forEach(kind => addEventListener(kind, begin, first));
    const secondsUntil = ([condition, given]) => new Promise(done => {
        const holds = new Function("given", `return (${condition})(given)`);
        const look = () => began !== null && holds(given)
            ? done((performance.now() - began) / 1000) : requestAnimationFrame(look);
        look();
    });
    window.waits = Promise.all(conditions.map(secondsUntil));
}"""

# A function of the page, and what it is given.
Condition = tuple[str, str | None]
# Seconds of each time that something was done, by what it was.
Waits = dict[str, list[float]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Makes and scores a dataset, reviews it in a browser and prints a table."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.e2e.waiting", description="How long a reviewer waits in the App."
    )
    parser.add_argument("images", type=int, nargs="?", default=NUM_IMAGES)
    parser.add_argument(
        "--flood", action="store_true", help="of a detector that is as sure of anything"
    )
    options = parser.parse_args(arguments)
    with _dataset(options.images, is_flood=options.flood) as dataset:
        number = odquality.review_progress(dataset, KEY).num_open
        load = os.getloadavg()[0]
        with app_server() as address, browser() as context:
            waits = _openings(context, address, dataset)
            app = AppPage(context, address, dataset.name)
            waits |= dict(_review(app))
            app.page.close()
    print(
        f"Seconds in a browser on {options.images:,} images with {number:,} open issues; "
        f"{os.cpu_count()} cores, load {load:.1f} before, {os.getloadavg()[0]:.1f} after.\n"
    )
    rows = [
        [name, f"{median(seconds):.2f}", f"{max(seconds):.2f}", str(len(seconds))]
        for name, seconds in waits.items()
    ]
    print(table(["", "median", "slowest", "times"], rows))


@contextmanager
def _dataset(num_images: int, *, is_flood: bool) -> Iterator[fo.Dataset]:
    """A scored dataset whose images can be drawn."""
    with temporary_folder() as folder:
        dataset = fo.Dataset("waiting", persistent=True)
        insert_scenes(dataset, make_data(num_images, sure_of_objects=not is_flood))
        _write_images(dataset, folder, num_images)
        odquality.compute_label_quality(
            dataset, gt_field="ground_truth", pred_field="predictions", key=KEY
        )
        yield dataset
        dataset.delete()


def _write_images(dataset: fo.Dataset, folder: Path, num_images: int) -> None:
    """Gives every sample a file of its own name."""
    rng = np.random.default_rng(51)
    size = int(WIDTH), int(HEIGHT)
    for number in range(num_images):
        if number < _NUM_FILES:
            blots = rng.integers(0, 256, (12, 16, 3), np.uint8)
            Image.fromarray(blots).resize(size).save(folder / f"{number}.jpg")
        else:
            (folder / f"{number}.jpg").hardlink_to(folder / f"{number % _NUM_FILES}.jpg")
    where = {"filepath": {"$concat": [f"{folder}/", "$filepath"]}}
    dataset._sample_collection.update_many({}, [{"$set": where}])


def _openings(context: BrowserContext, address: str, dataset: fo.Dataset) -> Waits:
    """The panel, opened in pages that have just been loaded."""
    waits: Waits = defaultdict(list)
    for _ in range(PAGES):
        app = AppPage(context, address, dataset.name)
        option = app.panel_option(PANEL)
        with app.page.expect_request_finished(_is_loading) as loading:
            numbers, plots = _seconds(app, option.click, (_NUMBERS, None), (_PLOTS, None))
        waits["panel opens: its numbers"].append(numbers)
        waits["of which until its server has answered"].append(_answer_seconds(loading.value))
        # With what the App loads to draw any plot, once in a page.
        waits["panel opens: its plots, the first of the page"].append(plots)
        # Pages open with the panels that the last one had, as far as the server knows.
        with app.page.expect_request_finished(_is_of_panels):
            app.page.locator(f'[data-cy="panel-tab-{PANEL}"] [data-testid=CloseIcon]').click()
        app.page.close()
    return waits


def _is_of_panels(request: Request) -> bool:
    """Whether a page tells which panels are open."""
    return "setSpaces" in (request.post_data or "")


def _review(app: AppPage) -> Iterator[tuple[str, list[float]]]:
    """What a reviewer does, with the seconds of each time."""
    _seconds(app, app.panel_option(PANEL).click, (_PLOTS, None))
    to_cards: list[float] = []
    to_overview: list[float] = []
    for _ in range(5):
        to_cards += _seconds(app, lambda: _click(app, "tab_cards"), (_CARD_AFTER, ""))
        to_overview += _seconds(app, lambda: _click(app, "tab_overview"), (_PLOTS, None))
    yield "*Overview* with its plots", to_overview
    yield "*Review*: the first card", to_cards
    _seconds(app, lambda: _click(app, "tab_cards"), (_CARD_AFTER, ""))
    for key, name in _KEYS.items():
        yield f"`{key}` ({name}) to the next card", [_card_seconds(app, key) for _ in range(TIMES)]
    _seconds(app, lambda: _click(app, "tab_overview"), (_PLOTS, None))
    for title in ("Images by score", "by class", "by size"):
        yield f"a bar of *{title}* to the grid", [_grid_seconds(app, title) for _ in range(3)]


def _is_loading(request: Request) -> bool:
    """Whether a request tells the panel that it was opened."""
    told = request.post_data or ""
    return request.url.endswith("/operators/execute") and PANEL in told and "on_load" in told


def _answer_seconds(request: Request) -> float:
    """How long the server took to answer; the rest of a wait is the App's."""
    timing = request.timing
    return (timing["responseStart"] - timing["requestStart"]) / 1000


def _grid_seconds(app: AppPage, title: str) -> float:
    """From a click on the largest bar of a plot to tiles of its images or boxes."""
    _tiles_after(app, lambda: _click(app, "worst"))
    plot = Plot(app.page, title)
    x, y, _ = plot.largest()
    plot.locator.scroll_into_view_if_needed()
    return _tiles_after(app, lambda: plot.click(x, y))


def _tiles_after(app: AppPage, act: Callable[[], object]) -> float:
    app.page.evaluate(_MARK_GRID)
    (seconds,) = _seconds(app, act, (_TILES, None))
    return seconds


def _card_seconds(app: AppPage, key: str) -> float:
    old = app.page.locator(_CARD).first.get_attribute("src") or ""
    (seconds,) = _seconds(app, lambda: app.page.keyboard.press(key), (_CARD_AFTER, old))
    return seconds


def _click(app: AppPage, name: str) -> None:
    app.page.locator(f'[data-cy="label-quality-{name}"]').click()


def _seconds(app: AppPage, act: Callable[[], object], *until: Condition) -> list[float]:
    """How long after a click or a key each condition holds."""
    app.page.evaluate(_WATCH, [list(one) for one in until])
    act()
    waited: list[float] = app.page.evaluate("window.waits")
    return waited


if __name__ == "__main__":
    main()
