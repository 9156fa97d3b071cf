"""Per-class probabilities from an attribute of the predictions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import fiftyone.core.utils as fou
import numpy as np

from odquality.bridge.read.attributes import Sieve, read_numbers
from odquality.core.confidence import HAIR
from odquality.core.scenes import FloatArray

AUTO = "auto"
_AUTO_ATTRIBUTES = ("probs", "logits")


def attributes(probs_attr: str | None) -> tuple[str, ...]:
    """The attributes to look at, in order of preference."""
    if probs_attr is None:
        return ()
    return _AUTO_ATTRIBUTES if probs_attr == AUTO else (probs_attr,)


def read_probabilities(
    columns: Sequence[tuple[str, Sequence[Any]]], num_classes: int | None, sieve: Sieve
) -> FloatArray | None:
    """Class probabilities of predictions, each from the first attribute that it has.

    Args:
        columns: name and values (n,) of each attribute; a value is a list of K numbers or None.
            An attribute whose name contains ``logit`` goes through a softmax.
        num_classes: K, or None where the order of the classes is unknown.
        sieve: counts what cannot be used.

    Returns:
        (n, K) float64 in [0, 1], a row of NaN for a prediction without any; None if all are.
    """
    merged: FloatArray | None = None
    for name, values in columns:
        given = np.fromiter((value is not None for value in values), bool, len(values))
        if not given.any():
            continue
        if num_classes is None:
            sieve.count(given, f"with {name!r} but no list of classes: its label is used")
            continue
        read = np.full((len(values), num_classes), np.nan)
        rows = [_to_list(value) for value in values if value is not None]
        read[given] = read_numbers(rows, num_classes)
        if "logit" in name.lower():
            read = _softmax(read)
        valid = ((read >= 0) & (read <= 1 + HAIR)).all(axis=1) & (read > 0).any(axis=1)
        wrong = given & ~valid
        sieve.count(
            wrong, f"with {name!r} that is not {num_classes} probabilities: its label is used"
        )
        read[wrong] = np.nan
        merged = read if merged is None else np.where(np.isnan(merged), read, merged)
    if merged is None or np.isnan(merged).all():
        return None
    return np.minimum(merged, 1.0)


def _to_list(value: Any) -> Any:
    """The list of numbers in a value that is a numpy array as FiftyOne stores it."""
    if not isinstance(value, bytes):
        return value
    try:
        return fou.deserialize_numpy_array(value).tolist()
    except Exception:
        # Bytes of any other kind may fail in any way.
        return None


def _softmax(logits: FloatArray) -> FloatArray:
    """Probabilities of logits; minus infinity is that of a class that is out of the question."""
    known = np.where(logits < np.inf, logits, np.nan)
    with np.errstate(invalid="ignore", over="ignore"):
        powers = np.exp(known - known.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
