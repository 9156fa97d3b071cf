"""Sizes of images whose metadata lack them, read from the media."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import fiftyone as fo
from bson import ObjectId

from odquality.bridge.store.database import find_columns

NAMED_SAMPLES = 5

_READERS = 8

# What is already there stays; these are missing or no sizes.
SIDES = ("width", "height")


class MediaReader:
    """Reads what media tell of their images, and remembers which cannot be read."""

    def __init__(self) -> None:
        self._num_unreadable = 0
        self._named: list[str] = []

    def read(self, dataset: fo.Dataset, ids: Sequence[ObjectId]) -> list[dict[str, Any] | None]:
        """What to merge into the metadata of some samples, None where the media cannot be read.

        Samples without metadata get all that their media tell, others width and height alone.
        """
        columns = {"path": "$filepath", "type": {"$type": "$metadata"}}
        found = find_columns(dataset, ids, columns)
        paths = [found.get(sample_id, {}).get("path") for sample_id in ids]
        with ThreadPoolExecutor(_READERS) as pool:
            metadata = list(pool.map(_read, paths))
        for sample_id, path, one in zip(ids, paths, metadata, strict=True):
            if one is None:
                self._num_unreadable += 1
                if len(self._named) < NAMED_SAMPLES:
                    self._named.append(f"{sample_id} ({path})")
        return [
            one
            if one is None or found[sample_id]["type"] != "object"
            else {side: one[side] for side in SIDES}
            for sample_id, one in zip(ids, metadata, strict=True)
        ]

    def refusal(self) -> str | None:
        """Why not all samples that need a size have one; None if they have."""
        number = self._num_unreadable
        if not number:
            return None
        more = f" and {number - NAMED_SAMPLES} more" if number > NAMED_SAMPLES else ""
        return (
            f"{number} samples have no width and height in their metadata, and their media cannot "
            f"be read: {'; '.join(self._named)}{more}. Make the files reachable and run "
            "dataset.compute_metadata(), or set sample.metadata = fo.ImageMetadata(width=..., "
            "height=...)"
        )


def _read(path: str | None) -> dict[str, Any] | None:
    """The metadata document of an image file, None where it cannot be read."""
    try:
        metadata = fo.ImageMetadata.build_for(path)
    except Exception:
        # No file, no rights, no network, no image: a reader may raise anything.
        return None
    if not (metadata.width and metadata.height):
        return None
    return dict(metadata.to_mongo())
