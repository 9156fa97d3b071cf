"""When two suggestions are the same: documents get new ids with every run, decisions must last.

An error of a label is known by the label's id and its kind, a missing label by its class and where
it lies, and so is a label without an id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isclose
from typing import Any
from urllib.parse import quote, unquote

import numpy as np

from odquality.core.geometry import box_iou
from odquality.kinds import OVERLOOKED

Document = Mapping[str, Any]

# Boxes of the same object overlap by at least this much.
SAME_OBJECT = 0.5
# From here on a box that is suggested instead of a label's is another one than before.
SAME_BOX = 0.7
# Of a normalised coordinate; pixels and back lose less.
ROUNDING = 1e-6


def identity_of(sample_id: str, suggestion: Document) -> str:
    """The name of an issue, which runs, renames, exports and other machines leave as it is."""
    kind, label_id = suggestion.get("kind"), suggestion.get("label_id")
    if kind != OVERLOOKED and label_id is not None:
        return f"{sample_id}/{kind}/{quote(str(label_id), safe='')}"
    name, place = _place_of(kind)
    box = ",".join(f"{number:.6f}" for number in suggestion[place])
    return f"{sample_id}/{kind}/{quote(str(suggestion.get(name)), safe='')}/{box}"


def named(identity: str) -> tuple[str, Document]:
    """The sample and the suggestion, as far as it is told, that an identity names.

    Raises:
        ValueError: the text is no identity of an issue.
    """
    try:
        sample_id, kind, *rest = identity.split("/")
        if kind != OVERLOOKED and len(rest) == 1:
            return sample_id, {"kind": kind, "label_id": unquote(rest[0])}
        label, box = rest
        x, y, width, height = map(float, box.split(","))
    except ValueError:
        raise ValueError(f"{identity!r} is no id of an issue; take it from list_issues") from None
    name, place = _place_of(kind)
    return sample_id, {"kind": kind, name: unquote(label), place: [x, y, width, height]}


def is_same(one: Document, other: Document) -> bool:
    """Whether two suggestions for the same sample are about the same error."""
    if one.get("kind") != other.get("kind"):
        return False
    if one.get("kind") == OVERLOOKED:
        overlap = overlap_of(one.get("bounding_box"), other.get("bounding_box"))
        return one.get("label") == other.get("label") and overlap >= SAME_OBJECT
    if one.get("label_id") is not None:
        return bool(one["label_id"] == other.get("label_id"))
    is_alike = _is_box(one.get("given_box")) and same_box(one["given_box"], other.get("given_box"))
    is_alike &= one.get("given_label") == other.get("given_label")
    return is_alike and other.get("label_id") is None


def find_same(suggestion: Document, among: Iterable[Document]) -> Document | None:
    """The one of some suggestions for the same sample that is about the same error."""
    same = [other for other in among if is_same(suggestion, other)]
    box = suggestion.get("bounding_box")
    return max(same, key=lambda one: overlap_of(box, one.get("bounding_box")), default=None)


def has_same_evidence(one: Document, other: Document) -> bool:
    """Whether two suggestions about the same error say the same of the same label.

    Neither has the label changed from one to the other, nor what is suggested instead.
    """
    return (
        one.get("given_label") == other.get("given_label")
        and same_box(one.get("given_box"), other.get("given_box"))
        and one.get("label") == other.get("label")
        and overlap_of(one.get("bounding_box"), other.get("bounding_box")) >= SAME_BOX
    )


def marks_object(suggestion: Document, labels: Iterable[Document]) -> bool:
    """Whether one of some labels marks what a suggestion would add."""
    return any(
        label.get("label") == suggestion["label"]
        and overlap_of(suggestion["bounding_box"], label.get("bounding_box")) >= SAME_OBJECT
        for label in labels
    )


def lies_on(suggestion: Document, labels: Iterable[Document]) -> bool:
    """Whether what a suggestion would add is where one of some labels is, of whatever class."""
    box = suggestion["bounding_box"]
    return any(overlap_of(box, label.get("bounding_box")) >= SAME_BOX for label in labels)


def find_label(label_id: Any, labels: Sequence[Document]) -> int | None:
    """Position of the label with an id, None if there is none or several have it."""
    if label_id is None:
        return None
    name = str(label_id)
    found = [row for row, label in enumerate(labels) if str(label.get("_id")) == name]
    return found[0] if len(found) == 1 else None


def is_as_scored(label: Document, suggestion: Document) -> bool:
    """Whether a label still has the class and box that it had when it was scored."""
    return label.get("label") == suggestion.get("given_label") and same_box(
        label.get("bounding_box"), suggestion.get("given_box")
    )


def same_box(one: Any, other: Any) -> bool:
    """Whether two normalised boxes are the same but for rounding."""
    if not _is_box(one) or not _is_box(other):
        return one == other
    pairs = zip(one, other, strict=True)
    return all(isclose(a, b, rel_tol=ROUNDING, abs_tol=ROUNDING) for a, b in pairs)


def overlap_of(one: Any, other: Any) -> float:
    """IoU of two boxes ``x, y, width, height``, 1 of the same one without area; 0 of no box."""
    if not _is_box(one) or not _is_box(other):
        return 0.0
    if same_box(one, other):
        return 1.0
    boxes = np.array([one, other], np.float64)
    boxes[:, 2:] += boxes[:, :2]
    return float(box_iou(boxes[0, :, None], boxes[1, :, None])[0])


def _place_of(kind: Any) -> tuple[str, str]:
    """By which class and box an error is known that no label's id tells."""
    return ("label", "bounding_box") if kind == OVERLOOKED else ("given_label", "given_box")


def _is_box(box: Any) -> bool:
    is_four = isinstance(box, (list, tuple)) and len(box) == 4
    return is_four and all(isinstance(one, (int, float)) for one in box)
