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
from odquality.bridge.store.database import forget_loaded_values
from odquality.bridge.store.marks import decided_labels, make_decisions_mark
from odquality.bridge.store.schema import FieldSpec
from odquality.bridge.store.waiting import waiting_for
from odquality.bridge.write.fields import SUGGESTION_ATTRIBUTES

ACCEPTED, DISMISSED, SKIPPED, EDITED = "accepted", "dismissed", "skipped", "edited"

STATUSES = (ACCEPTED, DISMISSED, SKIPPED, EDITED)

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
    return _find(schema.declared(dataset), gt_field, noted)


def decided_fields(dataset: fo.Dataset) -> list[str]:
    """Paths of the fields of labels that have decisions, as they were called when these began."""
    return sorted(_by_labels(schema.declared(dataset)))


def declare(dataset: fo.Dataset, gt_field: str, noted: str) -> str:
    """As `find`, but makes the field where there is none: one, whoever else makes it just then."""
    made: list[FieldSpec] = []

    def missing(declared: Mapping[str, schema.Declaration]) -> list[FieldSpec]:
        is_there = _find(declared, gt_field, noted) is not None
        made[:] = [] if is_there else _specs(_free_name(declared, gt_field), gt_field)
        return made

    schema.change(dataset, key="", add=missing)
    if made:
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
    return _indexed(_find(declared, gt_field, gt_field) or _free_name(declared, gt_field))


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


def _find(declared: Mapping[str, schema.Declaration], gt_field: str, noted: str) -> str | None:
    fields = _by_labels(declared)
    for name in (gt_field, noted):
        if name in fields:
            return fields[name]
    # Labels that were renamed leave a name that is no field.
    homeless = [path for labels, path in fields.items() if labels not in declared]
    return homeless[0] if len(homeless) == 1 else None


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


def _specs(name: str, gt_field: str) -> list[FieldSpec]:
    attributes = {**SUGGESTION_ATTRIBUTES, **DECISION_ATTRIBUTES}
    return [
        FieldSpec(
            name,
            f"Decisions on suspected errors of {gt_field}",
            {"ftype": fo.EmbeddedDocumentField, "embedded_doc_type": fo.Detections},
            mark=make_decisions_mark(gt_field, name),
        ),
        *(
            FieldSpec(f"{name}.detections.{attribute}", description, arguments, is_part=True)
            for attribute, (description, arguments) in attributes.items()
        ),
    ]
