"""The calls to FiftyOne that are not its public API, each beside the public call it replaces.

They are several times as fast (the documents of the project say how much), and written so that
an incompatible FiftyOne fails loudly instead of scoring something else.
"""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import bson
import fiftyone as fo
from bson import ObjectId, json_util
from bson.codec_options import CodecOptions, DatetimeConversion
from fiftyone.core.collections import SampleCollection
from pymongo.errors import ExecutionTimeout

Document = dict[str, Any]

# Whatever a document holds can be read: dates beyond those of Python, text that is no UTF-8.
_LENIENT: CodecOptions[Document] = CodecOptions(
    unicode_decode_error_handler="replace", datetime_conversion=DatetimeConversion.DATETIME_AUTO
)


def dataset_of(samples: SampleCollection) -> fo.Dataset:
    """The dataset itself, or the one that a view shows.

    Public: ``fo.load_dataset(view.dataset_name)``; a dataset has only a ``name``.
    """
    return samples._root_dataset


def all_samples(samples: SampleCollection) -> SampleCollection:
    """The samples of a dataset or view, of all slices or groups if it is grouped.

    Public: ``samples.select_group_slices(names)``, which takes slices of one media type.
    """
    if is_dynamic_groups(samples):
        return all_samples(samples.flatten())
    if samples.media_type != fo.core.media.GROUP:
        return samples
    return samples.select_group_slices(_allow_mixed=True)


def with_all_fields(samples: SampleCollection) -> SampleCollection:
    """The samples of a dataset or view with all fields that they have, in the same order.

    Public: the same stages without those that choose fields, which a view does not tell.
    """
    if not isinstance(samples, fo.DatasetView) or is_generated(samples):
        return samples
    view: SampleCollection = samples._dataset
    for stage in samples._stages:
        if not isinstance(stage, (fo.SelectFields, fo.ExcludeFields)):
            view = view.add_stage(stage)
    return view


def is_generated(samples: SampleCollection) -> bool:
    """Whether a view's samples are patches, frames or clips made from other samples.

    Public: comparing ``view.media_type`` and classes, which differ for each kind of view.
    """
    return bool(samples._is_generated)


def is_dynamic_groups(samples: SampleCollection) -> bool:
    """Whether a view shows groups that ``group_by`` made of samples.

    Public: a ``media_type`` of ``group`` where ``samples.group_slices`` is None, which misses
    groups of grouped samples.
    """
    return bool(samples._is_dynamic_groups)


def filtered_fields(samples: SampleCollection) -> set[str]:
    """Paths of the list fields of which a view hides some elements.

    Public: reading the stages of ``view._stages`` one by one; there is no public call.
    """
    if not isinstance(samples, fo.DatasetView):
        return set()
    return set(samples._get_filtered_fields() or ())


def alters_documents(samples: SampleCollection) -> bool:
    """Whether a view may show other documents than are stored, and not just some or in an order.

    Public: reading the stages of ``view._stages`` one by one; there is no public call.
    """
    return not all(map(_keeps_documents, samples._pipeline()))


def _keeps_documents(stage: Mapping[str, Any]) -> bool:
    ((operator, body),) = stage.items()
    # An exclusion or inclusion of whole fields; anything else computes them.
    whole = operator == "$project" and all(value in (0, 1) for value in body.values())
    return whole or operator in ("$match", "$sort", "$limit", "$skip", "$sample", "$unset")


def as_stored(samples: SampleCollection) -> SampleCollection:
    """Samples to choose some from by their ids, with the boxes that a view shows.

    Of a view that only chooses or sorts samples it is the dataset: which samples the view shows may
    have changed since, as where scores define it that are cleared by now.
    """
    if alters_documents(samples):
        return samples
    return all_samples(dataset_of(samples))


def view_stages(samples: SampleCollection) -> list[str] | None:
    """The stages of a view as FiftyOne's records of runs keep them, None for a dataset.

    Public: ``dataset.register_run(key, config)``, which keeps them itself.
    """
    if not isinstance(samples, fo.DatasetView):
        return None
    return [json_util.dumps(stage) for stage in samples._serialize(include_uuids=False)]


def id_of(dataset: fo.Dataset) -> ObjectId:
    """The id of a dataset in the database, which no other dataset of the same name has.

    Public: ``dataset.name``, which may be another dataset's by now.
    """
    found: ObjectId = dataset._doc.id
    return found


def load_samples(name: str, dataset_id: ObjectId, stages: Sequence[str] | None) -> SampleCollection:
    """A dataset, or a view of it, in another process than the one that described it.

    Public: ``fo.load_dataset(name)``, then its stages one by one.

    Args:
        name: of the dataset.
        dataset_id: of the dataset.
        stages: as `view_stages` gives them.

    Raises:
        LookupError: the database of this process does not hold that dataset.
    """
    dataset = fo.load_dataset(name) if fo.dataset_exists(name) else None
    if dataset is None or id_of(dataset) != dataset_id:
        raise LookupError(
            f"dataset {name!r} is not in the database of this process ({socket.gethostname()}): "
            "workers need the FIFTYONE_DATABASE_URI and FIFTYONE_DATABASE_NAME of the process that "
            "starts the run"
        )
    if stages is None:
        return dataset
    return fo.DatasetView._build(dataset, [json_util.loads(stage) for stage in stages])


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
    found = dataset._sample_collection.find({"_id": {"$in": list(ids)}}, dict(columns))
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
        yield from dataset._sample_collection.aggregate(stages, **_limited(within))


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
