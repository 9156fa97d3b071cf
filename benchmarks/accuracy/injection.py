"""Injects known errors into labels, by published protocols.

By boxes: drops, flips, shifts and spawns, each at a share of all boxes (5% in the literature on
label errors in object detection), here with duplicates too; an image may get several errors. By
images: one error in each of a share of the images, the kinds in equal shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.corruption import corrupt
from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.errors import KINDS, NO_ROW, Corrupted, ErrorKind
from benchmarks.accuracy.settings import Settings
from odquality.core.scenes import IntArray


def inject_by_boxes(
    data: DetectionData,
    rng: np.random.Generator,
    *,
    kinds: Sequence[ErrorKind] = KINDS,
    share: float = 0.05,
    settings: Settings | None = None,
) -> Corrupted:
    """Makes errors of each kind, as many as a share of the boxes; at most one error per box.

    Args:
        data: images with labels that count as right.
        rng: source of randomness; the same state gives the same errors.
        kinds: which errors to make.
        share: number of errors of each kind over the number of boxes that are reviewed.
        settings: ranges of the wrong boxes.

    Raises:
        ValueError: there are not enough boxes for so many errors.
    """
    reviewed = np.flatnonzero(~data.iscrowd)
    per_kind = round(share * len(reviewed))
    if per_kind * len(kinds) > len(reviewed):
        raise ValueError(f"share is {share}; {len(kinds)} kinds at that share exceed all boxes")
    kind = np.repeat(np.array(kinds, dtype="U10"), per_kind)
    row = rng.permutation(reviewed)[: len(kind)]
    image = data.labels.image[row]
    spurious = kind == "spurious"
    image[spurious] = rng.integers(len(data), size=np.count_nonzero(spurious))
    return _corrupt(data, kind, image, row, settings, rng)


def inject_by_images(
    data: DetectionData,
    rng: np.random.Generator,
    *,
    kinds: Sequence[ErrorKind] = KINDS,
    share: float = 0.2,
    settings: Settings | None = None,
) -> Corrupted:
    """Makes one error in each of a share of the images, the kinds in equal shares.

    Args:
        data: images with labels that count as right.
        rng: source of randomness; the same state gives the same errors.
        kinds: which errors to make.
        share: share of the images that get an error; those without a box to review get none.
        settings: ranges of the wrong boxes.
    """
    reviewed = np.flatnonzero(~data.iscrowd)
    shuffled = rng.permutation(reviewed)
    labelled, first = np.unique(data.labels.image[shuffled], return_index=True)
    chosen = rng.permutation(len(labelled))[: round(share * len(data))]
    kind = np.resize(np.array(kinds, dtype="U10"), len(chosen))
    return _corrupt(data, kind, labelled[chosen], shuffled[first[chosen]], settings, rng)


@dataclass(frozen=True)
class Scenario:
    """One way to inject errors.

    Attributes:
        protocol: ``images`` or ``boxes``.
        name: what to call it in tables.
        kinds: which errors to make.
        share: of the images, or per kind of the boxes.
        settings: ranges of the wrong boxes.
    """

    protocol: str
    name: str
    kinds: tuple[ErrorKind, ...] = KINDS
    share: float = 0.2
    settings: Settings = field(default_factory=Settings)

    def inject(self, data: DetectionData, seed: int) -> Corrupted:
        """Injects the errors into labels; the same seed gives the same errors."""
        inject = inject_by_boxes if self.protocol == "boxes" else inject_by_images
        rng = np.random.default_rng(seed)
        return inject(data, rng, kinds=self.kinds, share=self.share, settings=self.settings)


def _corrupt(
    data: DetectionData,
    kind: NDArray[np.str_],
    image: IntArray,
    row: IntArray,
    settings: Settings | None,
    rng: np.random.Generator,
) -> Corrupted:
    order = np.argsort(image, kind="stable")
    row = np.where(kind == "spurious", NO_ROW, row)
    return corrupt(data, kind[order], image[order], row[order], settings or Settings(), rng)
