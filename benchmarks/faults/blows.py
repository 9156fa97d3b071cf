"""What befalls a run, and the moment at which it does.

A process changes the database by the commands that it sends, so a process that is killed leaves
one of as many states as it sends writing commands, plus one. Counting these commands finds every
state, each time again.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any

import pymongo.monitoring
import pymongo.uri_parser

from devtools import forked_process

KILL = "process killed"
INTERRUPT = "Ctrl-C"
PAUSE = "process stands still"
KILL_SERVER = "database killed"
RESTART_SERVER = "database killed and restarted"

# What a process that stands still says to its parent.
STANDING = "standing still"

_WRITES = {
    "bulkWrite",
    "collMod",
    "commitTransaction",
    "create",
    "createIndexes",
    "delete",
    "drop",
    "dropIndexes",
    "findAndModify",
    "insert",
    "renameCollection",
    "update",
}


@dataclass(frozen=True)
class Blow:
    """Something that happens to a process before it sends its n-th writing command.

    Attributes:
        kind: one of the constants of this module.
        before: number of the command, counted from 0.
        seconds: how much later it happens, while the command is executed.
    """

    kind: str
    before: int
    seconds: float = 0.0


class Commands(pymongo.monitoring.CommandListener):
    """Counts the writing commands of a process and deals the blow when its moment comes.

    Args:
        server: process id of the database server.
        uri: of the server.

    Attributes:
        sent: name and collection of each command since `arm`.
    """

    def __init__(self, server: int, uri: str) -> None:
        self.sent: list[str] = []
        self._blow: Blow | None = None
        self._armed = False
        self._server = server
        self._uri = uri

    def arm(self, blow: Blow | None) -> None:
        """Counts from now on."""
        self.sent, self._blow, self._armed = [], blow, True

    def disarm(self) -> None:
        """Lets commands pass."""
        self._armed = False

    def started(self, event: pymongo.monitoring.CommandStartedEvent) -> None:
        """Is told of a command before it is sent."""
        if not self._armed or not _is_write(event):
            return
        blow, number = self._blow, len(self.sent)
        self.sent.append(f"{event.command_name} {event.command.get(event.command_name)}")
        if blow is None or number != blow.before:
            return
        if blow.seconds:
            threading.Timer(blow.seconds, self._deal, (blow.kind,)).start()
        else:
            self._deal(blow.kind)

    def succeeded(self, event: pymongo.monitoring.CommandSucceededEvent) -> None:
        """Is told of a command's success."""

    def failed(self, event: pymongo.monitoring.CommandFailedEvent) -> None:
        """Is told of a command's failure."""

    def _deal(self, kind: str) -> None:
        if kind == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        elif kind == INTERRUPT:
            os.kill(os.getpid(), signal.SIGINT)
        elif kind == PAUSE:
            assert forked_process.this_end is not None
            forked_process.this_end.send(STANDING)
            forked_process.this_end.recv()
        else:
            os.kill(self._server, signal.SIGKILL)
            if kind == RESTART_SERVER:
                self._wait_for_restart()

    def _wait_for_restart(self) -> None:
        """Waits until the parent, who watches the server, has started it again."""
        ((host, port),) = pymongo.uri_parser.parse_uri(self._uri)["nodelist"]
        while True:
            time.sleep(0.05)
            with socket.socket() as probe:
                if not _lives(self._server) and probe.connect_ex((host, port)) == 0:
                    return


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _is_write(event: pymongo.monitoring.CommandStartedEvent) -> bool:
    if event.command_name == "aggregate":
        stages: list[dict[str, Any]] = event.command["pipeline"]
        return bool(stages) and not {"$out", "$merge"}.isdisjoint(stages[-1])
    return event.command_name in _WRITES
