"""Errors that show on two boxes: who decides on the one of them has decided on the other, too.

On arrays the scores tell which box the other one is. Runs do not keep it: there it is one of the
same image that is about as likely.
"""

from __future__ import annotations

import numpy as np

from odquality.core.log_odds import log_odds
from odquality.core.scenes import FloatArray
from odquality.kinds import BY_NAME

# Log odds of the two differ by no more.
_ALIKE = 2.0
# What is less likely an error shows on no other box.
_LEAST_PROBABILITY = 0.1


def shows_on_another(kind: str, probability: float) -> bool:
    """Whether an error of a kind, if it is one, shows on another box, too."""
    return BY_NAME[kind].boxes > 1 and probability >= _LEAST_PROBABILITY


def pair_up(decided: FloatArray, others: FloatArray) -> list[int | None]:
    """Finds the other boxes of decided ones among some boxes of the same image.

    Args:
        decided: (n,) probabilities in [0, 1].
        others: (m,) likewise, of which each goes with one decided box at most.

    Returns:
        For each decided box the place of the other one, None if there is none about as likely.
    """
    apart = np.abs(np.subtract.outer(log_odds(decided), log_odds(others)))
    found: list[int | None] = []
    for row in apart:
        place = int(row.argmin()) if len(row) else None
        if place is None or row[place] > _ALIKE:
            found.append(None)
            continue
        apart[:, place] = np.inf
        found.append(place)
    return found
