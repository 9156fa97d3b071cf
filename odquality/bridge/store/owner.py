"""Who computes a run, and whether that process still lives."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

# A run on another machine is given up when it has not been heard of for this long.
SILENT_SECONDS = 120

# The start of a process may move by this much when the clock is set right.
_CLOCK_SECONDS = 2

_mine: set[str] = set()


def new_owner() -> dict[str, Any]:
    """A description of this process with a token of its own; it lives until `retire`."""
    token = uuid4().hex
    _mine.add(token)
    return {
        "token": token,
        "host": socket.gethostname(),
        "space": _process_space(),
        "process": os.getpid(),
        "started": _start_time(os.getpid()),
    }


def retire(token: str) -> None:
    """This process no longer computes the run of a token."""
    _mine.discard(token)


def is_alive(owner: Mapping[str, Any], silent_seconds: float) -> bool:
    """Whether a run's owner may still be at work.

    Args:
        owner: as `new_owner` described it, in whatever process.
        silent_seconds: how long ago it last said that it is.
    """
    if (owner.get("host"), owner.get("space")) != (socket.gethostname(), _process_space()):
        return silent_seconds < SILENT_SECONDS
    process, then = owner.get("process"), owner.get("started")
    if process == os.getpid():
        return owner.get("token") in _mine
    if not isinstance(process, int) or process < 0 or not isinstance(then, (int, float)):
        return False
    started = _start_time(process)
    return started is not None and abs(started - then) < _CLOCK_SECONDS


def describe(owner: Mapping[str, Any]) -> str:
    """The owner for people."""
    return f"process {owner.get('process')} on {owner.get('host')}"


def _process_space() -> str:
    """Tells apart containers that share a host name; processes have other numbers in each."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return ""


def _start_time(process: int) -> float | None:
    """When a process started, None if there is none: numbers of processes are used again."""
    try:
        found = psutil.Process(process)
        return None if found.status() == psutil.STATUS_ZOMBIE else float(found.create_time())
    except psutil.NoSuchProcess:
        return None
