"""What a threshold shows: how many boxes, and how many of them are errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from odquality.core.parameters import integer, number
from odquality.kinds import BY_NAME, KINDS
from odquality.learning.correction import Correction
from odquality.learning.spectrum import Spectrum


@dataclass(frozen=True)
class Shown:
    """The boxes of a kind that are at least as likely wrong as a threshold says.

    Attributes:
        boxes: their number.
        right: how many of them are expected to show an error.
        missed: errors that are expected among the other boxes.
    """

    boxes: int
    right: float
    missed: float


def shown_above(spectrum: Spectrum, correction: Correction, threshold: float) -> dict[str, Shown]:
    """What is shown of each kind, to the width of a bin of the spectrum.

    Args:
        spectrum: of the boxes in question.
        correction: of their probabilities.
        threshold: of corrected probabilities, in [0, 1].

    Raises:
        ValueError: the threshold is anything else.
    """
    threshold = number("threshold", threshold, 0, 1)
    shown = {}
    for kind in KINDS:
        counts, probability = spectrum.of_kind(kind)
        share = correction.apply(kind, probability)
        above, errors = share >= threshold, counts * share / BY_NAME[kind].boxes
        shown[kind] = Shown(
            int(counts[above].sum()), float(errors[above].sum()), float(errors[~above].sum())
        )
    return shown


def threshold_of(spectrum: Spectrum, correction: Correction, boxes: int) -> float:
    """The threshold that shows about as many boxes of all kinds as somebody has the time for.

    Args:
        spectrum: of the boxes in question.
        correction: of their probabilities.
        boxes: how many to show.

    Raises:
        ValueError: the number is no integer of at least 0.
    """
    boxes = integer("boxes", boxes, 0, 2**31)
    columns = [spectrum.of_kind(kind) for kind in KINDS]
    share = np.concatenate(
        [correction.apply(kind, said) for kind, (_, said) in zip(KINDS, columns, strict=True)]
    )
    counts = np.concatenate([counts for counts, _ in columns])
    order = np.argsort(-share, kind="stable")
    enough = np.flatnonzero(np.cumsum(counts[order]) >= boxes)
    return float(share[order[enough[0]]]) if len(enough) else 0.0
