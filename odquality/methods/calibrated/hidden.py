"""Missing labels beyond the probabilities of predictions: those that none shows, or none surely.

Two have looked for objects. If what the one finds does not depend on what the other does, the
detector has missed as large a share of the objects without a label as of those with one (Lincoln's
and Petersen's estimate, by which animals are counted that nobody has caught). But what is hard to
see is hard for both. How far it is for annotators, predictions tell (`annotators.Annotators`): what
no prediction shows is taken for harder than what one shows, by a fixed step.

And where annotators leave out several objects of an image, a detector that sees more than the
probabilities say is rather right (`detector_weight`).
"""

from __future__ import annotations

import numpy as np

from odquality.core.scenes import BoolArray, FloatArray

# The share of labels that a detector finds is drawn towards all of them, as if by this many.
_FOUND_LABELS = 10.0
# Smaller probabilities are many, and add up to some errors even where there is none.
_LEAST_PROBABILITY = 0.1
# Predictions that amount to fewer objects than this tell nothing of how many there are.
_FEWEST_OBJECTS = 1.0
# By how much the log odds of an object that no prediction shows are below those of one that is
# shown. What is too hard to see for a detector lies further off, but annotators' misses level off.
_HARDER = 2.5

# What the word of a detector counts beside the probabilities where it is to be believed.
_DETECTOR_WORD = 0.5


def hidden_per_object(
    shown: FloatArray, right: FloatArray, found: BoolArray, unlabelled: FloatArray, beta: float
) -> float:
    """The expected number of hidden missing labels for each unlabelled object that is seen.

    Where they are nobody knows. Annotators miss several objects where they miss one, and leave
    crowds as regions to ignore: so the more the detector sees that has no label, the more of them
    an image may have.

    Args:
        shown: (n,) probabilities that predictions are missing labels.
        right: (L,) probabilities that labels have no error, of classes that the detector knows.
        found: (L,) which of them a prediction has found.
        unlabelled: (P,) confidence of the predictions without a label, in ignored regions too; they
            add up to the objects that the detector sees there.
        beta: how much annotators rather miss what is hard to see (`annotators.Annotators`).

    Returns:
        A number of at least 0: 0 where no label is missing, or where the detector finds every one.
    """
    ratio = right[~found].sum() / (right[found].sum() + _FOUND_LABELS)
    shown = shown[shown >= _LEAST_PROBABILITY]
    hidden = shown.sum() * ratio * np.exp(_HARDER * beta)
    return float(hidden / max(unlabelled.sum(), _FEWEST_OBJECTS))


def detector_weight(shown: FloatArray, num_images: int) -> float:
    """How far a detector is believed that sees more missing labels than their probabilities say.

    What annotators miss one by one, probabilities tell. Where images lack several labels at once,
    whole images were done with less care, and a detector that has learnt from such labels sees less
    than there is. So its word counts half, as far as images lack several: by the probability that
    one lacks two or more, were their numbers distributed geometrically.

    Args:
        shown: (n,) probabilities that predictions are missing labels.
        num_images: number of images that they are of, at least 1.

    Returns:
        A weight in [0, .5): (m / (m + 1))^2 / 2 for a mean of m missing labels an image.
    """
    mean = float(shown.sum()) / num_images
    return _DETECTOR_WORD * (mean / (mean + 1)) ** 2
