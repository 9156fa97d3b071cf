"""Random numbers that depend on what is drawn for, not on when: hashes of a key and a number.

So an image meets the same fate wherever in the dataset it lies, and in whatever chunk it comes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from odquality.core.scenes import FloatArray

Keys = NDArray[np.uint64]

# Constants of SplitMix64 (Steele et al., Fast splittable pseudorandom number generators, 2014).
_INCREMENT = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def mix(keys: Keys, number: int | Keys) -> Keys:
    """A hash of each key and a number, uniform over all 64-bit integers."""
    # At least one dimension: numpy warns of the overflow of scalars, not of arrays.
    numbers = np.atleast_1d(np.asarray(number, dtype=np.uint64))
    state = numbers + np.uint64(1)
    state = keys + state * _INCREMENT
    state ^= state >> np.uint64(30)
    state *= _FIRST
    state ^= state >> np.uint64(27)
    state *= _SECOND
    state ^= state >> np.uint64(31)
    return state


def uniform(keys: Keys, number: int) -> FloatArray:
    """The ``number``-th random number of each key, float64 in [0, 1)."""
    return (mix(keys, number) >> np.uint64(11)) * 2.0**-53
