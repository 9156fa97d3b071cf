"""How well suspicions rank errors before everything else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from odquality.core.scenes import BoolArray, FloatArray

TOP = 100


@dataclass(frozen=True)
class Ranking:
    """Figures of one ranking, all in [0, 1], higher = better; NaN where they have no meaning.

    Attributes:
        auroc: area under the receiver operating characteristic; .5 = chance.
        average_precision: area under the precision-recall curve; ``positives / items`` = chance.
        precision_at_t: share of errors among the T most suspicious items, T = number of errors.
        precision_at_100: the same among the 100 most suspicious.
        positives: number of items that are errors.
        items: number of items.
    """

    auroc: float
    average_precision: float
    precision_at_t: float
    precision_at_100: float
    positives: int
    items: int


def rank(is_error: BoolArray, suspicion: FloatArray) -> Ranking:
    """Compares suspicions with the truth.

    Args:
        is_error: (n,) what is wrong.
        suspicion: (n,) higher = more likely wrong; NaN (not scored) counts as least suspicious.

    Returns:
        The figures; NaN if all items are errors or none is.
    """
    positives, items = int(np.count_nonzero(is_error)), len(is_error)
    if positives in (0, items):
        return Ranking(np.nan, np.nan, np.nan, np.nan, positives, items)
    filled = fill_unscored(suspicion)
    return Ranking(
        auroc=float(roc_auc_score(is_error, filled)),
        average_precision=float(average_precision_score(is_error, filled)),
        precision_at_t=precision_at(is_error, filled, positives),
        precision_at_100=precision_at(is_error, filled, TOP),
        positives=positives,
        items=items,
    )


def fill_unscored(suspicion: FloatArray) -> FloatArray:
    """Puts a value below all others in place of NaN."""
    unscored = np.isnan(suspicion)
    lowest = suspicion[~unscored].min(initial=0.0)
    return np.where(unscored, lowest - 1.0, suspicion)


def precision_at(is_error: BoolArray, suspicion: FloatArray, count: int) -> float:
    """Expected share of errors among the most suspicious items, ties in random order.

    Args:
        is_error: (n,) what is wrong.
        suspicion: (n,) higher = more likely wrong.
        count: how many items to look at.

    Returns:
        The share in [0, 1]; NaN if there are fewer items.
    """
    if count > len(suspicion):
        return np.nan
    last = np.partition(suspicion, -count)[-count]
    above, tied = suspicion > last, suspicion == last
    room = count - np.count_nonzero(above)
    return float((is_error[above].sum() + room * is_error[tied].mean()) / count)
