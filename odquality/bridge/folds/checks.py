"""Checks what folds are asked for, before anything is read or written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import eta.core.utils as etau
import fiftyone as fo

from odquality.bridge.folds.belonging import Groups
from odquality.bridge.store import schema, values
from odquality.bridge.store.marks import is_folds, marked_key
from odquality.bridge.store.names import check_name
from odquality.bridge.store.samples import check_collection, is_dynamic_groups, is_generated
from odquality.bridge.store.schema import Declaration
from odquality.core.parameters import shown

# What fields hold whose values can be shared.
_COMPARABLE = (
    fo.StringField,
    fo.IntField,
    fo.FloatField,
    fo.BooleanField,
    fo.ObjectIdField,
    fo.DateField,
    fo.DateTimeField,
)


def check_field(dataset: fo.Dataset, field: object, overwrite: bool) -> None:
    """Checks that folds may be written into a field.

    Raises:
        ValueError: they may not; says whose it is.
    """
    name = check_name("field", field)
    declared = schema.declared(dataset)
    check_declared(declared, name, overwrite)
    if name not in declared and not overwrite and values.first_with(dataset, [name]) is not None:
        raise ValueError(
            f"field is {name!r}, in which samples have values that the dataset does not declare; "
            "choose another field, or pass overwrite=True to replace them"
        )


def check_declared(declared: Mapping[str, Declaration], name: str, overwrite: bool) -> None:
    """The part of `check_field` that asks what is declared under a name.

    Raises:
        ValueError: what folds may not replace; says whose it is.
    """
    there = declared.get(name)
    if there is None:
        return
    info = there.get("info")
    if marked_key(info, name) is not None:
        raise ValueError(f"field is {name!r}, which a label quality run wrote; choose another")
    if there.get("read_only"):
        raise ValueError(f"field is {name!r}, which is read-only; choose another")
    if there["ftype"] not in {etau.get_class_name(kind) for kind in _COMPARABLE}:
        kind = str(there.get("embedded_doc_type") or there.get("ftype")).rpartition(".")[2]
        raise ValueError(
            f"field is {name!r}, a field of type {kind}, which is never replaced by folds; choose "
            "another"
        )
    if not is_folds(info, name) and not overwrite:
        raise ValueError(
            f"field is {name!r}, a field that assign_folds did not write; choose another, or pass "
            "overwrite=True to replace it"
        )


def comparable_fields(dataset: fo.Dataset) -> list[str]:
    """Fields of the samples whose values can be shared."""
    fields = dataset.get_field_schema()
    return [name for name, one in fields.items() if isinstance(_content(one), _COMPARABLE)]


def shared_paths(
    dataset: fo.Dataset, group: str | Sequence[str] | None, field: str
) -> dict[str, str]:
    """Where the database holds what samples that belong together share, by the path's name.

    Raises:
        ValueError: ``group`` is no path of values that can be shared, nor several; or it is the
            field that is to be written.
    """
    named: Sequence[Any] = [group] if group is None or isinstance(group, str) else group
    if not isinstance(named, (list, tuple)):
        raise ValueError(f"group is {shown(group)}; expected a path, a list of paths, or None")
    paths = {}
    for path in named:
        if path is not None:
            paths[path] = stored_path(dataset, "group", path)
            if path == field:
                raise ValueError(f"group and field are both {path!r}; expected two fields")
    if dataset.group_field is not None:
        # The link to the group is no field that one could name.
        paths[dataset.group_field] = f"{dataset.group_field}._id"
    # Datasets that were made of frames, patches or clips say so.
    origin = dataset.get_field("sample_id")
    if isinstance(origin, fo.ObjectIdField):
        paths["sample_id"] = origin.db_field
    return paths


def stored_path(dataset: fo.Dataset, argument: str, path: object) -> str:
    """Where the database holds the values of a field that samples have.

    Raises:
        ValueError: there is no such field, or its values cannot be shared.
    """
    found = dataset.get_field(path) if isinstance(path, str) and path else None
    if found is None:
        raise ValueError(
            f"{argument} is {shown(path)}, which is no field of the samples; expected one of "
            f"{comparable_fields(dataset)}, or the path of an attribute"
        )
    content = _content(found)
    if str(path).startswith("frames.") or not (content is None or isinstance(content, _COMPARABLE)):
        kind = getattr(content, "document_type", None) or type(content)
        what = "of frames" if str(path).startswith("frames.") else f"of type {kind.__name__}"
        raise ValueError(
            f"{argument} is {path!r}, a field {what}; expected texts, numbers or ids, or lists of "
            "them, such as an attribute of the field"
        )
    parent, dot, _ = str(path).rpartition(".")
    return f"{parent}{dot}{found.db_field}"


def check_samples(given: object) -> None:
    """Checks that samples are those of a dataset, and not made from others.

    Raises:
        ValueError: says what else they are and what to do.
    """
    samples = check_collection(given)
    if is_dynamic_groups(samples):
        raise ValueError(
            "samples is grouped by a view; expected its samples, samples.flatten(), and the field "
            "that it is grouped by as `group`"
        )
    if is_generated(samples):
        raise ValueError(
            f"samples is a {type(samples).__name__}, made from other samples: assign folds to "
            "those, fo.load_dataset(samples.dataset_name), or to a dataset of their own, "
            "samples.clone()"
        )


def check_groups(k: int, groups: Groups) -> None:
    """Checks that there is something for every fold.

    Raises:
        ValueError: there are fewer groups than folds.
    """
    if not groups.ids:
        raise ValueError("samples is empty; expected at least one sample for each fold")
    if k > len(groups.sizes):
        raise ValueError(
            f"k is {k}, but the {len(groups.ids):,} samples make {len(groups.sizes):,} groups that "
            "stay together; expected at most as many folds"
        )


def _content(field: Any) -> Any:
    """The field of the elements of a list, else the field itself; None for a list of anything."""
    while isinstance(field, fo.ListField):
        field = field.field
    return field
