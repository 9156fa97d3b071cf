"""What FiftyOne does with a run beyond keeping its record.

FiftyOne stores the import path of these classes with each run and calls them when it lists, loads,
renames or deletes one (``dataset.list_runs``, ``load_run_results``, ``delete_run``...). The path
stands in users' databases: this module and its classes keep their names for ever.
"""

from __future__ import annotations

from typing import Any

import fiftyone.core.runs as focr
from fiftyone.core.collections import SampleCollection

from odquality.bridge.run import upkeep
from odquality.bridge.store import records
from odquality.bridge.store.samples import dataset_of


class LabelQualityRunConfig(focr.RunConfig):
    """Configuration of a run, whatever version of this plugin recorded it.

    Args:
        **kwargs: JSON-serialisable attributes, of which `odquality.bridge.store.records` tells
            those that every record has; the others are the settings of the run.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs["method"] = records.RUN_METHOD
        super().__init__(**kwargs)


class LabelQualityRun(focr.Run):
    """A run of label quality."""

    def get_fields(self, samples: SampleCollection, key: str) -> list[str]:
        """Fields that the run read and wrote."""
        return upkeep.list_fields(dataset_of(samples), key)

    def rename(self, samples: SampleCollection, key: str, new_key: str) -> None:
        """Renames the run's fields with it, where the new names are free."""
        upkeep.rename_fields(dataset_of(samples), key, new_key)

    def cleanup(self, samples: SampleCollection, key: str) -> None:
        """Deletes what the run wrote."""
        upkeep.delete_fields(dataset_of(samples), key)
