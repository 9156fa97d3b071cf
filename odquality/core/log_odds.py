"""Probabilities and log odds."""

from __future__ import annotations

import numpy as np

from odquality.core.scenes import FloatArray

# Log odds are finite: nothing is surer than this. Most boxes are surely right, so that what is
# said of a million of them must still be next to nothing; few are surely wrong.
LEAST, MOST = 1e-12, 1 - 1e-6
LOWEST, HIGHEST = -28.0, 14.0


def log_odds(probability: FloatArray) -> FloatArray:
    """Log odds of probabilities in [0, 1], between the lowest and the highest; of one shape."""
    bounded = np.clip(probability, LEAST, MOST)
    return np.log(bounded) - np.log1p(-bounded)


def logistic(odds: FloatArray) -> FloatArray:
    """The probabilities of log odds, of the same shape."""
    # Not by exp(-odds), which overflows where odds are far below 0.
    return 0.5 * (1.0 + np.tanh(0.5 * odds))
