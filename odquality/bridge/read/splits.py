"""Which samples a detector was trained on, as far as their tags or their field `split` say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from odquality.core.in_sample import HELD_OUT, TRAINING, UNKNOWN
from odquality.core.scenes import BoolArray

# What is read from every sample; a split may be a text or a classification.
SPLIT_COLUMNS: Mapping[str, Any] = {
    "tags": "$tags",
    "split": {"$ifNull": ["$split.label", "$split"]},
}

_WORDS = {
    **dict.fromkeys(("train", "training", "trainval"), TRAINING),
    **dict.fromkeys(
        ("val", "valid", "validation", "test", "testing", "dev", "holdout", "held-out", "held_out"),
        HELD_OUT,
    ),
}


def images_by_part(documents: Sequence[Mapping[str, Any]]) -> dict[str, BoolArray]:
    """Which samples are of each part of the data; those that name none or two are unknown.

    Args:
        documents: N samples with `SPLIT_COLUMNS`.

    Returns:
        (N,) bool by the name of each part that there is.
    """
    parts = [_part(document) for document in documents]
    return {name: np.array([part == name for part in parts], bool) for name in sorted(set(parts))}


def _part(document: Mapping[str, Any]) -> str:
    tags = document.get("tags")
    words = [*(tags if isinstance(tags, list) else ()), document.get("split")]
    found = {_WORDS.get(word.strip().lower()) for word in words if isinstance(word, str)} - {None}
    return found.pop() or UNKNOWN if len(found) == 1 else UNKNOWN
