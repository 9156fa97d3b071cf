"""Samples without a list of labels: how a label comes into it, and what is put back afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odquality.bridge.review.changes import AT_THE_END, Change, RefusedError
from odquality.bridge.review.sample_update import SampleUpdate

Document = Mapping[str, Any]

# Places of a label that is alone in a field, or in a list, that was None or not there.
IN_NONE, IN_NO_FIELD, IN_NONE_LIST, IN_NO_LIST = -2, -3, -4, -5

_FIELDS = {"null": IN_NONE, "missing": IN_NO_FIELD}
_LISTS = {"null": IN_NONE_LIST, "missing": IN_NO_LIST}
# A field that `begin` makes has a class and a list.
_ENTRIES = 2
# Whatever else goes, a label in one of these places leaves what was there before it.
ALONE = frozenset([*_FIELDS.values(), *_LISTS.values()])


def columns(gt_field: str) -> dict[str, Any]:
    """What is read of a sample to know of its labels: MongoDB expressions by name."""
    paths = {
        "parent_is": gt_field.rpartition(".")[0],
        "labels_are": gt_field,
        "list_is": f"{gt_field}.detections",
    }
    types = {name: {"$type": f"${path}"} for name, path in paths.items() if path}
    return {**types, "num_entries": number_of_entries(gt_field)}


def number_of_entries(field: str) -> Any:
    """A MongoDB expression: how many entries the document of a field has, 0 of anything else."""
    is_document = {"$eq": [{"$type": f"${field}"}, "object"]}
    entries = {"$cond": [is_document, {"$objectToArray": f"${field}"}, []]}
    return {"$size": entries}


def place_in(document: Document) -> int | None:
    """The place of a label that comes to a sample without a list, None where there is one."""
    found = _FIELDS.get(document.get("labels_are", ""))
    return _LISTS.get(document.get("list_is", "")) if found is None else found


def check_parent(document: Document, gt_field: str, place: int | None) -> None:
    """Checks that the field in which a label's would be is there.

    Raises:
        RefusedError: it is not.
    """
    if place in _FIELDS.values() and document.get("parent_is", "object") != "object":
        parent = gt_field.rpartition(".")[0]
        raise RefusedError(f"its image has no {parent!r}, in which labels would be")


def place_beside(labels: Sequence[Document], decisions: Sequence[Document]) -> int:
    """The place of a label that comes to others.

    If these came by decisions into what was none, it may be the last of them to go.

    Args:
        labels: of the sample.
        decisions: that stand on it.
    """
    came = [one for one in decisions if one.get("label_place") in ALONE]
    places = {Change.from_text(one).label_id: int(one["label_place"]) for one in came}
    found = [places.get(label.get("_id"), AT_THE_END) for label in labels]
    return found[0] if found and AT_THE_END not in found else AT_THE_END


def begin(update: SampleUpdate, gt_field: str, label: dict[str, Any], place: int) -> None:
    """Puts a label where there is no list."""
    update.begin(gt_field, label, is_there=place in _LISTS.values())


def is_as_begun(document: Document, place: int) -> bool:
    """Whether the field of a label that is alone holds nothing that others put there since."""
    return place in _LISTS.values() or document.get("num_entries") in (None, 0, _ENTRIES)


def clear(update: SampleUpdate, gt_field: str, place: int) -> None:
    """Puts back what was there before a label that is alone."""
    update.expect_size(gt_field, 1)
    if place not in _LISTS.values():
        update.expect_that({"$eq": [number_of_entries(gt_field), _ENTRIES]})
    path = f"{gt_field}.detections" if place in _LISTS.values() else gt_field
    update.clear(path, is_there=place in (IN_NONE, IN_NONE_LIST))
