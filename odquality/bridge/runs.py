"""The record of a run in FiftyOne's registry of custom runs, which owns the fields of the run.

FiftyOne stores the import path of these classes with each run and calls them when it lists,
loads, renames or deletes one (``dataset.list_runs``, ``load_run_results``, ``delete_run``...).
"""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.core.runs as focr
from fiftyone.core.collections import SampleCollection

from odquality.bridge.store.app_config import forget_paths, rename_paths
from odquality.bridge.store.database import dataset_of, unset
from odquality.bridge.write.fields import RunFields
from odquality.methods.registry import method_info

RUN_METHOD = "odquality"


class LabelQualityRunConfig(focr.RunConfig):
    """Configuration of a run: the arguments of ``compute_label_quality`` and what it writes.

    Args:
        **kwargs: JSON-serialisable attributes; ``gt_field``, ``pred_field`` and
            ``scoring_method`` among them.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs["method"] = RUN_METHOD
        super().__init__(**kwargs)

    def fields(self, key: str) -> RunFields:
        """What a run under a key writes with this configuration."""
        return RunFields(
            key,
            self.gt_field,
            self.pred_field,
            method_info(self.scoring_method),
        )


class LabelQualityRun(focr.Run):
    """What FiftyOne does with a run beyond keeping its record."""

    def get_fields(self, samples: SampleCollection, key: str) -> list[str]:
        """Fields that the run read and wrote."""
        fields = self.config.fields(key)
        return [fields.gt_field, fields.pred_field, *fields.paths()]

    def rename(self, samples: SampleCollection, key: str, new_key: str) -> None:
        """Renames the run's fields with it."""
        dataset = dataset_of(samples)
        old, new = self.config.fields(key).paths(), self.config.fields(new_key).paths()
        new_paths = dict(zip(old, new, strict=True))
        rename_paths(dataset, new_paths)
        dataset.rename_sample_fields(
            {path: new_paths[path] for path in old if dataset.has_field(path)}
        )

    def cleanup(self, samples: SampleCollection, key: str) -> None:
        """Deletes the run's fields with it."""
        dataset = dataset_of(samples)
        paths = self.config.fields(key).paths()
        forget_paths(dataset, paths)
        dataset.delete_sample_fields([path for path in paths if dataset.has_field(path)])


def replace_run(samples: SampleCollection, key: str, config: LabelQualityRunConfig) -> list[str]:
    """Registers a run in the place of the one under its key, and clears that one's values.

    Returns:
        The previous run's fields that the new one does not have, for the caller to delete.
    """
    previous = load_fields(samples, key)
    samples.register_run(key, config, overwrite=True, cleanup=False)
    if previous is None:
        return []
    dataset = dataset_of(samples)
    present = [path for path in previous.paths() if dataset.has_field(path)]
    unset(dataset, present)
    kept = set(config.fields(key).paths())
    return [path for path in present if path not in kept]


def list_keys(samples: SampleCollection) -> list[str]:
    """Keys of the runs of this plugin on a dataset."""
    return list(samples.list_runs(method=RUN_METHOD))


def load_fields(samples: SampleCollection, key: str) -> RunFields | None:
    """What the run under a key wrote, or None if there is no such run of this plugin."""
    if key not in samples.list_runs():
        return None
    config = samples.get_run_info(key).config
    return config.fields(key) if isinstance(config, LabelQualityRunConfig) else None


def check_ownership(dataset: fo.Dataset, fields: RunFields) -> None:
    """Checks that a run would overwrite nothing but a run of this plugin.

    Raises:
        ValueError: another run has the key, or a field that is not such a run's has a name that
            the run would write.
    """
    previous = load_fields(dataset, fields.key)
    if previous is None and fields.key in dataset.list_runs():
        raise ValueError(
            f"key is {fields.key!r}, which is a run of another kind; choose another key or delete "
            f"that run: dataset.delete_run({fields.key!r})"
        )
    owned = set(previous.paths()) if previous else set()
    taken = [path for path in fields.paths() if dataset.has_field(path) and path not in owned]
    if taken:
        raise ValueError(
            f"key is {fields.key!r}, but the dataset has fields that a run under it would "
            f"overwrite: {taken}; choose another key"
        )
