"""One command that writes many samples, each as a whole and only if it is still as it was read.

A command per sample would have the database parse the same instructions again for each; to name
every box by a path or a filter takes it longer the more boxes an image has. So the instructions
stand there once, and each sample looks up its own values in tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bson.raw_bson import RawBSONDocument

from odquality.bridge.read.places import identity_expression
from odquality.bridge.write.fields import RunFields
from odquality.bridge.write.values import SampleValues

Expression = dict[str, Any]


def guarded_query(fields: RunFields, values: SampleValues) -> Mapping[str, Any]:
    """Matches those of some samples that are as they were read."""
    expected = [RawBSONDocument(identity) for identity in values.identities]
    now = identity_expression(fields.gt_field, fields.pred_field)
    return {
        "_id": {"$in": values.sample_ids},
        "$expr": {"$eq": [now, _look_up(expected, values)]},
    }


def update(fields: RunFields, values: SampleValues, stamp: datetime) -> Sequence[Mapping[str, Any]]:
    """Replaces all that the run ever wrote on some samples, and completes their metadata.

    Args:
        fields: names of what the run writes.
        values: what the samples get.
        stamp: when they will have been modified.
    """
    settings: Expression = {
        field: _look_up(column, values) for field, column in values.fields.items()
    }
    settings["last_modified_at"] = {"$literal": stamp}
    if any(values.metadata):
        settings["metadata"] = _completed(_look_up(values.metadata, values))
    attributes = [path for path in fields.paths() if "." in path]
    return [
        {"$unset": attributes},
        {"$set": settings | _field(fields.gt_field, _look_up(values.labels, values))},
        # For both may be parts of the same document.
        {"$set": _field(fields.pred_field, _look_up(values.predictions, values))},
    ]


def _look_up(column: Sequence[Any], values: SampleValues) -> Expression:
    """The value of a sample in a column with one per sample."""
    row = {"$indexOfArray": [{"$literal": values.sample_ids}, "$_id"]}
    return {"$arrayElemAt": [{"$literal": column}, row]}


def _field(name: str, documents: Expression) -> Expression:
    """Sets a field to itself with the list of its boxes merged.

    One that has no list stays as it is, and so does a document that should hold the field: to set
    what is within it would make one.
    """
    path = f"{name}.detections"
    parent, changed = path, _merged(path, documents)
    while "." in parent:
        parent, _, part = parent.rpartition(".")
        changed = {"$mergeObjects": [f"${parent}", {part: changed}]}
    return {parent: {"$cond": [{"$isArray": f"${path}"}, changed, f"${parent}"]}}


def _completed(addition: Expression) -> Expression:
    """A sample's metadata with what they lacked; whatever else is there stays."""
    given = {"$cond": [{"$eq": [{"$type": "$metadata"}, "object"]}, "$metadata", {}]}
    nothing = {"$eq": [addition, None]}
    return {"$cond": [nothing, "$metadata", {"$mergeObjects": [given, addition]}]}


def _merged(path: str, documents: Expression) -> Expression:
    """A sample's list of boxes, those that get something with it."""
    pairs = {"$zip": {"inputs": [f"${path}", documents], "useLongestLength": True}}
    box, addition = {"$first": "$$this"}, {"$last": "$$this"}
    # What is no document stays as it is.
    both = {"$eq": [[{"$type": box}, {"$type": addition}], ["object", "object"]]}
    merged = {"$cond": [both, {"$mergeObjects": [box, addition]}, box]}
    return {"$map": {"input": pairs, "in": merged}}
