"""The runs that a dataset knows, by what their records say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fiftyone.core.collections import SampleCollection

from odquality.bridge import runs
from odquality.bridge.run.report import LabelQualityReport
from odquality.bridge.store.database import dataset_of


def load_report(samples: SampleCollection, key: str) -> LabelQualityReport:
    """What the run under a key found; an incomplete report where it kept none."""
    dataset = dataset_of(samples)
    recorded = getattr(dataset.load_run_results(key), "report", None)
    if isinstance(recorded, Mapping):
        # The record of a run that was renamed may tell its former key.
        return replace(LabelQualityReport.from_dict(recorded), key=key)
    method = getattr(dataset.get_run_info(key).config, "scoring_method", "unknown")
    return LabelQualityReport.incomplete(key, dataset.name, method)


def check_run(samples: SampleCollection, key: object) -> str:
    """Checks that a key is that of a run of this plugin, and returns it.

    Raises:
        ValueError: it is not; names the runs that there are.
    """
    keys = runs.list_keys(samples)
    if isinstance(key, str) and key in keys:
        return key
    problem = "there is no such run"
    if isinstance(key, str) and key in samples.list_runs():
        problem = "a run of another kind"
    known = f"one of {', '.join(map(repr, keys))}" if keys else "one, but the dataset has none"
    raise ValueError(f"key is {key!r}: {problem}; expected a label quality run: {known}")
