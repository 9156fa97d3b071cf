"""Makes sure that the size of every image is known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import fiftyone as fo
from fiftyone import ViewField as F
from fiftyone.core.collections import SampleCollection

from odquality.bridge.read.source import Source
from odquality.core.geometry import MAX_COORDINATE

NAMED_SAMPLES = 5

_READERS = 8


def ensure_sizes(samples: SampleCollection, source: Source) -> None:
    """Completes the metadata of the samples that have no width and height but need them.

    Sizes are read from the media. Samples without metadata get all that their media tell, others
    width and height beside what they have. Nothing is written unless all media can be read.

    Args:
        samples: whose metadata is completed; other fields are not touched.
        source: what is read from the samples.

    Raises:
        ValueError: the media of some samples cannot be read; names them.
    """
    if not source.in_pixels:
        return
    scored = samples.exists(source.pred_field)
    if not source.score_unannotated:
        scored = scored.exists(source.gt_field)
    ids, paths, are_documents = scored.match(~_KNOWN).values(
        ["id", "filepath", F("metadata").type() == "object"]
    )
    if not ids:
        return
    with ThreadPoolExecutor(_READERS) as pool:
        found = list(pool.map(_read, paths))
    unreadable = [row for row, metadata in enumerate(found) if metadata is None]
    if unreadable:
        named = [f"{ids[row]} ({paths[row]})" for row in unreadable[:NAMED_SAMPLES]]
        raise ValueError(_unreadable(len(unreadable), named))
    complete, widths, heights = {}, {}, {}
    for sample_id, metadata, is_document in zip(ids, found, are_documents, strict=True):
        assert metadata is not None
        if is_document:
            widths[sample_id], heights[sample_id] = metadata.width, metadata.height
        else:
            complete[sample_id] = metadata
    for path, values in (
        ("metadata", complete),
        ("metadata.width", widths),
        ("metadata.height", heights),
    ):
        if values:
            samples.set_values(path, values, key_field="id", progress=False)


def _read(path: str | None) -> fo.ImageMetadata | None:
    """What a file tells of its image, None where it cannot be read."""
    try:
        metadata = fo.ImageMetadata.build_for(path)
    except Exception:
        # No file, no rights, no network, no image: a reader may raise anything.
        return None
    return metadata if metadata.width and metadata.height else None


def _unreadable(number: int, named: list[str]) -> str:
    more = f" and {number - len(named)} more" if number > len(named) else ""
    return (
        f"{number} samples have no width and height in their metadata, and their media cannot be "
        f"read: {'; '.join(named)}{more}. Make the files reachable and run "
        "dataset.compute_metadata(), or set sample.metadata = fo.ImageMetadata(width=..., "
        "height=...)"
    )


def _is_size(side: str) -> F:
    value = F(f"metadata.{side}")
    return value.is_number() & (value > 0) & (value <= MAX_COORDINATE)


_KNOWN = _is_size("width") & _is_size("height")
