"""How many of the boxes as they are may be wrong, when nobody knows which ones are."""

from __future__ import annotations

import numpy as np

from odquality.core.scenes import FloatArray

# The rate that is assumed without data, and how many boxes' worth of data this is.
PRIOR_RATE = 0.02
_PRIOR_BOXES = 50

# No kind of error is taken to affect more labels than this, nor fewer. A detector that finds little
# makes many labels look wrong, and one that has learnt the labels makes all look right: there is no
# telling the former from labels that are wrong, and what contradicts a label should always count.
_MOST_LABELS = 0.1
_FEWEST_LABELS = {"swap": 0.003, "badloc": 0.003}

# Labels that the detector misses look like spurious ones, so that the bound on their rate is mostly
# too high. It is drawn towards what is usual by this share, on a logarithmic scale.
_USUAL_SPURIOUS_RATE = 0.01
_DRAWN_TO_USUAL = 0.4

# The bound is sought where at least this share of the wrong boxes is.
_LEAST_SHARE = 0.05
# ... at this many thresholds.
_THRESHOLDS = 100


def label_error_rate(kind: str, present: FloatArray, wrong: FloatArray) -> float:
    """The rate of a kind of label error, for what is known of such kinds; see `error_rate`."""
    rate = error_rate(present, wrong)
    # The looser a bound is, the less it says: up to 1, that nothing is known.
    rate = min(rate, _MOST_LABELS**2 / rate)
    if kind == "spurious" and rate > _USUAL_SPURIOUS_RATE:
        rate *= (_USUAL_SPURIOUS_RATE / rate) ** _DRAWN_TO_USUAL
    return max(rate, _FEWEST_LABELS.get(kind, 0.0))


def error_rate(present: FloatArray, wrong: FloatArray) -> float:
    """The largest share of wrong boxes that the boxes as they are allow for.

    Were a share r of the boxes wrong like the known wrong ones, then above any threshold there
    would be at least r times as large a share of the boxes as they are as of the wrong ones. The
    smallest quotient bounds r from above (Scott, A rate of convergence for mixture proportion
    estimation, AISTATS 2015; Garg et al., Mixture proportion estimation and PU learning, NeurIPS
    2021, whose allowance for chance is simplified here to one standard deviation). It is tight
    where some wrong boxes look like no right box; otherwise the true rate may be anything below.

    Args:
        present: suspicion of the boxes as they are.
        wrong: suspicion of boxes with this kind of error.

    Returns:
        A rate in (0, 1), drawn towards `PRIOR_RATE` where the boxes are few.
    """
    num_present, num_wrong = len(present), len(wrong)
    if num_wrong == 0:
        return PRIOR_RATE
    least = int(np.ceil(_LEAST_SHARE * num_wrong))
    above = np.unique(np.linspace(least, num_wrong, _THRESHOLDS).astype(np.int64))
    thresholds = -np.sort(-wrong)[above - 1]
    present_above = np.searchsorted(np.sort(-present), -thresholds, side="right")
    share = (present_above + np.sqrt(present_above) + 1) / max(num_present, 1)
    bound = min(1.0, float(np.min(share / (above / num_wrong))))
    return (bound * num_present + PRIOR_RATE * _PRIOR_BOXES) / (num_present + _PRIOR_BOXES)
