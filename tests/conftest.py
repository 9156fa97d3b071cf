"""Starts a database for the tests alone, before anything imports FiftyOne."""

from __future__ import annotations

import atexit
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

from devtools.private_database import private_database

_CLEANUP = ExitStack()


def pytest_configure() -> None:
    """Points FiftyOne to the tests' own database, plugins and folders."""
    home = _CLEANUP.enter_context(tempfile.TemporaryDirectory(prefix="odquality-tests-"))
    os.environ.update(_CLEANUP.enter_context(private_database()))
    plugins = Path(home) / "plugins"
    plugins.mkdir()
    (plugins / "label-quality").symlink_to(Path(__file__).parents[1])
    os.environ["FIFTYONE_PLUGINS_DIR"] = str(plugins)
    os.environ["FIFTYONE_ALLOW_LEGACY_ORCHESTRATORS"] = "true"
    os.environ["HOME"] = home
    # FiftyOne talks to the database once more when Python exits. Exit handlers run last in, first
    # out, and FiftyOne's come later.
    atexit.register(_CLEANUP.close)
