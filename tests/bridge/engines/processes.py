"""Work that tells who does it. Nothing is imported here, for workers import it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Done:
    """What was done.

    Attributes:
        parts: every part.
        processes: ids of those that did them.
        shared: what they were given for it.
    """

    parts: frozenset[int]
    processes: frozenset[int]
    shared: frozenset[str]

    def merge(self, other: Done) -> Done:
        return Done(
            self.parts | other.parts,
            self.processes | other.processes,
            self.shared | other.shared,
        )


def do(part: Any, shared: str) -> Done:
    return Done(frozenset({part}), frozenset({os.getpid()}), frozenset({shared}))
