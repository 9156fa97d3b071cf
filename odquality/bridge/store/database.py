"""The calls to FiftyOne that are not its public API, each beside the public call it replaces.

They are several times as fast (the documents of the project say how much), and written so that
an incompatible FiftyOne fails loudly instead of scoring something else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import bson
import fiftyone as fo
from bson import ObjectId
from bson.codec_options import CodecOptions, DatetimeConversion
from fiftyone.core.collections import SampleCollection
from pymongo.errors import ExecutionTimeout

Document = dict[str, Any]

# Whatever a document holds can be read: dates beyond those of Python, text that is no UTF-8. Times
# are UTC without a zone, whichever zone FiftyOne is configured to show them in.
_LENIENT: CodecOptions[Document] = CodecOptions(
    unicode_decode_error_handler="replace", datetime_conversion=DatetimeConversion.DATETIME_AUTO
)


def iter_documents(
    samples: SampleCollection,
    columns: Mapping[str, Any],
    *,
    before: Sequence[Document] = (),
    after: Sequence[Document] = (),
    as_stored: bool = False,
    within: float | None = None,
) -> Iterator[Document]:
    """Yields one document per sample with ``_id`` and the given MongoDB expressions.

    Public: ``samples.values([...])``, which reads all samples into memory at once.

    Args:
        samples: a dataset or view; its order is kept.
        columns: an aggregation expression by name.
        before: stages of an aggregation that choose samples.
        after: stages that go on with the columns.
        as_stored: whether samples are read in the order in which they are stored, whatever index
            would find them: many are then read sooner, from a disk far sooner.
        within: seconds that the database may take; as long as it takes if None.

    Raises:
        TimeoutError: the database would take longer.
    """
    stages = [*before, {"$project": dict(columns)}, *after]
    pipeline = samples._pipeline(post_pipeline=stages)
    collection = samples._dataset._sample_collection
    options = _limited(within) | ({"hint": {"$natural": 1}} if as_stored else {})
    with _in_time(within):
        for batch in collection.aggregate_raw_batches(pipeline, allowDiskUse=True, **options):
            yield from bson.decode_iter(batch, _LENIENT)


def find_columns(
    dataset: fo.Dataset, ids: Sequence[ObjectId], columns: Mapping[str, Any]
) -> dict[ObjectId, Document]:
    """MongoDB expressions of some samples as the database holds them, by the samples' ids.

    Public: ``dataset.select(ids).values([...])``.
    """
    found = _lenient(dataset).find({"_id": {"$in": list(ids)}}, dict(columns))
    return {document["_id"]: document for document in found}


def find_documents(
    dataset: fo.Dataset,
    query: Mapping[str, Any],
    columns: Mapping[str, Any],
    *,
    after: Sequence[Document] = (),
    within: float | None = None,
) -> Iterator[Document]:
    """MongoDB expressions of the samples that match a query, one document each, with ``_id``.

    Public: ``dataset.match(expression).values([...])``, which knows no index of a query's own.

    Args:
        dataset: whose samples are read, of all slices if it is grouped.
        query: that the samples match.
        columns: an aggregation expression by name.
        after: stages of an aggregation that go on with the columns.
        within: seconds that the database may take; as long as it takes if None.

    Raises:
        TimeoutError: the database would take longer.
    """
    stages = [{"$match": dict(query)}, {"$project": dict(columns)}, *after]
    with _in_time(within):
        yield from _lenient(dataset).aggregate(stages, **_limited(within))


def has_any(dataset: fo.Dataset, query: Mapping[str, Any]) -> bool:
    """Whether any sample matches a query.

    Public: ``len(dataset.match(expression)) > 0``, which counts.
    """
    return any(find_documents(dataset, query, {"_id": 1}, after=[{"$limit": 1}]))


def estimated_number(dataset: fo.Dataset) -> int:
    """How many samples there are, of all slices, as the database knows without counting.

    Public: ``len(dataset)``, which counts.
    """
    return int(dataset._sample_collection.estimated_document_count())


def _lenient(dataset: fo.Dataset) -> Any:
    """The samples of a dataset, to be read whatever they hold."""
    return dataset._sample_collection.with_options(codec_options=_LENIENT)


def _limited(within: float | None) -> Document:
    """How the database is told in how many seconds to be ready."""
    # By 0 it means no limit.
    return {} if within is None else {"maxTimeMS": max(1, int(1000 * within))}


@contextmanager
def _in_time(within: float | None) -> Iterator[None]:
    try:
        yield
    except ExecutionTimeout as error:
        raise TimeoutError(f"the database takes longer than {within:g} s") from error


def as_ids(names: Iterable[str]) -> list[Any]:
    """Ids as the database has them, of their texts: those of FiftyOne, and any other."""
    return [ObjectId(name) if ObjectId.is_valid(name) else name for name in names]


def update_samples(
    dataset: fo.Dataset, query: Mapping[str, Any], pipeline: Sequence[Mapping[str, Any]]
) -> int:
    """Applies an update to all samples that match a query; returns how many there were.

    Each sample is updated as a whole or not at all.

    Public: ``dataset.set_values(field, values)`` once per field, which writes label by label and
    without a guard against changes made in the meantime.
    """
    return int(dataset._sample_collection.update_many(query, pipeline).matched_count)


def update_each(dataset: fo.Dataset, updates: Sequence[Any]) -> int:
    """Applies updates of single samples in their order; returns how many matched theirs.

    Public: ``sample.save()`` for each, without a guard against changes made in the meantime.
    """
    if not updates:
        return 0
    return int(dataset._sample_collection.bulk_write(updates, ordered=True).matched_count)


def forget_loaded_values(dataset: fo.Dataset, paths: Collection[str]) -> None:
    """Removes deleted fields from the samples that the process holds in memory.

    Public: ``dataset.delete_sample_fields(paths)``, which does that too.
    """
    collection = dataset._sample_collection_name
    fo.Sample._purge_fields(collection, [path for path in paths if "." not in path])
    fo.Sample._reload_docs(collection)


def refresh_loaded_samples(dataset: fo.Dataset, ids: Sequence[ObjectId] | None = None) -> None:
    """Shows what was written to the samples that the process holds in memory; to all if None.

    Public: ``dataset.reload()``, which does not reload samples; ``sample.reload()`` does, by one.
    """
    names = None if ids is None else [str(sample_id) for sample_id in ids]
    fo.Sample._reload_docs(dataset._sample_collection_name, sample_ids=names)
