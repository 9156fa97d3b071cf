"""Guesses which field holds the ground truth and which the predictions."""

from __future__ import annotations

import re
from collections.abc import Sequence

# What a field's name speaks for: less than 0 for the ground truth, more for predictions.
_HINTS = (
    (r"ground_?truth|(^|_)gts?(_|\d|$)", -2),
    (r"annotation|label|human|manual|review|verified|target", -1),
    (r"(^|_)pred", 2),
    (r"infer|model|detector|yolo|r_?cnn|detr|(^|_)ssd|retina|(^|_)dino", 1),
)


def guess_fields(fields: Sequence[str]) -> tuple[str, str]:
    """The fields that most likely hold the ground truth and the predictions, by their names.

    Where names do not tell, the one that stands first is the ground truth.

    Args:
        fields: two or more paths.
    """
    ground_truth = min(fields, key=_lean)
    predictions = max((field for field in fields if field != ground_truth), key=_lean)
    return ground_truth, predictions


def _lean(field: str) -> int:
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", field).lower()
    return sum(weight for pattern, weight in _HINTS if re.search(pattern, words))
