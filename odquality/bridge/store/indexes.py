"""Indexes of the fields that a run writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import fiftyone as fo


def create(dataset: fo.Dataset, paths: Collection[str]) -> None:
    """Indexes fields, so that the App sorts and filters by them quickly."""
    for path in paths:
        dataset.create_index(path)


def create_sparse(dataset: fo.Dataset, path: str) -> None:
    """Indexes a path that few samples have.

    Public: ``dataset.create_index(path, sparse=True)``, which does not know the paths that another
    process has declared.
    """
    dataset._sample_collection.create_index(path, sparse=True)


def drop(dataset: fo.Dataset, paths: Collection[str]) -> None:
    """Drops the indexes of some fields, whoever made them: they would be empty.

    Public: ``dataset.drop_index(path)`` for each.
    """
    for name, path in _by_path(dataset):
        if path in paths:
            dataset._sample_collection.drop_index(name)


def rename(dataset: fo.Dataset, new_paths: Mapping[str, str]) -> None:
    """Indexes renamed fields as they were under their old names."""
    for name, path in _by_path(dataset):
        if path in new_paths:
            dataset._sample_collection.create_index(new_paths[path])
            dataset._sample_collection.drop_index(name)


def _by_path(dataset: fo.Dataset) -> list[tuple[str, str]]:
    """Name of each index and the first path in it."""
    return [
        (str(index["name"]), str(next(iter(index["key"]))))
        for index in dataset._sample_collection.list_indexes()
    ]
