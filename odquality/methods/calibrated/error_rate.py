"""How many of the boxes as they are may be wrong, when nobody knows which ones are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from odquality.core.scenes import FloatArray
from odquality.kinds import BADLOC, BY_NAME, DUPLICATE, LABEL_KINDS, SPURIOUS, SWAP

# The rate that is assumed without data, and how many boxes' worth of data this is.
PRIOR_RATE = 0.02
_PRIOR_BOXES = 50

# No kind of error is taken to affect more labels than this. A detector that finds little makes many
# labels look wrong, and there is no telling them from labels that are.
_MOST_LABELS = 0.1

# Kinds of which a detector contradicts the label. That should always count, even where a detector
# that has learnt the labels makes all look right, so that their rates have a least value; and where
# labels are few, the handful among them that is contradicted surely is left to chance, so that what
# is assumed without data weighs more.
_CONTRADICTED = (SWAP, BADLOC)
_FEWEST_CONTRADICTED = 0.003
_PRIOR_CONTRADICTED = 300

# Kinds that are told surely. Who errs in these ways errs in others too.
_TOLD_SURELY = (SWAP, DUPLICATE)

# Labels that the detector misses look like spurious ones, so that the bound on their rate is mostly
# too high. It is drawn towards what is usual by this share, on a logarithmic scale.
_USUAL_RATE = 0.01
_DRAWN_TO_USUAL = 0.4
# Where all kinds that are told surely are frequent, this share of the rarest is usual.
_USUAL_SHARE = 0.5

# The bound is sought where at least this share of the wrong boxes is.
_LEAST_SHARE = 0.05
# ... at this many thresholds.
_THRESHOLDS = 100


def label_error_rates(suspicion: Mapping[str, tuple[FloatArray, FloatArray]]) -> dict[str, float]:
    """The rate of each kind of label error, for what is known of such kinds; see `error_rate`.

    Args:
        suspicion: per kind, of the labels as they are, and of labels with this kind of error.
    """
    rates = {kind: _bounded_rate(kind, *suspicion[kind]) for kind in LABEL_KINDS}
    # Where there is one class, nothing is known of wrong ones.
    known = [kind for kind in _TOLD_SURELY if len(suspicion[kind][1])]
    told = [rates[kind] / BY_NAME[kind].boxes for kind in known] or [PRIOR_RATE]
    usual = max(_USUAL_RATE, _USUAL_SHARE * min(told))
    rates[SPURIOUS] = _drawn(rates[SPURIOUS], usual, _DRAWN_TO_USUAL)
    # Detectors place some boxes badly too, so that there is always something that looks like badly
    # placed labels. The less there is, the larger the detector's part in it.
    share = 1 / (1 + (rates[BADLOC] / _USUAL_RATE) ** 2)
    rates[BADLOC] = _drawn(rates[BADLOC], max(_FEWEST_CONTRADICTED, *told), share)
    return rates


def _drawn(rate: float, usual: float, share: float) -> float:
    """A rate that is above the usual one, drawn there by a share of the way, in logarithms."""
    return rate * (usual / rate) ** share if rate > usual else rate


def _bounded_rate(kind: str, present: FloatArray, wrong: FloatArray) -> float:
    contradicted = kind in _CONTRADICTED
    rate = error_rate(present, wrong, _PRIOR_CONTRADICTED if contradicted else _PRIOR_BOXES)
    # The looser a bound is, the less it says: up to 1, that nothing is known.
    rate = min(rate, _MOST_LABELS**2 / rate)
    return max(rate, _FEWEST_CONTRADICTED) if contradicted else rate


def error_rate(present: FloatArray, wrong: FloatArray, prior_boxes: float = _PRIOR_BOXES) -> float:
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
        prior_boxes: as if `PRIOR_RATE` were known of this many boxes more.

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
    return (bound * num_present + PRIOR_RATE * prior_boxes) / (num_present + prior_boxes)
