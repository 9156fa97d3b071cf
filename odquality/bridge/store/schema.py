"""The dataset's declarations of fields, changed atomically.

FiftyOne saves the whole list of declarations as this process last saw it, so that of two processes
the last one wins, and no process can load samples with the values of the other. Here a change
applies to the list as the database holds it, or is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from weakref import ref

import eta.core.utils as etau
import fiftyone as fo
import fiftyone.core.odm as foo
from bson import ObjectId

from odquality.bridge.store.dataset_document import reload
from odquality.bridge.store.marks import make_mark
from odquality.bridge.store.moment import read_once
from odquality.bridge.store.run_documents import DatasetDeletedError, datasets, stored_state
from odquality.bridge.store.times import utc_now

Declaration = dict[str, Any]
Declarations = list[Declaration]

_MAX_TRIES = 100

# By id of a dataset: its document in this process, and the state of the database that it shows.
_SHOWN: dict[ObjectId, tuple[ref[Any], bytes]] = {}


@dataclass(frozen=True)
class FieldSpec:
    """A field to declare.

    Attributes:
        path: name of a field of samples, or path of an attribute of their labels.
        description: for people.
        arguments: the type, as FiftyOne's ``add_sample_field`` takes it.
        is_part: whether it is part of another field of the run and goes with it, to whomever: it
            gets no mark of its own.
        mark: the mark that it gets instead of that of a run's key.
    """

    path: str
    description: str
    arguments: Mapping[str, Any]
    is_part: bool = False
    mark: Mapping[str, Any] | None = None


class FieldExistsError(ValueError):
    """A field to declare is there already and is not the run's."""


class FieldGoneError(ValueError):
    """The field that one to declare is an attribute of is not there any more."""


def declared(dataset: fo.Dataset) -> dict[str, Declaration]:
    """Every declaration of the samples' fields by path, as the database holds it now.

    Public: ``dataset.get_field_schema(flat=True)``, which is as this process last saw it.
    """
    return dict(_walk(read_once(("fields", dataset._doc.id), lambda: _load(dataset))))


def change(
    dataset: fo.Dataset,
    *,
    key: str,
    add: Sequence[FieldSpec] | Callable[[Mapping[str, Declaration]], Sequence[FieldSpec]] = (),
    copy: Mapping[str, str] | None = None,
    remove: Collection[str] = (),
    owned: Collection[str] = (),
) -> None:
    """Removes and adds declarations in one step, and shows that to this process.

    Public: ``dataset.add_sample_field`` and ``dataset.delete_sample_fields``.

    Args:
        dataset: whose fields change.
        key: of the run that the added fields are marked with.
        add: fields to declare, parents first; a function of the declarations by path where these
            decide, so that nobody can change them in between.
        copy: fields to declare like others: the new path by the one that is there.
        remove: paths whose declarations go; those that are not there are passed over.
        owned: paths of fields that may be there already.

    Raises:
        FieldExistsError: a field to add is there and not owned; nothing was changed.
        FieldGoneError: the parent of a field to add is not there; nothing was changed.
    """

    def edit(fields: Declarations) -> None:
        specs = add(dict(_walk(fields))) if callable(add) else add
        for path in remove:
            _remove(fields, path)
        for spec in specs:
            _add(fields, spec.path, _declaration(spec, key), owned)
        for path, new_path in (copy or {}).items():
            if (found := _find(fields, path)) is not None:
                _add(fields, new_path, _copied(found, new_path, key), owned)

    _edit(dataset, edit)


def remove(dataset: fo.Dataset, paths: Collection[str]) -> None:
    """Removes declarations; those that are not there are passed over.

    Public: ``dataset.delete_sample_fields(paths)``.
    """
    change(dataset, key="", remove=paths)


def refresh(dataset: fo.Dataset) -> None:
    """Shows the fields and runs that are in the database to this process.

    Loading them takes tens of milliseconds; if nothing has changed since the last time, nothing is
    loaded.

    Public: ``dataset.reload()``, after which views that were made before cannot load samples, and
    which forgets unsaved changes to samples.

    Raises:
        DatasetDeletedError: the dataset was deleted, by whichever process.
    """
    document, state = dataset._doc, stored_state(dataset)
    if not state:
        raise DatasetDeletedError.of(dataset)
    shown, shown_state = _SHOWN.get(document.id, (None, b""))
    if shown is not None and shown() is document and shown_state == state:
        return
    reload(dataset)
    document = dataset._doc
    _adapt(dataset, dataset._sample_doc_cls, document.sample_fields)
    # What was read before it was loaded: a change in between is loaded the next time.
    _SHOWN[document.id] = ref(document), state


def _adapt(dataset: fo.Dataset, owner: Any, documents: Iterable[Any], prefix: str = "") -> None:
    """Declares in this process what documents describe, and nothing else.

    Args:
        dataset: that the fields are of.
        owner: the class of the samples, or a field whose values are documents.
        documents: what it should have.
        prefix: of the paths of its fields.
    """
    wanted = {document.name: document for document in documents}
    is_field = isinstance(owner, fo.EmbeddedDocumentField)
    built_in = (owner.document_type if is_field else owner.__bases__[0])._fields
    for name in [*owner._fields]:
        if name not in wanted and name not in built_in:
            owner._undeclare_field(name)
    for name, document in wanted.items():
        field = owner._fields.get(name)
        if field is None or etau.get_class_name(field) != document.ftype:
            owner._declare_field(dataset, prefix + name, document)
            continue
        field._description, field._info = document.description, document.info
        field._read_only = document.read_only
        while isinstance(field, fo.ListField):
            field = field.field
        if isinstance(field, fo.EmbeddedDocumentField):
            _adapt(dataset, field, document.fields or (), f"{prefix}{name}.")


def _edit(dataset: fo.Dataset, edit: Callable[[Declarations], None]) -> None:
    for _ in range(_MAX_TRIES):
        old = _load(dataset)
        new = deepcopy(old)
        edit(new)
        if new == old:
            break
        now = utc_now()
        result = datasets().update_one(
            {"_id": dataset._doc.id, "sample_fields": old},
            {"$set": {"sample_fields": new, "last_modified_at": now}},
        )
        if result.matched_count:
            break
    else:
        raise RuntimeError(
            f"other processes keep changing the fields of dataset {dataset.name!r}; try again when "
            "they have ended"
        )
    refresh(dataset)


def _load(dataset: fo.Dataset) -> Declarations:
    document = datasets().find_one({"_id": dataset._doc.id}, {"sample_fields": 1})
    if document is None:
        raise DatasetDeletedError.of(dataset)
    return document.get("sample_fields") or []


def _walk(fields: Iterable[Declaration], prefix: str = "") -> Iterator[tuple[str, Declaration]]:
    for field in fields:
        path = prefix + field["name"]
        yield path, field
        yield from _walk(field.get("fields") or (), path + ".")


def _siblings(fields: Declarations, path: str) -> tuple[Declarations | None, str]:
    """The list that the declaration at a path belongs to, None without its parent; its name."""
    *parents, name = path.split(".")
    for parent in parents:
        found = next((field for field in fields if field["name"] == parent), None)
        if found is None:
            return None, name
        if found.get("fields") is None:
            found["fields"] = []
        fields = found["fields"]
    return fields, name


def _remove(fields: Declarations, path: str) -> None:
    siblings, name = _siblings(fields, path)
    if siblings is not None:
        siblings[:] = [field for field in siblings if field["name"] != name]


def _find(fields: Declarations, path: str) -> Declaration | None:
    siblings, name = _siblings(fields, path)
    return next((field for field in siblings or () if field["name"] == name), None)


def _add(fields: Declarations, path: str, declaration: Declaration, owned: Collection[str]) -> None:
    siblings, name = _siblings(fields, path)
    if siblings is None:
        raise FieldGoneError(f"field {path.rpartition('.')[0]!r} does not exist any more")
    if any(field["name"] == name for field in siblings):
        if path not in owned:
            raise FieldExistsError(f"field {path!r} exists")
        return
    siblings.append(declaration)


def _declaration(spec: FieldSpec, key: str) -> Declaration:
    field = foo.create_field(
        spec.path.rpartition(".")[2],
        description=spec.description,
        info=None if spec.is_part else dict(spec.mark or make_mark(key, spec.path)),
        created_at=utc_now().replace(microsecond=0),
        **spec.arguments,
    )
    return dict(foo.SampleFieldDocument.from_field(field).to_mongo())


def _copied(field: Declaration, path: str, key: str) -> Declaration:
    """A declaration like another, for another path and marked with a run's key."""
    name = path.rpartition(".")[2]
    return deepcopy(field) | {"name": name, "db_field": name, "info": make_mark(key, path)}
