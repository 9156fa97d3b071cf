"""Peak memory of a call, read from Linux's own books."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Generic, TypeVar

Result = TypeVar("Result")

_STATUS = Path("/proc/self/status")
_RESET_PEAK = "5"


@dataclass(frozen=True)
class Measured(Generic[Result]):
    """What a call gave and took.

    Attributes:
        result: that it gave.
        seconds: that it took.
        peak_megabytes: that the process's memory at its peak was above the beginning.
        process_megabytes: that the process had in all at its peak.
    """

    result: Result
    seconds: float
    peak_megabytes: float
    process_megabytes: float


def measure(call: Callable[[], Result]) -> Measured[Result]:
    """Calls once and measures."""
    # Memory that was freed but kept would hide what the call takes.
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text(_RESET_PEAK)
    before = _read("VmRSS")
    start = perf_counter()
    result = call()
    seconds = perf_counter() - start
    peak = _read("VmHWM")
    return Measured(result, seconds, peak - before, peak)


def _read(name: str) -> float:
    """An entry of the process's status, in megabytes."""
    for line in _STATUS.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"no {name} in {_STATUS}")
