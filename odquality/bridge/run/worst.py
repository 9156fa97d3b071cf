"""The images with the lowest scores."""

from __future__ import annotations

import warnings

import fiftyone as fo
from fiftyone.core.collections import SampleCollection

from odquality.bridge.run.report import WorstImage
from odquality.bridge.store import records, schema
from odquality.bridge.store.database import all_samples, dataset_of
from odquality.bridge.store.records import RunRecord
from odquality.bridge.write.fields import RunFields

NUM_WORST = 10


def worst_first(samples: SampleCollection, key: str) -> fo.DatasetView:
    """The samples that a run scored, the lowest score first.

    Args:
        samples: a dataset or view.
        key: of the run; a warning says so if it is not complete.

    Raises:
        ValueError: there is no such run, or its scores were deleted or renamed.
    """
    record = find_run(samples, key)
    if not record.is_complete:
        warnings.warn(f"{record.describe()}. Only what it wrote is shown", stacklevel=2)
    if not samples.has_field(record.score_field):
        raise ValueError(
            f"key is {key!r}, but the scores of that run, field {record.score_field!r}, are not "
            "there any more; run it again"
        )
    return samples.exists(record.score_field).sort_by(record.score_field)


def find_run(samples: SampleCollection, key: object) -> RunRecord:
    """The record of a run of this plugin.

    Raises:
        ValueError: there is no such run; lists those that there are.
    """
    dataset = dataset_of(samples)
    schema.refresh(dataset)
    record = records.find(dataset, key) if isinstance(key, str) else None
    if record is None:
        keys = records.list_keys(dataset)
        there = f"one of {keys}" if keys else "one, but the dataset has none"
        raise ValueError(f"key is {key!r}; expected a label quality run: {there}")
    return record


def worst_images(dataset: fo.Dataset, fields: RunFields) -> list[WorstImage]:
    """The few images with the lowest scores of a run, the lowest first."""
    view = all_samples(dataset).exists(fields.key).sort_by(fields.key).limit(NUM_WORST)
    names = fields.method.image_scores
    columns = [fields.score(name) for name in names]
    ids, paths, *scores = view.values(["id", "filepath", *columns])
    return [
        WorstImage(
            ids[row],
            paths[row],
            {name: column[row] for name, column in zip(names, scores, strict=True)},
        )
        for row in range(len(ids))
    ]
