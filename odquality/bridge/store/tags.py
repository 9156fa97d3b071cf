"""Gives tags to samples and labels, and takes them away.

Whole samples are never written: FiftyOne's own calls save what a view shows of a sample where a
label's tags are None, and with it goes what the view hides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import fiftyone as fo
from pymongo import UpdateMany

from odquality.bridge.store.batched import batched
from odquality.bridge.store.database import as_ids, has_any
from odquality.bridge.store.memory import memory_of
from odquality.bridge.store.times import utc_now

# A query may have 16 MB; the ids of more samples, and of their labels, have more.
_SAMPLES_AT_ONCE = 10_000

# Which tags were given is kept beside the dataset.
_KEY = "given_tags"


def is_of_others(dataset: fo.Dataset, tag: str, field: str) -> bool:
    """Whether samples or their labels have a tag that was never given here.

    Public: ``dataset.count_sample_tags()`` and ``dataset.count_label_tags(field)``.
    """
    if tag in _given(dataset):
        return False
    tagged = {"$or": [{"tags": tag}, {f"{field}.detections.tags": tag}]}
    return has_any(dataset, tagged)


def give(dataset: fo.Dataset, tag: str, field: str, labels: Mapping[str, Sequence[str]]) -> None:
    """Tags samples, and some of their labels.

    Public: ``view.tag_samples(tag)`` and ``view.select_labels(ids=ids).tag_labels(tag)``.

    Args:
        dataset: of the samples.
        tag: to give.
        field: of the labels, a `Detections`.
        labels: ids of the labels, by the samples' ids.
    """
    given = _given(dataset)
    if tag not in given:
        memory_of(dataset).set(_KEY, [*given, tag])
    path = f"{field}.detections"
    updates: list[UpdateMany] = []
    for names in batched(labels, _SAMPLES_AT_ONCE):
        samples = {"_id": {"$in": as_ids(names)}}
        updates.append(UpdateMany({**samples, "tags": None}, {"$set": {"tags": []}}))
        updates.append(UpdateMany(samples, _stamped({"$addToSet": {"tags": tag}})))
        ids = {"$in": as_ids(one for name in names for one in labels[name])}
        mine = {**samples, f"{path}._id": ids}
        label: Mapping[str, Any] = {"label._id": ids}
        untagged: list[Mapping[str, Any]] = [{**label, "label.tags": None}]
        place = f"{path}.$[label].tags"
        updates.append(UpdateMany(mine, {"$set": {place: []}}, array_filters=untagged))
        updates.append(UpdateMany(mine, {"$addToSet": {place: tag}}, array_filters=[label]))
    _write(dataset, updates)


def take(dataset: fo.Dataset, tag: str, field: str, sample_ids: Sequence[str] | None) -> None:
    """Takes a tag from samples and from their labels; from all samples if None.

    Public: ``view.untag_samples(tag)`` and ``view.untag_labels(tag, label_fields=field)``.
    """
    path = f"{field}.detections"
    updates: list[UpdateMany] = []
    chosen: list[dict[str, Any]] = [{}]
    if sample_ids is not None:
        chosen = [
            {"_id": {"$in": as_ids(names)}} for names in batched(sample_ids, _SAMPLES_AT_ONCE)
        ]
    for samples in chosen:
        updates.append(UpdateMany({**samples, "tags": tag}, _stamped({"$pull": {"tags": tag}})))
        of_labels = _stamped({"$pull": {f"{path}.$[label].tags": tag}})
        tagged = {**samples, f"{path}.tags": tag}
        updates.append(UpdateMany(tagged, of_labels, array_filters=[{"label.tags": tag}]))
    _write(dataset, updates)


def _given(dataset: fo.Dataset) -> list[str]:
    return memory_of(dataset).get(_KEY) or []


def _stamped(update: dict[str, Any]) -> dict[str, Any]:
    return {**update, "$set": {"last_modified_at": utc_now()}}


def _write(dataset: fo.Dataset, updates: Sequence[UpdateMany]) -> None:
    if updates:
        # In this order, and then the samples that the process holds are loaded again.
        dataset._bulk_write(list(updates), ordered=True)
