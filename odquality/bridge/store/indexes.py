"""Indexes of the fields that a run writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import fiftyone as fo
from pymongo import IndexModel

# Which samples are in an index, as the database calls it.
_SOME = "partialFilterExpression"
# What else an index keeps when its fields are renamed.
_OPTIONS = ("sparse", "unique")


def create(
    dataset: fo.Dataset,
    paths: Collection[str],
    *,
    counted: str = "",
    ranks: Collection[str] = (),
    listed: str = "",
    sparse: Collection[str] = (),
) -> None:
    """Indexes fields, so that the App and reviews sort and filter by them quickly.

    Public: ``dataset.create_index(spec, partialFilterExpression=...)`` for each, which reads all
    samples every time; here they are read once.

    Args:
        dataset: whose samples are indexed.
        paths: of fields by which all samples are indexed.
        counted: path of a number; queries must ask for it to be above 0 for what follows.
        ranks: paths of fields by which the samples of which that number is above 0 are indexed, in
            the order of `most_first`.
        listed: field with the detections that the number counts, which are indexed by their kind
            and confidence; none if empty.
        sparse: paths that few samples have, or none yet.
    """
    models = [IndexModel([(path, 1)]) for path in paths]
    models += [IndexModel([(path, 1)], sparse=True) for path in sparse]
    some = {counted: {"$gt": 0}}
    keys = [[*most_first(path).items()] for path in ranks]
    keys += [_likeliest(listed)] if listed else []
    models += [IndexModel(key, partialFilterExpression=some) for key in keys]
    known = [index["key"] for _, index in _by_name(dataset)]
    new = [model for model in models if model.document["key"] not in known]
    if new:
        dataset._sample_collection.create_indexes(new)


def sparse_paths(dataset: fo.Dataset) -> list[str]:
    """Paths that few samples have, by which these are indexed."""
    found = [index for _, index in _by_name(dataset) if index.get("sparse")]
    return [path for index in found for path in index["key"]]


def has_likeliest(dataset: fo.Dataset, field: str) -> bool:
    """Whether the detections in a field are indexed as `create` does."""
    wanted = dict(_likeliest(field))
    return any(dict(index["key"]) == wanted for _, index in _by_name(dataset))


def _likeliest(field: str) -> list[tuple[str, int]]:
    return [(f"{field}.detections.kind", 1), (f"{field}.detections.confidence", -1)]


def most_first(path: str) -> dict[str, int]:
    """How samples are sorted by a number, the highest first."""
    return {path: -1, "_id": 1}


def drop(dataset: fo.Dataset, paths: Collection[str]) -> None:
    """Drops the indexes of some fields, whoever made them: they would be empty.

    Public: ``dataset.drop_index(path)`` for each.
    """
    for name, index in _by_name(dataset):
        first = next(iter(index["key"]))
        if not {first, *index.get(_SOME, ())}.isdisjoint(paths):
            dataset._sample_collection.drop_index(name)


def rename(dataset: fo.Dataset, new_paths: Mapping[str, str]) -> None:
    """Indexes renamed fields as they were under their old names."""

    def renamed(path: str) -> str:
        field, dot, within = path.partition(".")
        return new_paths.get(path, f"{new_paths.get(field, field)}{dot}{within}")

    for index_name, index in _by_name(dataset):
        if {*index["key"], *index.get(_SOME, ())}.isdisjoint(new_paths):
            continue
        options: dict[str, Any] = {name: index[name] for name in _OPTIONS if name in index}
        if some := index.get(_SOME):
            options[_SOME] = {renamed(path): value for path, value in some.items()}
        keys = [(renamed(path), order) for path, order in index["key"].items()]
        # Not the other way round: one of both names would be there already.
        dataset._sample_collection.drop_index(index_name)
        dataset._sample_collection.create_index(keys, **options)


def _by_name(dataset: fo.Dataset) -> list[tuple[str, dict[str, Any]]]:
    found = dataset._sample_collection.list_indexes()
    return [(str(index["name"]), dict(index)) for index in found]
