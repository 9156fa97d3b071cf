"""Runs to compare: what they write, what they report, and engines that do parts in odd ways."""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable, Sequence
from typing import Any

import fiftyone as fo

import odquality
from odquality.bridge.engines.parts import Part
from odquality.bridge.engines.parts_engine import PartsEngine, Work

KEY = "lq"
METHODS = ("calibrated", "objectlab")


def contents(dataset: fo.Dataset) -> list[Any]:
    """All that the database holds of samples but the time of changes and ids of suggestions."""
    found = dataset._sample_collection.find({}, {"last_modified_at": 0}).sort("_id", 1)
    return [_without_new_ids(document) for document in found]


def _without_new_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_new_ids(one) for one in value]
    if not isinstance(value, dict):
        return value
    # Suggestions are new boxes with every run.
    left_out = {"_id"} if "action" in value else set()
    return {name: _without_new_ids(one) for name, one in value.items() if name not in left_out}


def told(report: odquality.LabelQualityReport) -> dict[str, Any]:
    """A report but for the time that it took."""
    return {name: value for name, value in report.to_dict().items() if name != "seconds"}


def all_of(dataset: fo.Dataset) -> fo.Dataset:
    """No view."""
    return dataset


def outcome(
    dataset: fo.Dataset, view: Callable[[fo.Dataset], Any] = all_of, **settings: Any
) -> tuple[list[Any], dict[str, Any], dict[str, Any]]:
    """What a run writes, reports and records; nothing of it is left."""
    report = odquality.compute_label_quality(view(dataset), key=KEY, **settings)
    config = dataset.get_run_info(KEY).config.serialize()
    found = contents(dataset), told(report), without_ids(config)
    assert told(odquality.LabelQualityReport.from_dict(results(dataset))) == found[1]
    dataset.delete_run(KEY)
    return found


def results(dataset: fo.Dataset) -> dict[str, Any]:
    """The report that is kept with the run."""
    report: dict[str, Any] = dataset.load_run_results(KEY, cache=False).report
    return report


def without_ids(config: dict[str, Any]) -> dict[str, Any]:
    """A run's configuration but for what is new with every run."""
    of_this_run = ("run", "scoring", "scorings", "files")
    return {name: one for name, one in config.items() if name not in of_this_run}


class Disorderly(PartsEngine):
    """Does parts in any order, some of them twice, and merges in any order and grouping.

    All goes from hand to hand as between processes.
    """

    def __init__(self, images_per_part: int = 1, seed: int = 0) -> None:
        self.images_per_part = images_per_part
        self._random = random.Random(seed)
        self.num_parts = 0

    def gather(self, work: Work, shared: Any, parts: Sequence[Part]) -> Any:
        self.num_parts = len(parts)
        drawn = list(enumerate(parts)) + self._random.choices(list(enumerate(parts)), k=2)
        self._random.shuffle(drawn)
        found = {number: self._do(work, shared, part) for number, part in drawn}
        loose = list(found.values())
        while len(loose) > 1:
            first = loose.pop(self._random.randrange(len(loose)))
            second = loose.pop(self._random.randrange(len(loose)))
            loose.append(_sent(first.merge(second)))
        return loose[0]

    def _do(self, work: Work, shared: Any, part: Part) -> Any:
        return _sent(_sent(work)(_sent(part), _sent(shared)))


def _sent(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))
