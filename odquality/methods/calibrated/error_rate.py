"""How many of the boxes as they are may be wrong, when nobody knows which ones are."""

from __future__ import annotations

import numpy as np

from odquality.core.scenes import FloatArray

# The rate that is assumed without data, and how many boxes' worth of data this is.
PRIOR_RATE = 0.02
_PRIOR_BOXES = 50

# The bound is sought where at least this share of the wrong boxes is.
import os
_LEAST_SHARE = float(os.environ.get("LEAST","0.3"))
# ... at this many thresholds.
_THRESHOLDS = 100


def error_rate(present: FloatArray, num_present: int, wrong: FloatArray, num_wrong: int) -> float:
    """The largest share of wrong boxes that the boxes as they are allow for.

    Were a share r of the boxes wrong like the known wrong ones, then above any threshold there
    would be at least r times as large a share of the boxes as they are as of the wrong ones. The
    smallest quotient bounds r from above (Scott, A rate of convergence for mixture proportion
    estimation, AISTATS 2015; Garg et al., Mixture proportion estimation and PU learning, NeurIPS
    2021, whose allowance for chance is simplified here to one standard deviation). It is tight
    where some wrong boxes look like no right box; otherwise the true rate may be anything below.

    Args:
        present: suspicion of those boxes as they are to which this kind of error is the likeliest.
        num_present: number of all boxes as they are.
        wrong: suspicion of those boxes with this kind of error to which it is the likeliest.
        num_wrong: number of all boxes with this kind of error.

    Returns:
        A rate in (0, 1), drawn towards `PRIOR_RATE` where the boxes are few.
    """
    least = max(1, int(np.ceil(_LEAST_SHARE * num_wrong)))
    if len(wrong) < least:
        return PRIOR_RATE
    above = np.unique(np.linspace(least, len(wrong), _THRESHOLDS).astype(np.int64))
    thresholds = -np.sort(-wrong)[above - 1]
    present_above = np.searchsorted(np.sort(-present), -thresholds, side="right")
    share = (present_above + np.sqrt(present_above) + 1) / max(num_present, 1)
    bound = min(1.0, float(np.min(share / (above / num_wrong))))
    return (bound * num_present + PRIOR_RATE * _PRIOR_BOXES) / (num_present + _PRIOR_BOXES)
