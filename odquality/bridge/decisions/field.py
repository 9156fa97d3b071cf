"""The field of the samples that holds the decisions on the labels of one ground-truth field.

It belongs to the labels and not to a run: whichever run suggests an error again finds what was
decided. FiftyOne clones and exports it with the samples; only `delete` takes it away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import chain, count
from typing import Any

import fiftyone as fo

from odquality.bridge.store import indexes, schema, values
from odquality.bridge.store.app_config import forget_paths, hide_decisions
from odquality.bridge.store.database import as_ids, find_documents, forget_loaded_values
from odquality.bridge.store.marks import decided_labels, known_labels, make_decisions_mark
from odquality.bridge.store.schema import FieldSpec
from odquality.bridge.store.waiting import waiting_for
from odquality.bridge.write.fields import SUGGESTION_ATTRIBUTES

ACCEPTED, DISMISSED, SKIPPED, EDITED = "accepted", "dismissed", "skipped", "edited"

STATUSES = (ACCEPTED, DISMISSED, SKIPPED, EDITED)

# Attributes with the labels next to one that went.
LABELS_BEFORE, LABELS_AFTER = "labels_before", "labels_after"

# Labels are known again, under whatever name, by this many of them.
_KNOWN_BY = 16

_TEXT = {"ftype": fo.StringField}
_TEXTS = {"ftype": fo.ListField, "subfield": fo.StringField}
_NUMBER = {"ftype": fo.IntField}
_TIME = {"ftype": fo.DateTimeField}

# Attributes of a decision besides those of the suggestion that it is on.
DECISION_ATTRIBUTES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "status": (f"What was decided: {', '.join(STATUSES)}", _TEXT),
    "decided_by": ("Who decided", _TEXT),
    "decided_at": ("When (UTC)", _TIME),
    "batch": ("Decisions that are undone together", _TEXT),
    "undone_at": ("When it was taken back (UTC), if it was", _TIME),
    "turn": ("The call that last took it back or made it again", _TEXT),
    "scoring": ("The scoring that had suggested it", _TEXT),
    "place": ("Its position among the suggestions of the sample", _NUMBER),
    "label_place": ("Position of a label that came or went", _NUMBER),
    LABELS_BEFORE: ("Ids of those before a label that went, the nearest first", _TEXTS),
    LABELS_AFTER: ("Ids of those after it, likewise", _TEXTS),
    "run_attributes": ("Attributes of that label that runs had written", _TEXTS),
    "before": ("What was there before, as Extended JSON", _TEXT),
    "after": ("What was put there, as Extended JSON", _TEXT),
}


def find(dataset: fo.Dataset, gt_field: str, noted: str) -> str | None:
    """The field with the decisions on some labels, None if there is none.

    Args:
        dataset: of the labels.
        gt_field: path of their field.
        noted: the path that it had when it was scored, which may be an older one.
    """
    return _find(dataset, schema.declared(dataset), gt_field, noted)


def decided_fields(dataset: fo.Dataset) -> list[str]:
    """Paths of the fields of labels that have decisions, as they were called when these began."""
    return sorted(_by_labels(schema.declared(dataset)))


def declare(dataset: fo.Dataset, gt_field: str, noted: str) -> str:
    """As `find`, but makes the field where there is none: one, whoever else makes it just then."""
    is_new = False

    def missing(declared: Mapping[str, schema.Declaration]) -> list[FieldSpec]:
        nonlocal is_new
        found = _find(dataset, declared, gt_field, noted)
        is_new = found is None
        if found is None:
            return _specs(dataset, _free_name(declared, gt_field), gt_field)
        # Of one that an earlier version made, attributes that have come since.
        return [one for one in _attribute_specs(found) if one.path not in declared]

    schema.change(dataset, key="", add=missing)
    if is_new:
        hide_decisions(dataset)
    name = find(dataset, gt_field, noted)
    assert name is not None
    with waiting_for(f"Indexing the decisions on {gt_field!r}, for which all images are read once"):
        indexes.create(dataset, [], sparse=[_indexed(name)])
    return name


def path_to_index(dataset: fo.Dataset, gt_field: str) -> str:
    """The path by which samples with decisions are indexed, also before there are any.

    A run indexes it with what it writes: an index by itself would have the first decision wait
    until all samples are read.
    """
    declared = schema.declared(dataset)
    found = _find(dataset, declared, gt_field, gt_field)
    return _indexed(found or _free_name(declared, gt_field))


def drop_idle_indexes(dataset: fo.Dataset, gt_fields: Iterable[str]) -> None:
    """Drops indexes of decisions that nobody has made, but for those on some fields of labels."""
    declared, suffix = schema.declared(dataset), _indexed("")
    used = {*declared, *(_free_name(declared, name) for name in gt_fields)}
    indexed = [path for path in indexes.sparse_paths(dataset) if path.endswith(suffix)]
    idle = [path for path in indexed if path.removesuffix(suffix) not in used]
    indexes.drop(dataset, idle)


def delete(dataset: fo.Dataset, field: str) -> None:
    """Deletes decisions for good; what was accepted stays as it is."""
    values.clear(dataset, [field])
    indexes.drop(dataset, [_indexed(field)])
    schema.remove(dataset, [field])
    forget_loaded_values(dataset, [field])
    forget_paths(dataset, [field])


def _indexed(field: str) -> str:
    return f"{field}.detections.decided_at"


def _find(
    dataset: fo.Dataset,
    declared: Mapping[str, schema.Declaration],
    gt_field: str,
    noted: str,
) -> str | None:
    fields = _by_labels(declared)
    for name in (gt_field, noted):
        if name in fields:
            return fields[name]
    # Labels that were renamed leave a name that is no field; so do others that were deleted.
    homeless = [path for labels, path in fields.items() if labels not in declared]
    theirs = [path for path in homeless if _are_known(dataset, declared[path], gt_field)]
    return theirs[0] if len(theirs) == 1 else None


def _are_known(dataset: fo.Dataset, field: schema.Declaration, gt_field: str) -> bool:
    """Whether the labels of a field are those on which a field holds decisions."""
    known = known_labels(field.get("info"))
    if known is None:
        return True
    names = dict(known)
    some = {"_id": {"$in": as_ids(names)}}
    found = find_documents(dataset, some, {"ids": f"${gt_field}.detections._id"})
    return any(
        names[str(row["_id"])] in map(str, row.get("ids") or ())
        for row in found
        if isinstance(row.get("ids"), list)
    )


def _some_labels(dataset: fo.Dataset, gt_field: str) -> list[tuple[str, str]]:
    """Ids of the first samples with labels, and of the first label of each."""
    path = f"{gt_field}.detections"
    first = {"$arrayElemAt": [f"${path}._id", 0]}
    with_labels = {f"{path}.0._id": {"$exists": True}}
    rows = find_documents(dataset, with_labels, {"label": first}, after=[{"$limit": _KNOWN_BY}])
    return [(str(row["_id"]), str(row["label"])) for row in rows]


def _by_labels(declared: Mapping[str, schema.Declaration]) -> dict[str, str]:
    """Fields of decisions by the field of labels that their mark names, without clones of them."""
    found: dict[str, str] = {}
    for path, field in declared.items():
        if (labels := decided_labels(field.get("info"))) is not None:
            # A clone has the same mark, and comes later.
            found.setdefault(labels, path)
    return found


def _free_name(declared: Collection[str], gt_field: str) -> str:
    plain = f"{gt_field.replace('.', '_')}_decisions"
    names = chain([plain], (f"{plain}_{number}" for number in count(2)))
    return next(name for name in names if name not in declared)


def _specs(dataset: fo.Dataset, name: str, gt_field: str) -> list[FieldSpec]:
    field = FieldSpec(
        name,
        f"Decisions on suspected errors of {gt_field}",
        {"ftype": fo.EmbeddedDocumentField, "embedded_doc_type": fo.Detections},
        mark=make_decisions_mark(gt_field, name, _some_labels(dataset, gt_field)),
    )
    return [field, *_attribute_specs(name)]


def _attribute_specs(name: str) -> list[FieldSpec]:
    attributes = {**SUGGESTION_ATTRIBUTES, **DECISION_ATTRIBUTES}
    return [
        FieldSpec(f"{name}.detections.{attribute}", description, arguments, is_part=True)
        for attribute, (description, arguments) in attributes.items()
    ]
