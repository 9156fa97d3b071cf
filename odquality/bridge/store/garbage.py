"""Spares Python's garbage collector a search that finds nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Iterator[None]:
    """Pauses the collector of cyclic garbage while many objects are made that form no cycles.

    Decoding a thousand documents makes the collector go through all of FiftyOne's objects again
    and again, which takes as long as the decoding.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
