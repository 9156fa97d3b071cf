"""Per-class probabilities from an attribute of the predictions."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import fiftyone.core.utils as fou
import numpy as np

from odquality.bridge.read.attributes import Sieve
from odquality.core.scenes import FloatArray

AUTO = "auto"
_AUTO_ATTRIBUTES = ("probs", "logits")


def attributes(probs_attr: str | None) -> tuple[str, ...]:
    """The attributes to look at, in order of preference: those of ``auto``, the named one or none.

    Raises:
        ValueError: the argument is neither a name nor None.
    """
    if probs_attr is None:
        return ()
    if not isinstance(probs_attr, str) or not probs_attr:
        raise ValueError(
            f"probs_attr is {probs_attr!r}; expected the name of an attribute, {AUTO!r} (for "
            f"{' or '.join(map(repr, _AUTO_ATTRIBUTES))}) or None"
        )
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
        read = _read_rows(values, num_classes)
        if "logit" in name.lower():
            read = _softmax(read)
        wrong = given & ~((read >= 0) & (read <= 1)).all(axis=1)
        sieve.count(
            wrong, f"with {name!r} that is not {num_classes} probabilities: its label is used"
        )
        read[wrong] = np.nan
        merged = read if merged is None else np.where(np.isnan(merged), read, merged)
    if merged is None or np.isnan(merged).all():
        return None
    return merged


def _read_rows(values: Sequence[Any], num_classes: int) -> FloatArray:
    """Rows of numbers (n, K), NaN for a row that has not K numbers."""
    rows = np.full((len(values), num_classes), np.nan)
    for row, value in enumerate(values):
        if isinstance(value, bytes):
            value = _to_list(value)
        if isinstance(value, (list, tuple)) and len(value) == num_classes:
            try:
                rows[row] = value
            except (ValueError, TypeError):
                continue
    return rows


def _to_list(stored: bytes) -> list[Any] | None:
    """A numpy array as FiftyOne stores it."""
    try:
        values: list[Any] = fou.deserialize_numpy_array(stored).tolist()
    except (ValueError, OSError, zlib.error):
        return None
    return values


def _softmax(logits: FloatArray) -> FloatArray:
    finite = np.where(np.isfinite(logits), logits, np.nan)
    powers = np.exp(finite - finite.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
