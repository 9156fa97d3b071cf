"""A MongoDB server of one's own, so that no dataset of the user is touched."""

from __future__ import annotations

import ctypes
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

START_SECONDS = 30


@contextmanager
def private_database() -> Iterator[dict[str, str]]:
    """Starts a database server for as long as the context lasts.

    Yields:
        Environment variables under which FiftyOne, imported afterwards, uses that server.

    Raises:
        FileNotFoundError: there is no ``mongod``.
        RuntimeError: the server did not start.
    """
    with tempfile.TemporaryDirectory() as directory:
        port = _free_port()
        command = [_find_mongod(), "--dbpath", directory, "--port", str(port)]
        command += ["--bind_ip", "127.0.0.1", "--nounixsocket", "--wiredTigerCacheSizeGB", "0.25"]
        server = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_end_with_parent,
        )
        try:
            _wait_until_open(server, port)
            yield {
                "FIFTYONE_DATABASE_URI": f"mongodb://127.0.0.1:{port}/?serverSelectionTimeoutMS=3000",
                "FIFTYONE_DATABASE_NAME": "odquality_private",
                "FIFTYONE_DATABASE_VALIDATION": "false",
                "FIFTYONE_DEFAULT_DATASET_DIR": directory,
                "FIFTYONE_DO_NOT_TRACK": "true",
                "FIFTYONE_SHOW_PROGRESS_BARS": "false",
            }
        finally:
            server.terminate()
            server.wait()


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
        time.sleep(0.1)
    raise RuntimeError(f"mongod did not open port {port} within {START_SECONDS} s")
