"""Whether the process that computes a run still lives."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from odquality.bridge.store import owner

LONG = owner.SILENT_SECONDS + 1


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """Another process, which does nothing."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield child
    child.kill()
    child.communicate()


def owned_by(process: subprocess.Popen[bytes]) -> dict[str, object]:
    """What the process would say of itself."""
    mine = owner.new_owner()
    owner.retire(mine["token"])
    return mine | {
        "process": process.pid,
        "started": psutil.Process(process.pid).create_time(),
    }


def test_this_process_lives_as_long_as_it_has_the_run() -> None:
    mine = owner.new_owner()
    assert owner.is_alive(mine, LONG)
    owner.retire(mine["token"])
    assert not owner.is_alive(mine, 0)


def test_another_process_lives_until_it_ends(process: subprocess.Popen[bytes]) -> None:
    other = owned_by(process)
    assert owner.is_alive(other, LONG)
    process.kill()
    process.wait()
    assert not owner.is_alive(other, 0)


def test_a_killed_process_is_dead_though_its_parent_has_not_noticed(
    process: subprocess.Popen[bytes],
) -> None:
    other = owned_by(process)
    process.kill()
    psutil.wait_procs([psutil.Process(process.pid)], timeout=0.1)
    found = psutil.Process(process.pid) if psutil.pid_exists(process.pid) else None
    assert found is None or found.status() == psutil.STATUS_ZOMBIE
    assert not owner.is_alive(other, 0)


def test_a_process_with_a_number_used_again_is_another(process: subprocess.Popen[bytes]) -> None:
    other = owned_by(process)
    other["started"] -= 60  # type: ignore[operator]
    assert not owner.is_alive(other, 0)


@pytest.mark.parametrize("place", ["host", "space"])
def test_a_process_elsewhere_lives_as_long_as_it_is_heard_of(place: str) -> None:
    elsewhere = owner.new_owner() | {place: "elsewhere"}
    assert owner.is_alive(elsewhere, 1)
    assert not owner.is_alive(elsewhere, LONG)


@pytest.mark.parametrize("broken", [{}, {"process": "x"}, {"token": None, "process": None}])
def test_a_description_that_tells_nothing(broken: dict[str, object]) -> None:
    mine = owner.new_owner()
    here = {name: mine[name] for name in ("host", "space")}
    assert not owner.is_alive(here | broken, 0)


def test_a_description_for_people() -> None:
    mine = owner.new_owner()
    assert owner.describe(mine) == f"process {mine['process']} on {mine['host']}"
