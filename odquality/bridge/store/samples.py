"""Datasets and views: what is given as samples, what a view shows, and what it is a view of.

Whatever is not public in FiftyOne stands beside the public call that it replaces, as in the module
that reads and writes documents.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import fiftyone as fo
from bson import ObjectId, json_util
from fiftyone.core.collections import SampleCollection
from fiftyone.core.patches import _PatchesView
from fiftyone.core.sample import SampleView

# Stages of a pipeline that choose, sort or change samples, and show none of them twice.
_CHOOSING = frozenset(("$match", "$sort", "$limit", "$skip", "$sample", "$unset"))
_ONE_FOR_ONE = _CHOOSING | {"$project", "$addFields", "$set"}


def check_collection(samples: object) -> SampleCollection:
    """Checks that samples are a dataset or a view, and gives them back.

    Raises:
        ValueError: says what else they are.
    """
    if not isinstance(samples, SampleCollection):
        raise ValueError(
            f"samples is a {type(samples).__name__}; expected a FiftyOne dataset or view"
        )
    return samples


def collection_of(sample: fo.Sample | SampleView) -> SampleCollection:
    """The view that shows a sample, or the dataset that it is in.

    Public: ``sample.dataset``, which of a patch is one that holds nothing but patches.
    """
    shown: SampleCollection = sample._view if isinstance(sample, SampleView) else sample.dataset
    return shown


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
    # One slice, grouped by a view and flattened, still says that it is grouped.
    if samples.media_type != fo.core.media.GROUP or samples.group_media_types is None:
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


def is_generated(samples: SampleCollection | fo.Sample | SampleView) -> bool:
    """Whether a view's samples, or a sample, are patches, frames or clips made from others.

    Public: comparing ``view.media_type`` and classes, which differ for each kind of view.
    """
    shown = samples if isinstance(samples, SampleCollection) else collection_of(samples)
    return bool(shown._is_generated)


def is_patches(samples: SampleCollection) -> bool:
    """Whether each sample of a view is one box, of an image or of a frame.

    Public: ``isinstance(samples, fop.PatchesView)`` and each of its siblings.
    """
    return isinstance(samples, _PatchesView)


def sample_ids(samples: SampleCollection) -> list[str] | None:
    """Ids of the samples that a dataset or view shows, of all slices; None for a whole dataset.

    Crops and frames of a view stand for the samples that they are of.

    Public: ``samples.values("id")``, of a patches view ``samples.values("sample_id")``.
    """
    if not isinstance(samples, fo.DatasetView):
        return None
    if is_generated(samples):
        return sorted(set(samples.values("sample_id")))
    names: list[str] = with_all_fields(all_samples(samples)).values("id")
    return names


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


def edited_fields(samples: SampleCollection) -> set[str]:
    """Paths of the fields that a view shows with other values than are stored.

    Public: reading the stages of ``view._stages`` one by one; there is no public call.
    """
    edited: set[str] = set()
    if not isinstance(samples, fo.DatasetView):
        return edited
    view = samples._base_view
    for stage in samples._stages:
        # Stages that hide elements of lists say that they edit them, and do no more.
        if not stage.get_filtered_fields(view):
            edited |= {*(stage.get_edited_fields(view) or ())}
        if isinstance(stage, fo.Mongo) and not all(map(_keeps_documents, stage.pipeline)):
            edited |= {*view.get_field_schema()}
        view = view._add_view_stage(stage, validate=False)
    return edited


def alters_documents(samples: SampleCollection) -> bool:
    """Whether a view may show other documents than are stored, and not just some or in an order.

    Public: reading the stages of ``view._stages`` one by one; there is no public call.
    """
    return not all(map(_keeps_documents, samples._pipeline()))


def _keeps_documents(stage: Mapping[str, Any]) -> bool:
    ((operator, body),) = stage.items()
    # An exclusion or inclusion of whole fields; anything else computes them.
    whole = operator == "$project" and all(value in (0, 1) for value in body.values())
    return whole or operator in _CHOOSING


def each_once(
    samples: SampleCollection, documents: Iterator[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Documents of a view's samples, the first of each: a view may show a sample several times.

    One that is concatenated with another does. Where none can, no ids are remembered.

    Public: ``samples.distinct("_id")``, which keeps no order.

    Raises:
        ValueError: while they are read, if one is no sample's.
    """
    of_samples = map(_of_sample, documents)
    return of_samples if _shows_each_once(samples) else _firsts(of_samples)


def once(samples: SampleCollection) -> SampleCollection:
    """A view that shows each sample once, as it is shown first, in no order; see `each_once`."""
    if _shows_each_once(samples):
        return samples
    first = {"$group": {"_id": "$_id", "sample": {"$first": "$$ROOT"}}}
    return samples.mongo([first, {"$replaceRoot": {"newRoot": "$sample"}}])


def _shows_each_once(samples: SampleCollection) -> bool:
    return all(operator in _ONE_FOR_ONE for stage in samples._pipeline() for operator in stage)


def _of_sample(document: dict[str, Any]) -> dict[str, Any]:
    """A document, if it is a sample's: stages that users write may make others of them."""
    if not isinstance(document.get("_id"), ObjectId):
        raise ValueError(
            "the view shows something that is no sample; expected a view whose stages choose, sort "
            "or change samples: a stage such as mongo() that groups or counts them makes others"
        )
    return document


def _firsts(documents: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    seen = set()
    for document in documents:
        if document["_id"] not in seen:
            seen.add(document["_id"])
            yield document


def as_stored(samples: SampleCollection) -> SampleCollection:
    """Samples to choose some from by their ids, with the boxes that a view shows.

    Of a view that only chooses or sorts samples it is the dataset: which samples the view shows may
    have changed since, as where scores define it that are cleared by now.
    """
    if alters_documents(samples):
        return samples
    return all_samples(dataset_of(samples))


def stages_of(view: fo.DatasetView) -> list[fo.ViewStage]:
    """The stages of a view.

    Public: ``print(view)``.
    """
    return list(view._stages)


def saved_stages(dataset: fo.Dataset, name: str) -> list[dict[str, Any]]:
    """The stages of a saved view as the App sends them.

    Public: ``dataset.get_saved_view_info(name)``, which does not tell them.
    """
    stages: list[dict[str, Any]] = dataset.load_saved_view(name)._serialize()
    return stages


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
