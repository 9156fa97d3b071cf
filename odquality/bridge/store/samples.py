"""What can be given as samples."""

from __future__ import annotations

from fiftyone.core.collections import SampleCollection


def check_collection(samples: object) -> SampleCollection:
    """Checks that samples are a dataset or a view, and gives them back.

    Raises:
        ValueError: says what else they are.
    """
    if not isinstance(samples, SampleCollection):
        raise ValueError(
            f"samples is a {type(samples).__name__}; expected a FiftyOne dataset or view"
        )
    return samples
