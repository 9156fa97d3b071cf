"""After a run: what was decided before is not suggested again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import fiftyone as fo
from pymongo import UpdateOne

from odquality.bridge.decisions import field as decisions_field
from odquality.bridge.decisions.field import ACCEPTED, DISMISSED, EDITED
from odquality.bridge.decisions.identity import (
    find_label,
    has_same_evidence,
    is_same,
    marks_object,
    same_box,
)
from odquality.bridge.decisions.reading import has_any, listed, standing
from odquality.bridge.decisions.shares import share_of
from odquality.bridge.decisions.texts import from_text
from odquality.bridge.store import database
from odquality.bridge.write.fields import RunFields
from odquality.kinds import OVERLOOKED

Document = Mapping[str, Any]


class Settled(NamedTuple):
    """A suggestion that was taken away: its kind, and its probability in [0, 1]."""

    kind: str
    probability: float


def settle(dataset: fo.Dataset, fields: RunFields) -> list[Settled]:
    """Takes away those suggestions of a run that were decided on before, with the same evidence.

    Args:
        dataset: that the run is on.
        fields: that it has written.

    Returns:
        What was taken away.
    """
    decisions = decisions_field.find(dataset, fields.gt_field, fields.gt_field)
    settled: list[Settled] = []
    if decisions is None:
        return settled
    some = {**has_any(decisions), fields.num_issues: {"$gt": 0}}
    columns = {
        "labels": f"${fields.label_path}",
        "suggestions": f"${fields.suggestions}.detections",
        "decisions": f"${decisions}.detections",
    }
    updates, changed = [], []
    for sample in database.find_documents(dataset, some, columns):
        made = standing(sample["decisions"])
        labels = listed(sample.get("labels"))
        gone = [one for one in sample["suggestions"] if _is_decided(one, made, labels)]
        if gone:
            settled += [Settled(one["kind"], one["confidence"]) for one in gone]
            changed.append(sample["_id"])
            updates.append(_removal(fields, sample["_id"], gone))
    database.update_each(dataset, updates)
    database.refresh_loaded_samples(dataset, changed)
    return settled


def _removal(fields: RunFields, sample_id: Any, gone: Sequence[Document]) -> UpdateOne:
    ids = [one["_id"] for one in gone]
    labels = {one["label_id"] for one in gone if one.get("label_id")}
    flags = (fields.issue, fields.suggested_label)
    update: dict[str, Any] = {
        "$pull": {f"{fields.suggestions}.detections": {"_id": {"$in": ids}}},
        "$inc": {
            fields.num_issues: -len(gone),
            fields.expected_errors: -sum(map(share_of, gone)),
        },
    }
    filters: list[Mapping[str, Any]] | None = None
    if labels:
        update["$unset"] = {f"{fields.label_path}.$[label].{name}": "" for name in flags}
        filters = [{"label._id": {"$in": database.as_ids(labels)}}]
    # As this run has written it: another process may have decided meanwhile.
    query = {"_id": sample_id, f"{fields.suggestions}.detections._id": {"$all": ids}}
    return UpdateOne(query, update, array_filters=filters)


def _is_decided(
    suggestion: Document, decisions: Iterable[Document], labels: Sequence[Document]
) -> bool:
    return any(
        is_same(suggestion, decision) and _holds(suggestion, decision, labels)
        for decision in decisions
    )


def _holds(suggestion: Document, decision: Document, labels: Sequence[Document]) -> bool:
    """Whether a decision on the same error still says something about it."""
    is_missing, status = suggestion["kind"] == OVERLOOKED, decision.get("status")
    if status == DISMISSED:
        return is_missing or has_same_evidence(suggestion, decision)
    if status == ACCEPTED:
        after = from_text(decision.get("after"))
        if is_missing:
            added = [one for one in labels if after is not None and one.get("_id") == after["_id"]]
            return marks_object(suggestion, added)
        if after is None:
            # A label that was removed may be there again: from a backup, an annotation tool.
            return find_label(suggestion.get("label_id"), labels) is None
        return _is_as_left(suggestion, decision, after)
    # By hand something else may have been put there, of which nothing was said.
    return status == EDITED and is_missing and marks_object(suggestion, labels)


def _is_as_left(suggestion: Document, decision: Document, after: Document) -> bool:
    """Whether a label is as an accepted decision left it."""
    label = after.get("label", decision.get("given_label"))
    box = after.get("bounding_box", decision.get("given_box"))
    return suggestion.get("given_label") == label and same_box(suggestion.get("given_box"), box)
