"""What the plugin remembers beside a dataset: neither clones nor exports take it along."""

from __future__ import annotations

import fiftyone as fo
from fiftyone.operators.store import ExecutionStore


def memory_of(dataset: fo.Dataset) -> ExecutionStore:
    """A store of values by names, which goes with the dataset."""
    return ExecutionStore.create("odquality", dataset_id=dataset._doc.id)
