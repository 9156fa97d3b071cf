"""Removes and renames values on all samples, each sample in one atomic step.

FiftyOne does it field by field, so that a sample can be left with some values and without others,
and it stamps every sample as modified, although its owner modified nothing.

Paths are those of fields of samples (``name``), or of attributes of the labels in a list
(``field.detections.name``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import fiftyone as fo
from bson import ObjectId
from pymongo import UpdateMany

from odquality.bridge.store.times import utc_now

Expression = Any
Pipeline = list[dict[str, Any]]

# A query may have 16 MB; a million ids have more.
_IDS_AT_ONCE = 100_000


def clear(dataset: fo.Dataset, paths: Collection[str]) -> None:
    """Removes values from all samples.

    Public: ``dataset.clear_sample_field(path)`` once per field, which leaves None.
    """
    plain, by_list = _split(paths)
    pipeline: Pipeline = [{"$unset": plain}] if plain else []
    for owner, names in by_list.items():
        pipeline.append(_each_label(owner, _without(names)))
    _update_all(dataset, pipeline)


def rename(dataset: fo.Dataset, new_paths: Mapping[str, str]) -> None:
    """Gives values other names within the same samples and labels.

    Public: ``dataset.rename_sample_fields(new_paths)``.

    Args:
        dataset: whose values are renamed.
        new_paths: the new path by the old one; both have the same parent.
    """
    plain, by_list = _split(new_paths)
    pipeline: Pipeline = []
    if plain:
        pipeline.append({"$set": {new_paths[path]: f"${path}" for path in plain}})
        pipeline.append({"$unset": plain})
    for owner, names in by_list.items():
        new_names = {name: new_paths[f"{owner}.{name}"].rpartition(".")[2] for name in names}
        pipeline.append(_each_label(owner, _renaming(new_names)))
    _update_all(dataset, pipeline)


def deal_out(dataset: fo.Dataset, field: str, ids: Mapping[Any, Sequence[ObjectId]]) -> None:
    """Gives samples a value of a field, and takes theirs from all others, in one bulk write.

    The samples count as modified then.

    Public: ``dataset.set_values(field, {id: value}, key_field="id")``, with an update per sample.

    Args:
        dataset: whose samples get values.
        field: that they get them in, a name without dots.
        ids: who gets it, by value.
    """
    stamp = {"last_modified_at": utc_now()}
    updates = [UpdateMany({field: {"$exists": True}}, {"$unset": {field: ""}, "$set": stamp})]
    for value, chosen in ids.items():
        updates += [
            UpdateMany(
                {"_id": {"$in": list(chosen[start : start + _IDS_AT_ONCE])}},
                {"$set": {field: value, **stamp}},
            )
            for start in range(0, len(chosen), _IDS_AT_ONCE)
        ]
    # In this order, and then the samples that the process holds are loaded again.
    dataset._bulk_write(updates, ordered=True)


def first_with(dataset: fo.Dataset, paths: Collection[str]) -> str | None:
    """One of the paths at which any sample has a value, declared or not; None if there is none.

    Public: ``dataset.exists(path)``, which does not know what is not declared.
    """
    if not paths:
        return None
    has_any = {"$or": [{path: {"$exists": True}} for path in paths]}
    document = dataset._sample_collection.find_one(has_any)
    if document is None:
        return None
    return next((path for path in paths if _has(document, path.split("."))), None)


def _has(value: Any, parts: Sequence[str]) -> bool:
    if not parts:
        return True
    if isinstance(value, list):
        return any(_has(element, parts) for element in value)
    return isinstance(value, dict) and parts[0] in value and _has(value[parts[0]], parts[1:])


def _split(paths: Iterable[str]) -> tuple[list[str], dict[str, list[str]]]:
    """Fields of samples, and names of attributes by the list whose labels have them."""
    plain: list[str] = []
    by_list: dict[str, list[str]] = {}
    for path in paths:
        owner, _, name = path.rpartition(".")
        if owner:
            by_list.setdefault(owner, []).append(name)
        else:
            plain.append(path)
    return plain, by_list


def _update_all(dataset: fo.Dataset, pipeline: Pipeline) -> None:
    if pipeline:
        dataset._sample_collection.update_many({}, pipeline)


def _each_label(path: str, change: Callable[[Expression], Expression]) -> dict[str, Any]:
    """A stage that changes every label of a list; whatever is no list of labels stays as it is."""
    root, *parts = path.split(".")
    return {"$set": {root: _within(f"${root}", parts, change)}}


def _within(
    value: Expression, parts: Sequence[str], change: Callable[[Expression], Expression]
) -> Expression:
    if parts:
        inner = _within({"$getField": {"field": parts[0], "input": value}}, parts[1:], change)
        changed: Expression = {"$setField": {"field": parts[0], "input": value, "value": inner}}
        return {"$cond": [_is_object(value), changed, value]}
    label = {"$cond": [_is_object("$$this"), change("$$this"), "$$this"]}
    return {"$cond": [{"$isArray": [value]}, {"$map": {"input": value, "in": label}}, value]}


def _is_object(value: Expression) -> Expression:
    return {"$eq": [{"$type": value}, "object"]}


def _without(names: Sequence[str]) -> Callable[[Expression], Expression]:
    def change(label: Expression) -> Expression:
        for name in names:
            label = {"$unsetField": {"field": name, "input": label}}
        return label

    return change


def _renaming(new_names: Mapping[str, str]) -> Callable[[Expression], Expression]:
    def change(label: Expression) -> Expression:
        renamed = _without(list(new_names))(label)
        for name, new_name in new_names.items():
            value = {"$getField": {"field": name, "input": label}}
            renamed = {"$setField": {"field": new_name, "input": renamed, "value": value}}
        return renamed

    return change
