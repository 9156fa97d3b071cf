"""Sizes of images whose metadata lack them, read from the media."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import fiftyone as fo
from bson import ObjectId

from odquality.bridge.store.database import find_columns

NAMED_SAMPLES = 5

_READERS = 8

# What is already there stays; these are missing or no sizes.
SIDES = ("width", "height")


@dataclass
class Unreadable:
    """Media that cannot be read.

    Attributes:
        number: of them.
        named: id and path of a few, those of the smallest ids.
    """

    number: int = 0
    named: list[tuple[str, str]] = field(default_factory=list)

    def add(self, sample_id: ObjectId, path: str | None) -> None:
        """Adds that of a sample."""
        self.merge(Unreadable(1, [(str(sample_id), str(path))]))

    def merge(self, other: Unreadable) -> None:
        """Adds what cannot be read elsewhere."""
        self.number += other.number
        self.named = sorted([*self.named, *other.named])[:NAMED_SAMPLES]

    def refusal(self) -> str | None:
        """Why not all samples that need a size have one; None if they have."""
        if not self.number:
            return None
        named = "; ".join(f"{sample_id} ({path})" for sample_id, path in self.named)
        more = self.number - len(self.named)
        return (
            f"{self.number} samples have no width and height in their metadata, and their media "
            f"cannot be read: {named}{f' and {more} more' if more else ''}. Make the files "
            "reachable and run dataset.compute_metadata(), or set sample.metadata = "
            "fo.ImageMetadata(width=..., height=...)"
        )


def read_media(
    dataset: fo.Dataset, ids: Sequence[ObjectId], unreadable: Unreadable
) -> list[dict[str, Any] | None]:
    """What to merge into the metadata of some samples, None where the media cannot be read.

    Samples without metadata get all that their media tell, others width and height alone.

    Args:
        dataset: of the samples.
        ids: of the samples.
        unreadable: to which media are added that cannot be read.
    """
    columns = {"path": "$filepath", "type": {"$type": "$metadata"}}
    found = find_columns(dataset, ids, columns)
    paths = [found.get(sample_id, {}).get("path") for sample_id in ids]
    with ThreadPoolExecutor(_READERS) as pool:
        metadata = list(pool.map(_read, paths))
    for sample_id, path, one in zip(ids, paths, metadata, strict=True):
        if one is None:
            unreadable.add(sample_id, path)
    return [
        one
        if one is None or found[sample_id]["type"] != "object"
        else {side: one[side] for side in SIDES}
        for sample_id, one in zip(ids, metadata, strict=True)
    ]


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
