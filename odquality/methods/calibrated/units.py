"""What is equal in one unit of the boxes is equal in any other, for all that they are rounded."""

from __future__ import annotations

import numpy as np

from odquality.core.scenes import FloatArray

# Two values that differ by less are equal: the same boxes in another unit are rounded differently.
TOLERANCE = 1e-9
# Decimals that are the same in any unit.
_DECIMALS = 10


def in_any_unit(shares: FloatArray) -> FloatArray:
    """Numbers of about 1 without the digits in which they differ from unit to unit.

    Whatever counts or sorts them then meets the same ties: boxes of one size, say.
    """
    return np.round(shares, _DECIMALS)
