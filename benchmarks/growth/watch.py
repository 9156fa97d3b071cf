"""What a call takes besides time: temporary files, and bytes from and to the database."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psutil

_OPEN_FILES = Path("/proc/self/fd")
_SECONDS_BETWEEN_LOOKS = 0.1
_MEGA = 1e6


@dataclass
class Taken:
    """What was taken while it was watched.

    Attributes:
        temporary_megabytes: the most that lay in temporary files at a time.
        read_megabytes: that came from the database server.
        written_megabytes: that went to it.
        processor_seconds: of this process and the server.
    """

    temporary_megabytes: float = 0.0
    read_megabytes: float = 0.0
    written_megabytes: float = 0.0
    processor_seconds: float = 0.0


@contextmanager
def watched(database: Any) -> Iterator[Taken]:
    """Watches this process and a database server on its machine that nobody else uses."""
    taken, is_over = Taken(), Event()

    def look() -> None:
        while not is_over.wait(_SECONDS_BETWEEN_LOOKS):
            taken.temporary_megabytes = max(taken.temporary_megabytes, _temporary_megabytes())

    watcher = Thread(target=look)
    before = _status(database)
    watcher.start()
    try:
        yield taken
    finally:
        is_over.set()
        watcher.join()
        after = _status(database)
        taken.read_megabytes = (after["bytesOut"] - before["bytesOut"]) / _MEGA
        taken.written_megabytes = (after["bytesIn"] - before["bytesIn"]) / _MEGA
        taken.processor_seconds = after["processor"] - before["processor"]


def _status(database: Any) -> dict[str, float]:
    """Bytes that the server received and sent, and processor time of both processes."""
    status = database.command("serverStatus")
    times = [psutil.Process(number).cpu_times() for number in (os.getpid(), status["pid"])]
    return {**status["network"], "processor": sum(one.user + one.system for one in times)}


def _temporary_megabytes() -> float:
    """Of the process's open files in the temporary folder, those without a name among them."""
    folder, size = tempfile.gettempdir() + os.sep, 0
    for link in _OPEN_FILES.iterdir():
        try:
            if os.readlink(link).startswith(folder):
                size += link.stat().st_size
        except OSError:
            # Closed in between.
            continue
    return size / _MEGA
