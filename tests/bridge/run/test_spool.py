"""A list of objects that need not fit into memory."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import closing, contextmanager

import numpy as np
import pytest

from odquality.bridge.run.spool import Spool


@pytest.mark.parametrize("bytes_in_memory", [1, 10_000, 1 << 20])
def test_all_items_come_back_in_every_pass(bytes_in_memory: int) -> None:
    with closing(Spool[np.ndarray](bytes_in_memory)) as spool:
        for number in range(20):
            spool.append(np.full(100, number))
        for _ in range(2):
            assert [int(item[0]) for item in spool] == list(range(20))


@pytest.mark.parametrize(("bytes_in_memory", "on_disk"), [(1000, True), (1 << 20, False)])
def test_much_goes_to_disk(bytes_in_memory: int, on_disk: bool) -> None:
    with closing(Spool[bytes](bytes_in_memory)) as spool:
        for _ in range(5):
            spool.append(bytes(1000))
        assert spool._file._rolled == on_disk
        assert [len(item) for item in spool] == [1000] * 5


def test_items_may_be_added_between_and_during_passes() -> None:
    with closing(Spool[int]()) as spool:
        spool.append(1)
        seen = []
        for item in spool:
            seen.append(item)
            if item < 3:
                spool.append(item + 1)
        assert seen == list(spool) == [1, 2, 3]


@contextmanager
def room(number_of_bytes: int) -> Iterator[None]:
    """Files are no larger than that, as in a folder that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (number_of_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [10, 1000, 9000, 100_000])
@pytest.mark.parametrize("before", [0, 3])
def test_what_does_not_fit_is_told_when_it_is_added(size: int, before: int) -> None:
    """And not when it is read, though a last byte may wait in a buffer; nor at the end."""
    with closing(Spool[bytes](1)) as spool:
        for _ in range(before):
            spool.append(bytes(size))
        end = spool._end
        spool.append(bytes(size))
        with room(2 * spool._end - end - 1), pytest.raises(OSError, match=r"do not fit into the t"):
            spool.append(bytes(size))


def test_no_temporary_folder_at_all_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", None)
    with (
        closing(Spool[bytes](1)) as spool,
        room(0),
        pytest.raises(OSError, match=r"there is none that can be written to .*nothing was written"),
    ):
        spool.append(bytes(10))


def test_empty() -> None:
    with closing(Spool[int]()) as spool:
        assert list(spool) == []
