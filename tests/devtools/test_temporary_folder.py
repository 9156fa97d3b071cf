"""Temporary folders are gone when their owners are, however these ended."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from devtools.temporary_folder import temporary_folder

ROOT = Path(__file__).parents[2]
MAKE_AND_WAIT = """
from devtools.temporary_folder import temporary_folder
with temporary_folder() as folder:
    print(folder, flush=True)
    input()
"""


def test_a_folder_lasts_as_long_as_its_context() -> None:
    with temporary_folder() as folder:
        assert folder.is_dir()
    assert not folder.exists()


def test_the_folder_of_an_owner_who_was_killed_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = start_owner(tmp_path)
    assert owner.stdout is not None
    folder = Path(owner.stdout.readline().decode().strip())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with temporary_folder():
        assert folder.is_dir(), "its owner lives"
    owner.send_signal(signal.SIGKILL)
    owner.communicate()
    stranger = tmp_path / "odquality-of-somebody"
    stranger.mkdir()
    with temporary_folder():
        assert not folder.exists()
    assert stranger.is_dir()


def start_owner(tmp_path: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", MAKE_AND_WAIT],
        cwd=ROOT,
        env={"TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
