"""What is drawn of a sample, from the documents of its labels, as the database has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from odquality.drawing.boxes import ErrorBox, NamedBox, RelativeBox, SuspectedError

Document = Mapping[str, Any]

# What is read of a label, prediction or suggestion.
ATTRIBUTES = ("label", "bounding_box", "confidence", "kind", "label_id")
# Least confidence of the predictions that are drawn.
LEAST_CONFIDENCE = 0.3


def has_box(document: Document) -> bool:
    """Whether a label has a box that can be drawn."""
    box: Any = document.get("bounding_box")
    try:
        return np.shape(box) == (4,) and bool(np.isfinite(box).all())
    except (TypeError, ValueError):
        return False


def named_box(document: Document) -> NamedBox:
    """A label or prediction that has a box."""
    box = tuple(document["bounding_box"])
    return NamedBox(document.get("label") or "", box, document.get("confidence"))


def likely(documents: Iterable[Document], least: float = LEAST_CONFIDENCE) -> list[NamedBox]:
    """The predictions of at least a confidence, and those without one, the surest first."""
    boxes = [named_box(one) for one in documents if has_box(one)]
    shown = [one for one in boxes if one.confidence is None or one.confidence >= least]
    return sorted(shown, key=lambda one: -(one.confidence or 0))


def error_box(suggestion: Document, label: NamedBox | None) -> ErrorBox:
    """What a suggestion is about, with the label that it is about as it is now."""
    return ErrorBox(
        str(suggestion.get("kind")),
        suggestion.get("confidence"),
        suggestion.get("label") or "",
        tuple(suggestion["bounding_box"]),
        given_label=None if label is None else label.label,
        given_box=None if label is None else label.box,
    )


def places_of(error: SuspectedError) -> list[RelativeBox]:
    """The boxes of an error: that which its label has, and that which it should have."""
    return [box for box in (error.box, error.given_box) if box is not None]
