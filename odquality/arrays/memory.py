"""How memory that was freed is kept for what comes next."""

from __future__ import annotations

import numpy as np

# Just below the 32 MB up to which glibc learns.
_LEARNT_BYTES = 31 << 20


def keep_freed_memory() -> None:
    """Has glibc keep some of the memory that arrays free, tens of megabytes at most.

    Else it gives the memory of each chunk of images back to the system, and to get it again, page
    by page, takes a quarter of the time. glibc takes the size of a large piece that is freed for
    the size of what will be needed again; one that is never written to takes no memory. Where
    memory is managed otherwise this does nothing.
    """
    np.empty(_LEARNT_BYTES, np.uint8)
