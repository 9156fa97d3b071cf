"""Views whose stages make something else of samples."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import pytest

import odquality
from tests.bridge.datasets import compute


@pytest.mark.parametrize(
    "stage",
    [
        {"$count": "number"},
        {"$group": {"_id": "$filepath", "number": {"$sum": 1}}},
        {"$group": {"_id": None, "number": {"$sum": 1}}},
        {"$project": {"_id": 0, "ground_truth": 1, "predictions": 1}},
    ],
    ids=lambda stage: next(iter(stage)),
)
def test_what_is_no_sample_is_refused_and_nothing_written(
    dataset: fo.Dataset, stage: dict[str, Any]
) -> None:
    view, before = dataset.mongo([stage]), dataset.get_field_schema()
    for refused in (compute, lambda samples: odquality.assign_folds(samples, 2)):
        with pytest.raises(ValueError, match="shows something that is no sample"):
            refused(view)
        dataset.reload()
        assert dataset.get_field_schema().keys() == before.keys()
        assert dataset.list_runs() == []
