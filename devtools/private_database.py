"""A MongoDB server of one's own, so that no dataset of the user is touched."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from devtools.temporary_folder import temporary_folder

Result = TypeVar("Result")

START_SECONDS = 30
# How long a client looks for a server that is gone.
SEARCH_MILLISECONDS = 3000
# For data in memory; enough for tests, many of which run at a time.
SMALL_CACHE = 0.25


class PrivateDatabase:
    """A database server on files and a port of its own, which can be killed and started again.

    Args:
        directory: an empty folder for its files.
        search_milliseconds: how long clients look for the server when it does not answer.
        cache_gigabytes: that the server keeps in memory; None for as much as it takes by itself,
            as users have it.
    """

    def __init__(
        self,
        directory: str,
        *,
        search_milliseconds: int = SEARCH_MILLISECONDS,
        cache_gigabytes: float | None = SMALL_CACHE,
    ) -> None:
        self._directory = directory
        self._cache_gigabytes = cache_gigabytes
        self._port = _free_port()
        self.uri = (
            f"mongodb://127.0.0.1:{self._port}/?serverSelectionTimeoutMS={search_milliseconds}"
        )
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def process_id(self) -> int:
        """Of the server, which runs."""
        assert self._server is not None
        return self._server.pid

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables under which FiftyOne, imported afterwards, uses the server."""
        return {
            "FIFTYONE_DATABASE_URI": self.uri,
            "FIFTYONE_DATABASE_NAME": "odquality_private",
            "FIFTYONE_DATABASE_VALIDATION": "false",
            "FIFTYONE_DEFAULT_DATASET_DIR": self._directory,
            "FIFTYONE_DO_NOT_TRACK": "true",
            "FIFTYONE_SHOW_PROGRESS_BARS": "false",
        }

    def is_running(self) -> bool:
        """Whether the server's process lives."""
        return self._server is not None and self._server.poll() is None

    def start(self) -> None:
        """Starts the server, on the files that an earlier one left if there are any.

        Raises:
            FileNotFoundError: there is no ``mongod``.
            RuntimeError: the server did not start.
        """
        command = [_find_mongod(), "--dbpath", self._directory, "--port", str(self._port)]
        command += ["--bind_ip", "127.0.0.1", "--nounixsocket"]
        if self._cache_gigabytes is not None:
            command += ["--wiredTigerCacheSizeGB", str(self._cache_gigabytes)]
        self._server = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_end_with_parent,
        )
        _wait_until_open(self._server, self._port)

    def stop(self) -> None:
        """Lets the server end in order."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait()


@contextmanager
def running_database(
    *,
    search_milliseconds: int = SEARCH_MILLISECONDS,
    cache_gigabytes: float | None = SMALL_CACHE,
) -> Iterator[PrivateDatabase]:
    """Runs a database server for as long as the context lasts."""
    with temporary_folder() as directory:
        database = PrivateDatabase(
            str(directory),
            search_milliseconds=search_milliseconds,
            cache_gigabytes=cache_gigabytes,
        )
        try:
            database.start()
            yield database
        finally:
            database.stop()


@contextmanager
def private_database(*, cache_gigabytes: float | None = SMALL_CACHE) -> Iterator[dict[str, str]]:
    """Starts a database server for as long as the context lasts.

    Args:
        cache_gigabytes: as `PrivateDatabase` takes it.

    Yields:
        Environment variables under which FiftyOne, imported afterwards, uses that server.

    Raises:
        FileNotFoundError: there is no ``mongod``.
        RuntimeError: the server did not start.
    """
    with running_database(cache_gigabytes=cache_gigabytes) as database:
        yield database.environment


def call_in_private_database(
    function: Callable[..., Result],
    *arguments: Any,
    cache_gigabytes: float | None = SMALL_CACHE,
    **environment: str,
) -> Result:
    """Calls a function in a process with a database of its own: FiftyOne knows one per process.

    Args:
        function: of a module, which imports FiftyOne when it is called.
        arguments: of the function; they are pickled.
        cache_gigabytes: as `PrivateDatabase` takes it.
        environment: more variables of the process's environment.
    """
    with private_database(cache_gigabytes=cache_gigabytes) as of_database:
        return call_elsewhere(function, *arguments, **of_database, **environment)


def call_elsewhere(function: Callable[..., Result], *arguments: Any, **environment: str) -> Result:
    """Calls a function in a process of its own; arguments as of `call_in_private_database`."""
    with ProcessPoolExecutor(
        1, get_context("spawn"), initializer=_set_environment, initargs=(environment,)
    ) as process:
        return process.submit(function, *arguments).result()


def _set_environment(environment: dict[str, str]) -> None:
    os.environ.update(environment)


def _end_with_parent() -> None:
    """Has Linux end this process when its parent ends, however that happens."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def _find_mongod() -> str:
    """The server that FiftyOne brings, else the one on the path."""
    spec = find_spec("fiftyone")
    for package in spec.submodule_search_locations or () if spec else ():
        bundled = Path(package) / "db" / "bin" / "mongod"
        if bundled.is_file():
            return str(bundled)
    found = shutil.which("mongod")
    if found is None:
        raise FileNotFoundError("no mongod, neither with FiftyOne nor on the path")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_open(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"mongod did not open port {port} within {START_SECONDS} s")
