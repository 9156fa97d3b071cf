"""Small numbers for classes whose own numbers may be large identifiers."""

from __future__ import annotations

import numpy as np

from odquality.core.scenes import IntArray

# Classes below this keep their number: as an index they cost little.
_SMALL = 4096


class ClassNumbers:
    """Numbers classes below 4096 by themselves and others in the order in which they turn up."""

    def __init__(self) -> None:
        self._large: dict[int, int] = {}

    def encode(self, classes: IntArray) -> IntArray:
        """The small number of each class, (n,)."""
        if classes.max(initial=0) < _SMALL:
            return classes
        large = np.flatnonzero(classes >= _SMALL)
        unique, inverse = np.unique(classes[large], return_inverse=True)
        numbers = [self._large.setdefault(name, len(self._large)) for name in unique.tolist()]
        encoded = classes.copy()
        encoded[large] = _SMALL + np.array(numbers, np.int64)[inverse]
        return encoded
