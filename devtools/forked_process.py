"""Processes with FiftyOne loaded and a connection of their own, a tenth of a second each.

Importing FiftyOne takes seconds. It happens once, in a process that does nothing but fork; what
is forked from it has neither threads nor connections yet and is like any other user's process.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

# Modules that every process needs, imported before the fork.
PRELOADED = [
    "fiftyone",
    "fiftyone.operators",
    "odquality.bridge.run.compute",
    "scipy.optimize",
    "sklearn",
]

RETURNED, RAISED, DIED = "returned", "raised", "died"


@dataclass(frozen=True)
class Outcome:
    """How a call in another process ended.

    Attributes:
        kind: `RETURNED`, `RAISED` or `DIED`.
        value: what was returned.
        error: qualified name of the exception's type, such as ``builtins.ValueError``.
        message: of the exception.
        details: its traceback.
    """

    kind: str
    value: Any = None
    error: str = ""
    message: str = ""
    details: str = ""

    def __str__(self) -> str:
        return f"{self.error}: {self.message}" if self.kind == RAISED else self.kind

    def get(self) -> Any:
        """The value of a call that must have returned.

        Raises:
            RuntimeError: it did not.
        """
        if self.kind != RETURNED:
            raise RuntimeError(f"the other process {self}\n{self.details}")
        return self.value


class ForkedProcess:
    """A process that calls functions, one after the other.

    Functions are passed by name, so they are those of a module. While a function runs the two
    sides may talk: it finds the other end as `this_end`.

    Args:
        prepare: is called first in the process, with the arguments; before it connects.
        *arguments: of ``prepare``.
    """

    def __init__(self, prepare: Callable[..., None], *arguments: Any) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        self._connection, other_end = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(other_end, prepare, arguments), daemon=True
        )
        self._process.start()
        other_end.close()

    def __enter__(self) -> ForkedProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()
        self._process.kill()
        self._process.join()

    def start(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> None:
        """Starts a call."""
        self.tell((function, arguments, named))

    def tell(self, message: Any) -> None:
        """Sends something to the function that runs."""
        self._connection.send(message)

    def has_answer(self, seconds: float) -> bool:
        """Waits for what `answer` gives at once then."""
        return self._connection.poll(seconds)

    def answer(self) -> Any:
        """The next thing that the process says: an `Outcome` when the call has ended."""
        try:
            return self._connection.recv()
        except (EOFError, ConnectionResetError):
            self._process.join()
            return Outcome(DIED)

    def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Calls a function; returns what it returns."""
        self.start(function, *arguments, **named)
        return self.answer().get()

    def kill(self) -> None:
        """Ends the process as the system would, at once."""
        self._process.kill()


# The connection to the parent, in a forked process.
this_end: Connection[Any, Any] | None = None


def _serve(
    connection: Connection[Any, Any], prepare: Callable[..., None], arguments: tuple[Any, ...]
) -> None:
    global this_end
    this_end = connection
    signal.signal(signal.SIGINT, signal.default_int_handler)
    prepare(*arguments)
    while True:
        try:
            function, positional, named = connection.recv()
        except EOFError:
            os._exit(0)
        connection.send(_outcome(function, positional, named))


def _outcome(
    function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
) -> Outcome:
    try:
        return Outcome(RETURNED, function(*arguments, **named))
    except BaseException as error:
        name = f"{type(error).__module__}.{type(error).__qualname__}"
        return Outcome(RAISED, None, name, str(error), traceback.format_exc())
