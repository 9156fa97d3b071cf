"""A run whose worker does not notice that the database is gone."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from typing import Any

import fiftyone as fo

import odquality
from benchmarks.faults.scene import KEY, NAME
from devtools import forked_process
from odquality.bridge.engines.parts import Part, ScorePart
from odquality.bridge.engines.parts_engine import PartsEngine, Work


class Busy(PartsEngine):
    """Kills the database before it scores, and then is at something else.

    Args:
        server: process id of the database.
    """

    def __init__(self, server: int) -> None:
        self.go_on = threading.Event()
        self._server = server

    def gather(self, work: Work, shared: Any, parts: Sequence[Part]) -> Any:
        if isinstance(work, ScorePart):
            os.kill(self._server, signal.SIGKILL)
            self.go_on.wait()
        (part,) = parts
        return work(part, shared)


def run_twice(server: int) -> str:
    """Runs, and runs again when the database is there again.

    Returns:
        What was said of the first run.
    """
    dataset, engine, told = fo.load_dataset(NAME), Busy(server), ""
    try:
        odquality.compute_label_quality(dataset, key=KEY, engine=engine)
    except RuntimeError as error:
        told = str(error)
    parent = forked_process.this_end
    assert parent is not None
    parent.send("the database is gone")
    parent.recv()
    odquality.compute_label_quality(dataset, key=KEY)
    engine.go_on.set()
    return told


def run_without() -> str:
    """Runs while the database is gone; what is said of it."""
    dataset = fo.load_dataset(NAME)
    parent = forked_process.this_end
    assert parent is not None
    parent.send("ready")
    parent.recv()
    try:
        odquality.compute_label_quality(dataset, key=KEY)
    except RuntimeError as error:
        return str(error)
    return ""
