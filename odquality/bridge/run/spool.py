"""Keeps chunks of arrays for further passes, on disk where they are too large for memory."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Generic, TypeVar

Item = TypeVar("Item")

BYTES_IN_MEMORY = 64 << 20


class Spool(Generic[Item]):
    """A list of objects in a temporary file, to be read any number of times.

    All passes of a run then see the same data, however often the database changes, and memory
    stays bounded as the dataset grows.
    """

    def __init__(self, bytes_in_memory: int = BYTES_IN_MEMORY) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=bytes_in_memory)  # noqa: SIM115
        self._end = 0

    def close(self) -> None:
        """Deletes the file."""
        # What did not fit is written once more here; nobody needs it.
        with suppress(OSError):
            self._file.close()

    def append(self, item: Item) -> None:
        """Adds an object at the end.

        Raises:
            OSError: the temporary folder is full or missing.
        """
        try:
            self._file.seek(self._end)
            pickle.dump(item, self._file, protocol=pickle.HIGHEST_PROTOCOL)
            # The rest of a buffer that does not fit is told now, and not when it is read.
            self._file.flush()
            self._end = self._file.tell()
        except OSError as error:
            raise OSError(
                error.errno,
                f"the data do not fit into {_folder()} ({error.strerror}); nothing was written to "
                "the dataset. Make room there, or name another folder by the environment variable "
                "TMPDIR",
            ) from error

    def __iter__(self) -> Iterator[Item]:
        position = 0
        while position < self._end:
            self._file.seek(position)
            item: Item = pickle.load(self._file)
            position = self._file.tell()
            yield item


def _folder() -> str:
    """The temporary folder for people."""
    try:
        return f"the temporary folder {tempfile.gettempdir()!r}"
    except OSError:
        return "a temporary folder, for there is none that can be written to"
