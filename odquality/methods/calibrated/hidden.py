"""Missing labels that no prediction shows: what annotators and detector have both missed.

Two have looked for objects. If what the one finds does not depend on what the other does, the
detector has missed as large a share of the objects without a label as of those with one (Lincoln's
and Petersen's estimate, by which animals are counted that nobody has caught). What is hard to see
is hard for both, so that it is rather too low.
"""

from __future__ import annotations

from odquality.core.scenes import BoolArray, FloatArray

# The share of labels that a detector finds is drawn towards all of them, as if by so many.
_FOUND_LABELS = 10.0
# Smaller probabilities are many, and add up to some errors even where there is none.
_LEAST_PROBABILITY = 0.1
# Predictions that amount to fewer objects than this tell nothing of how many there are.
_FEWEST_OBJECTS = 1.0


def hidden_per_object(
    shown: FloatArray, right: FloatArray, found: BoolArray, confidence: FloatArray
) -> float:
    """The expected number of hidden missing labels for each object that a detector sees.

    Where they are nobody knows; the more objects an image has, the more of them it may have.

    Args:
        shown: (n,) probabilities that predictions are missing labels.
        right: (L,) probabilities that labels have no error, of classes that the detector knows.
        found: (L,) which of them a prediction has found.
        confidence: (P,) of all predictions; they add up to the objects that the detector sees.

    Returns:
        A number of at least 0: 0 where no label is missing, or where the detector finds every one.
    """
    ratio = right[~found].sum() / (right[found].sum() + _FOUND_LABELS)
    shown = shown[shown >= _LEAST_PROBABILITY]
    return float(shown.sum() * ratio / max(confidence.sum(), _FEWEST_OBJECTS))
