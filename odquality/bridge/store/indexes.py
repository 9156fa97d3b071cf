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


def create(dataset: fo.Dataset, paths: Collection[str]) -> None:
    """Indexes fields, so that the App sorts and filters by them quickly."""
    for path in paths:
        dataset.create_index(path)


def create_sparse(dataset: fo.Dataset, path: str) -> None:
    """Indexes a path that few samples have.

    Public: ``dataset.create_index(path, sparse=True)``, which does not know the paths that another
    process has declared.
    """
    # One that FiftyOne made anew when it renamed the field is not sparse, and does as well.
    if not any(dict(index["key"]) == {path: 1} for _, index in _by_name(dataset)):
        dataset._sample_collection.create_index(path, sparse=True)


def create_ranks(
    dataset: fo.Dataset, counted: str, paths: Collection[str], *, listed: str | None = None
) -> None:
    """Indexes the samples of which a number is above 0, in the order of each of some fields.

    Public: ``dataset.create_index(spec, partialFilterExpression=...)`` for each, which reads all
    samples every time.

    Args:
        dataset: whose samples are indexed.
        counted: path of the number. Queries must ask for it to be above 0.
        paths: of the fields; the order is that of `most_first`.
        listed: field with so many detections, of which those of a ``kind`` are indexed by their
            confidence.
    """
    some = {counted: {"$gt": 0}}
    keys = [[*most_first(path).items()] for path in paths]
    keys += [] if listed is None else [_likeliest(listed)]
    models = [IndexModel(key, partialFilterExpression=some) for key in keys]
    dataset._sample_collection.create_indexes(models)


def has_likeliest(dataset: fo.Dataset, field: str) -> bool:
    """Whether the detections in a field are indexed as `create_ranks` does."""
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
