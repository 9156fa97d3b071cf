"""Tells whoever waits at a terminal what for, where FiftyOne tells what it does itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from time import monotonic

# Who has waited this many seconds wonders; then they are told, and again how far it is.
PATIENCE = 2.0
_AGAIN = 10.0

# One of FiftyOne's own, whose level people set: ``fo.config.logging_level``.
_LOGGER = logging.getLogger("fiftyone.odquality")


@contextmanager
def waiting_for(what: str) -> Iterator[Callable[[str], None]]:
    """Says what is being done if it takes longer than `PATIENCE`, and how long it took then.

    Args:
        what: is done, as a sentence without its full stop.

    Yields:
        What to call with how far it is; people are told from time to time.
    """
    begin = told = monotonic()
    timer = Timer(PATIENCE, _LOGGER.info, [f"{what} ..."])
    timer.daemon = True
    timer.start()

    def reached(how_far: str) -> None:
        nonlocal told
        if monotonic() - told > _AGAIN:
            told = monotonic()
            _LOGGER.info(f"{what}: {how_far}")

    try:
        yield reached
    finally:
        timer.cancel()
        if (seconds := monotonic() - begin) > PATIENCE:
            _LOGGER.info(f"{what}: ended after {seconds:.0f} s")
