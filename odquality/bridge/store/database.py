"""The calls to FiftyOne that are not its public API, each beside the public call it replaces.

They are several times as fast (the documents of the project say how much), and written so that
an incompatible FiftyOne fails loudly instead of scoring something else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import bson
import fiftyone as fo
from bson import ObjectId, json_util
from fiftyone.core.collections import SampleCollection
from pymongo import UpdateOne

Document = dict[str, Any]


def dataset_of(samples: SampleCollection) -> fo.Dataset:
    """The dataset itself, or the one that a view shows.

    Public: ``fo.load_dataset(view.dataset_name)``; a dataset has only a ``name``.
    """
    return samples._root_dataset


def is_generated(samples: SampleCollection) -> bool:
    """Whether a view's samples are patches, frames or clips made from other samples.

    Public: comparing ``view.media_type`` and classes, which differ for each kind of view.
    """
    return bool(samples._is_generated)


def filtered_fields(samples: SampleCollection) -> set[str]:
    """Paths of the list fields of which a view hides some elements.

    Public: reading the stages of ``view._stages`` one by one; there is no public call.
    """
    if not isinstance(samples, fo.DatasetView):
        return set()
    return set(samples._get_filtered_fields() or ())


def view_stages(samples: SampleCollection) -> list[str] | None:
    """The stages of a view as FiftyOne's records of runs keep them, None for a dataset.

    Public: ``dataset.register_run(key, config)``, which keeps them itself.
    """
    if not isinstance(samples, fo.DatasetView):
        return None
    return [json_util.dumps(stage) for stage in samples._serialize(include_uuids=False)]


def iter_documents(samples: SampleCollection, columns: Mapping[str, Any]) -> Iterator[Document]:
    """Yields one document per sample with ``_id`` and the given MongoDB expressions.

    Public: ``samples.values([...])``, which reads all samples into memory at once.

    Args:
        samples: a dataset or view; its order is kept.
        columns: an aggregation expression by name.
    """
    pipeline = samples._pipeline(post_pipeline=[{"$project": dict(columns)}])
    collection = samples._dataset._sample_collection
    for batch in collection.aggregate_raw_batches(pipeline, allowDiskUse=True):
        yield from bson.decode_iter(batch)


def update_samples(dataset: fo.Dataset, updates: Sequence[UpdateOne]) -> int:
    """Executes at most one update per sample; returns how many samples matched their filter.

    Public: ``dataset.set_values(field, values)`` once per field, which writes label by label and
    without a guard against changes made in the meantime.
    """
    if not updates:
        return 0
    result = dataset._sample_collection.bulk_write(list(updates), ordered=False)
    return int(result.matched_count)


def find_ids(dataset: fo.Dataset, query: Mapping[str, Any]) -> list[ObjectId]:
    """The ids of the samples that match a MongoDB query.

    Public: ``dataset.match(query).values("_id")``.
    """
    return [document["_id"] for document in dataset._sample_collection.find(query, {"_id": 1})]


def forget_loaded_values(dataset: fo.Dataset, paths: Collection[str]) -> None:
    """Removes deleted fields from the samples that the process holds in memory.

    Public: ``dataset.delete_sample_fields(paths)``, which does that too.
    """
    collection = dataset._sample_collection_name
    fo.Sample._purge_fields(collection, [path for path in paths if "." not in path])
    fo.Sample._reload_docs(collection)


def refresh_loaded_samples(dataset: fo.Dataset, ids: Sequence[ObjectId]) -> None:
    """Shows what was written to the samples that the process holds in memory.

    Public: ``dataset.reload()``, which does not reload samples; ``sample.reload()`` does, by one.
    """
    names = [str(sample_id) for sample_id in ids]
    fo.Sample._reload_docs(dataset._sample_collection_name, sample_ids=names)
