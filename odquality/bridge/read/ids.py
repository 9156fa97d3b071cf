"""Many database ids in little memory."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from bson import ObjectId

_binary = attrgetter("binary")

_BYTES = 12
_NONE = bytes(_BYTES)


class Ids:
    """A sequence of object ids, twelve bytes each; None where there is none.

    Objects would take ten times the memory, and most of a run's time to be kept between passes.
    """

    def __init__(self, ids: Iterable[Any]) -> None:
        ids = list(ids)
        try:
            self._bytes = b"".join(map(_binary, ids))
        except AttributeError:
            # Whoever inserts documents by hand may leave out ids, or use numbers or text.
            self._bytes = b"".join(
                given.binary if isinstance(given, ObjectId) else _NONE for given in ids
            )

    def __len__(self) -> int:
        return len(self._bytes) // _BYTES

    def __getitem__(self, row: int) -> ObjectId | None:
        found = self._bytes[row * _BYTES : (row + 1) * _BYTES]
        return None if found == _NONE else ObjectId(found)
