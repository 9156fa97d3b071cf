"""Marks on the fields that this plugin writes: they tell whose a field is, also in copies.

The mark stands in the field's ``info``, which clones and exports carry along, and moves with the
field. A field that someone renamed no longer has the name on its mark: it is that person's now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

OWNER = "odquality"


def make_mark(key: str, path: str) -> dict[str, Any]:
    """The ``info`` of a field that the run under a key writes."""
    return {OWNER: {"key": key, "name": path.rpartition(".")[2]}}


def make_fold_mark(path: str) -> dict[str, Any]:
    """The ``info`` of a field of folds, which is no run's: no key of a run can claim it."""
    return {OWNER: {"folds": True, "name": path}}


def make_decisions_mark(
    gt_field: str, path: str, labels: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """The ``info`` of a field of decisions on some labels, which is no run's either.

    Args:
        gt_field: of the labels, as it is called now.
        path: of the field of decisions.
        labels: ids of some samples and of a label of each, by which the labels are known again
            under another name.
    """
    return {OWNER: {"decisions": gt_field, "name": path, "labels": [list(one) for one in labels]}}


def is_own(field: Any) -> bool:
    """Whether a FiftyOne field was written by this plugin, under whatever key."""
    return OWNER in (getattr(field, "info", None) or {})


def marked_key(info: Mapping[str, Any] | None, path: str) -> str | None:
    """Key of the run that owns the field at a path and with this ``info``, None for nobody's."""
    mark = (info or {}).get(OWNER)
    if not isinstance(mark, Mapping) or mark.get("name") != path.rpartition(".")[2]:
        return None
    key = mark.get("key")
    return key if isinstance(key, str) else None


def is_folds(info: Mapping[str, Any] | None, path: str) -> bool:
    """Whether the field at a path and with this ``info`` holds folds that this plugin assigned."""
    mark = (info or {}).get(OWNER)
    return isinstance(mark, Mapping) and bool(mark.get("folds")) and mark.get("name") == path


def known_labels(info: Mapping[str, Any] | None) -> list[tuple[str, str]] | None:
    """Ids of some samples and labels with decisions, None where an earlier version noted none."""
    mark = (info or {}).get(OWNER)
    found = mark.get("labels") if isinstance(mark, Mapping) else None
    return None if found is None else [(str(sample), str(label)) for sample, label in found]


def decided_labels(info: Mapping[str, Any] | None) -> str | None:
    """Path of the labels on which a field with this ``info`` holds decisions, None for no such."""
    mark = (info or {}).get(OWNER)
    found = mark.get("decisions") if isinstance(mark, Mapping) else None
    return found if isinstance(found, str) else None
