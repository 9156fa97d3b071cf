"""Finds a run by its key, or says which runs there are."""

from __future__ import annotations

import fiftyone as fo
from fiftyone.core.collections import SampleCollection

from odquality.bridge.store import records, schema
from odquality.bridge.store.records import RunRecord
from odquality.bridge.store.samples import check_collection, dataset_of


def find_run(samples: SampleCollection, key: object) -> RunRecord:
    """The record of a run of this plugin.

    Args:
        samples: a dataset or view.
        key: of the run.

    Raises:
        ValueError: the samples are something else; or there is no such run, and which there are.
    """
    dataset = dataset_of(check_collection(samples))
    schema.refresh(dataset)
    record = records.find(dataset, key) if isinstance(key, str) else None
    if record is None:
        raise no_such_run(dataset, key)
    return record


def find_complete_run(samples: SampleCollection, key: object) -> RunRecord:
    """As `find_run`, for a run that has ended.

    Raises:
        ValueError: also if the run was cut off or is in progress; says what to do.
    """
    record = find_run(samples, key)
    if not record.is_complete:
        raise ValueError(f"key is {key!r}, but {record.describe()}")
    return record


def no_such_run(dataset: fo.Dataset, key: object) -> ValueError:
    """What is wrong with a key under which there is no run, with the keys of those that exist."""
    keys = records.list_keys(dataset)
    there = f"one of {keys}" if keys else "one, but the dataset has none"
    return ValueError(f"key is {key!r}; expected a label quality run: {there}")
