"""The App in a browser, as a user sees it."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from playwright.sync_api import (
    BrowserContext,
    Locator,
    Page,
    TimeoutError,
    expect,
    sync_playwright,
)

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
SECONDS = 60
# Milliseconds between two looks at a page. At every frame, as is usual, looking would take all the
# time of a page on a slow machine, which then draws nothing to see.
LOOK_AGAIN = 200
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

# Toasts vanish after some seconds; this keeps what they said, what failed, and all that the page
# asks for.
_RECORD = """
performance.setResourceTimingBufferSize(5000);
window.failures = [];
addEventListener('error', (event) => window.failures.push(event.message));
addEventListener('unhandledrejection', (event) => window.failures.push(String(event.reason)));
window.toasts = [];
new MutationObserver(() => {
    for (const toast of document.querySelectorAll('#notistack-snackbar')) {
        if (!window.toasts.includes(toast.innerText)) window.toasts.push(toast.innerText);
    }
}).observe(document, {childList: true, subtree: true});
localStorage.setItem('fiftyone-enterprise-tooltip-seen', 'true');
localStorage.setItem('fiftyone-do-not-track', 'true');
"""
_HARMLESS = re.compile(
    r"react-spring|was preloaded using link preload|entry is loading|ERR_NAME_NOT_RESOLVED"
)


@contextmanager
def app_server() -> Iterator[str]:
    """Starts the App's server; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "fiftyone.server.main", "--port", str(port)]
    server = subprocess.Popen(
        [*command, "--address", "127.0.0.1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/fiftyone", server)
        yield address
    finally:
        server.terminate()
        server.wait()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the App's server did not answer at {url} within {SECONDS} s")


@contextmanager
def browser() -> Iterator[BrowserContext]:
    """Starts a browser that reaches this machine alone.

    It has a profile on disk, where Chromium keeps the App's scripts compiled: to compile them anew
    is a third of loading a page. Nor are requests intercepted, which turns that cache off.
    """
    # The profile goes after the browser, whatever ends it.
    with TemporaryDirectory() as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport={"width": 1600, "height": 1000},
        )
        context.set_default_timeout(SECONDS * 1000)
        context.add_init_script(_RECORD)
        yield context
        context.close()


class AppPage:
    """A dataset's page in the App.

    Attributes:
        page: to look at what has no method here.
        errors: what the page wrote to the console as errors.
    """

    def __init__(self, context: BrowserContext, address: str, dataset: str) -> None:
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.page.on(
            "console",
            lambda message: self._note(message.text) if message.type == "error" else None,
        )
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self._home = f"{address}/datasets/{dataset}"
        self.page.goto(self._home)
        self.wait_for_grid()

    def _note(self, text: str) -> None:
        if not _HARMLESS.search(text):
            self.errors.append(text)

    def wait_for_grid(self) -> None:
        """Waits until an image is drawn."""
        self.page.locator('[data-cy=fo-grid] canvas[canvas-loaded="true"]').first.wait_for()

    def choose_dataset(self, name: str) -> None:
        """Goes to another dataset as users do, in the page; waits for its images."""
        try:
            self._pick_dataset(name, seconds=SECONDS / 3)
        except TimeoutError:
            # FiftyOne's list is drawn anew as its results come, and may lose a click.
            self._pick_dataset(name, seconds=SECONDS)
        self.wait_for_grid()

    def _pick_dataset(self, name: str, seconds: float) -> None:
        # At once: each letter would have the list drawn anew.
        self.page.locator('[data-cy="selector-dataset"]').fill(name)
        self.page.locator(f'[data-cy="selector-result-{name}"]').click()
        self.page.wait_for_url(
            lambda url: url.partition("?")[0].endswith(f"/{name}"), timeout=seconds * 1000
        )

    def panel_option(self, panel: str) -> Locator:
        """Opens the menu of the panels beside the grid; returns what opens one of them."""
        self.page.locator("[data-cy=new-panel-btn]").first.click()
        option = self.page.locator(f'[data-cy="new-panel-option-{panel}"]')
        option.wait_for()
        return option

    def open_image(self, sample_id: str) -> None:
        """Loads the page anew with an image of the dataset open, by its address."""
        self.page.goto(f"{self._home}?id={sample_id}")

    def close_image(self) -> None:
        """Closes the image that is open."""
        modal = self.page.locator("[data-cy=modal]")
        # In a page that has just been loaded nothing has the focus.
        modal.click(position={"x": 5, "y": 5})
        self.page.keyboard.press("Escape")
        modal.wait_for(state="detached")

    def pick_operator(self, label: str) -> None:
        """Chooses an operator from the list of all."""
        self.page.keyboard.press("`")
        self.page.locator("[data-cy=operators-browser-search]").first.fill(label)
        self.page.locator("[data-cy=operators-browser]").get_by_text(label, exact=True).click()

    def open_operator(self, label: str) -> Locator:
        """Opens an operator's form by its label; returns the form."""
        self.pick_operator(label)
        form = self.page.locator("[data-cy=operators-prompt-modal]")
        form.wait_for()
        return form

    def execute(self, form: Locator) -> None:
        """Presses the form's button as soon as that is allowed."""
        button = form.get_by_role("button", name="Execute", exact=True)
        expect(button).to_be_enabled(timeout=SECONDS * 1000)
        button.click()

    def toasts(self) -> list[str]:
        """Texts of all notifications so far."""
        return list(self.page.evaluate("window.toasts"))

    def tile_scores(self, field: str) -> list[float]:
        """Values of a field on the thumbnails, in their order."""
        tags = self.page.locator(f'[data-cy="tag-{field}"]')
        tags.first.wait_for()
        titles = [tag.get_attribute("title") or "" for tag in tags.all()]
        return [float(title.split(":")[1]) for title in titles]

    def sidebar_groups(self) -> list[str]:
        """Names of the sidebar's groups, in lower case; each stands in an input to rename it."""
        self.page.locator("[data-cy=sidebar] input").first.wait_for()
        names = self.page.evaluate(
            "[...document.querySelectorAll('[data-cy=sidebar] input')].map(input => input.value)"
        )
        return [name.lower() for name in names]
