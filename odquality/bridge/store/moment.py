"""What is shown together is of one moment: what the database says of a run is read once for it.

A panel's parts each ask which fields and runs there are. Every question is a way to the database
and back, and a busy server lets each of them wait for its turn.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Answer = TypeVar("Answer")

# What was read in the moment; None outside of one, where all is read as it is now.
_READ: ContextVar[dict[Hashable, Any] | None] = ContextVar("read", default=None)


@contextmanager
def one_moment() -> Iterator[None]:
    """Shows things as they are when the first of them is read; for what changes nothing.

    Part of a moment that has begun already, if there is one.
    """
    begun = _READ.set({}) if _READ.get() is None else None
    try:
        yield
    finally:
        if begun is not None:
            _READ.reset(begun)


@contextmanager
def change_of_moment() -> Iterator[None]:
    """Things change in here, and what is shown afterwards is of a later moment."""
    read = _READ.get()
    begun = _READ.set(None)
    try:
        yield
    finally:
        _READ.reset(begun)
        if read is not None:
            read.clear()


def read_once(what: Hashable, read: Callable[[], Answer]) -> Answer:
    """What there is to read, in one moment the first time only.

    Args:
        what: tells it from everything else.
        read: reads it; whoever gets it leaves it as it is.
    """
    known = _READ.get()
    if known is None:
        return read()
    if what not in known:
        known[what] = read()
    answer: Answer = known[what]
    return answer
