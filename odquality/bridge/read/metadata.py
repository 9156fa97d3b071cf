"""Makes sure that the size of every image is known."""

from __future__ import annotations

from fiftyone import ViewField as F
from fiftyone.core.collections import SampleCollection

NAMED_SAMPLES = 5


def ensure_sizes(samples: SampleCollection) -> None:
    """Computes the metadata of the samples that have no width and height.

    Args:
        samples: whose metadata is completed; other fields are not touched.

    Raises:
        ValueError: the media of some samples cannot be read; names them.
    """
    missing = samples.match(~_KNOWN)
    if not len(missing):
        return
    missing.compute_metadata(
        overwrite=True, skip_failures=True, warn_failures=False, progress=False
    )
    still_missing = samples.match(~_KNOWN)
    number = len(still_missing)
    if not number:
        return
    some = still_missing.limit(NAMED_SAMPLES)
    ids, paths = some.values(["id", "filepath"])
    named = "; ".join(f"{sample_id} ({path})" for sample_id, path in zip(ids, paths, strict=True))
    more = f" and {number - len(ids)} more" if number > len(ids) else ""
    raise ValueError(
        f"{number} samples have no width and height in their metadata, and their media cannot be "
        f"read: {named}{more}. Make the files reachable and run dataset.compute_metadata(), or set "
        "sample.metadata = fo.ImageMetadata(width=..., height=...)"
    )


_KNOWN = (F("metadata.width") > 0) & (F("metadata.height") > 0)
