"""Many database ids in little memory."""

from __future__ import annotations

from collections.abc import Iterable

from bson import ObjectId

_BYTES = 12
_NONE = bytes(_BYTES)


class Ids:
    """A sequence of object ids, twelve bytes each; None where there is none.

    Objects would take ten times the memory, and most of a run's time to be kept between passes.
    """

    def __init__(self, ids: Iterable[ObjectId | None]) -> None:
        self._bytes = b"".join(_NONE if given is None else given.binary for given in ids)

    def __len__(self) -> int:
        return len(self._bytes) // _BYTES

    def __getitem__(self, row: int) -> ObjectId | None:
        found = self._bytes[row * _BYTES : (row + 1) * _BYTES]
        return None if found == _NONE else ObjectId(found)
