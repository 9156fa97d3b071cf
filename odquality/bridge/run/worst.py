"""The images to review first."""

from __future__ import annotations

import warnings

import fiftyone as fo
from fiftyone.core.collections import SampleCollection

from odquality.bridge.run.lookup import find_run
from odquality.bridge.run.report import WorstImage
from odquality.bridge.run.run_paths import check_shown
from odquality.bridge.store.samples import all_samples, dataset_of
from odquality.bridge.write.fields import RunFields

NUM_WORST = 10


def worst_first(samples: SampleCollection, key: str) -> fo.DatasetView:
    """The samples that a run scored, those to review first.

    These are the ones with the most errors, in expectation, where the run tells: so one finds the
    most errors per image that one opens. Else they are those with the lowest scores.

    Args:
        samples: a dataset or view, of whose slices all are looked at if it is grouped.
        key: of the run; a warning says so if it is not complete.

    Returns:
        A view of the samples that have a score, sorted.

    Raises:
        ValueError: there is no such run, or its scores were deleted or renamed, or the view hides
            them.
    """
    record = find_run(samples, key)
    samples = all_samples(samples)
    if not record.is_complete:
        warnings.warn(f"{record.describe()}. Only what it wrote is shown", stacklevel=2)
    if not dataset_of(samples).has_field(record.score_field):
        raise ValueError(
            f"key is {key!r}, but the scores of that run, field {record.score_field!r}, are not "
            "there any more; run it again"
        )
    check_shown([record.score_field], samples)
    scored = samples.exists(record.score_field)
    expected = record.names.expected_errors
    # Not every method gives these, and earlier versions wrote none.
    if expected in record.paths and samples.has_field(expected):
        return scored.sort_by(expected, reverse=True)
    return scored.sort_by(record.score_field)


def worst_images(dataset: fo.Dataset, fields: RunFields) -> list[WorstImage]:
    """The few images of a run to review first, in the order of `worst_first`."""
    names = fields.method.image_scores
    columns = ["id", "filepath", *map(fields.score, names)]
    scored = all_samples(dataset).exists(fields.key)
    if fields.method.gives_issues:
        worst = scored.sort_by(fields.expected_errors, reverse=True).limit(NUM_WORST)
        *columns_read, expected = worst.values([*columns, fields.expected_errors])
    else:
        columns_read = scored.sort_by(fields.key).limit(NUM_WORST).values(columns)
        expected = [None] * len(columns_read[0])
    ids, paths, *scores = columns_read
    return [
        WorstImage(
            ids[row],
            paths[row],
            {name: column[row] for name, column in zip(names, scores, strict=True)},
            expected[row],
        )
        for row in range(len(ids))
    ]
