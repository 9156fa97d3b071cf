"""How memory that was freed is kept for what comes next."""

from __future__ import annotations

import numpy as np

# A chunk of images takes less.
_BYTES = 16 << 20


def keep_freed_memory() -> None:
    """Has glibc keep memory that arrays free, 32 MB at most, for the next ones.

    Else it gives the memory of each chunk of images back to the system, and to get it again, page
    by page, takes a quarter of the time. glibc learns from the size of a large piece that is freed
    how much to keep. One that is never written to takes no memory. Where memory is managed
    otherwise this does nothing.
    """
    np.empty(_BYTES, np.uint8)
