"""What other classes a detector holds for possible, of its probabilities of all classes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from odquality.core.scenes import FloatArray, IntArray, Predictions

# This many other classes of a prediction are kept. What is beyond them says no more than 0.
MAX_ALTERNATIVES = 4


def with_alternatives(predictions: Predictions, probabilities: NDArray[Any]) -> Predictions:
    """Predictions with the likeliest classes but their own.

    Args:
        predictions: n predictions, the class of each the column of its row's maximum.
        probabilities: (n, K), as for `alternatives`.
    """
    columns, confidence = alternatives(probabilities, predictions.classes, predictions.confidence)
    return replace(predictions, alternatives=columns, alternative_confidence=confidence)


def alternatives(
    probabilities: NDArray[Any], classes: IntArray, confidence: FloatArray
) -> tuple[IntArray, FloatArray]:
    """The likeliest classes of each prediction but its own.

    Detectors give class probabilities on scales of their own: adding up to 1, to the confidence, or
    to nothing in particular. So the confidence in another class is the prediction's confidence x
    the quotient of both probabilities.

    Args:
        probabilities: (n, K) at least 0; a row of zeros or NaN for a prediction without any.
        classes: (n,) int64 column of each prediction's own class, which has its row's maximum.
        confidence: (n,) float64 in [0, 1].

    Returns:
        (n, M) int64 columns and (n, M) float64 confidences in [0, 1], M at most
        `MAX_ALTERNATIVES`; a confidence of 0 stands for none. Where the last ones are as likely as
        some that find no room, all of these are left out, so that no order of the classes counts.
    """
    number, room = len(probabilities), min(MAX_ALTERNATIVES, probabilities.shape[1] - 1)
    others = np.nan_to_num(probabilities.astype(np.float64))
    rows = np.arange(number)
    own = others[rows, classes]
    others[rows, classes] = 0.0
    if room < probabilities.shape[1] - 1:
        columns = np.argpartition(-others, room, axis=1)[:, : room + 1]
        values = np.take_along_axis(others, columns, axis=1)
        columns, values, excluded = columns[:, :room], values[:, :room], values[:, room:]
        values = np.where(values > excluded, values, 0.0)
    else:
        columns = np.argsort(-others, axis=1, kind="stable")[:, :room]
        values = np.take_along_axis(others, columns, axis=1)
    share = np.divide(values, own[:, None], out=np.zeros_like(values), where=own[:, None] > 0)
    return columns.astype(np.int64), np.minimum(share, 1.0) * confidence[:, None]
