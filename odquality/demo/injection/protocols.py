"""Which labels get which error, by published protocols.

By boxes: drops, flips, shifts and spawns, each at a share of all boxes (5% in the literature on
label errors in object detection), here with duplicates too; an image may get several errors. By
images: one error in each of a share of the images, the kinds in equal shares.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from odquality.core.scenes import IntArray
from odquality.demo.injection.labels import NO_ROW, Corrupted, TrueLabels
from odquality.demo.injection.settings import Settings
from odquality.demo.injection.spoiling import spoil
from odquality.kinds import KINDS, SPURIOUS


def inject_by_boxes(
    labels: TrueLabels,
    rng: np.random.Generator,
    *,
    kinds: Sequence[str] = KINDS,
    share: float = 0.05,
    settings: Settings | None = None,
) -> Corrupted:
    """Makes errors of each kind, as many as a share of the boxes; at most one error per box.

    Args:
        labels: what counts as right.
        rng: source of randomness; the same state gives the same errors.
        kinds: which errors to make.
        share: number of errors of each kind over the number of boxes that are reviewed.
        settings: ranges of the wrong boxes.

    Raises:
        ValueError: there are not enough boxes for so many errors, or an error cannot be made (see
            `odquality.demo.injection.spoiling.spoil`).
    """
    reviewed = np.flatnonzero(~labels.iscrowd)
    per_kind = round(share * len(reviewed))
    if per_kind * len(kinds) > len(reviewed):
        raise ValueError(f"share is {share}; {len(kinds)} kinds at that share exceed all boxes")
    kind = np.repeat(np.array(kinds, dtype="U10"), per_kind)
    row = rng.permutation(reviewed)[: len(kind)]
    image = labels.boxes.image[row]
    spurious = kind == SPURIOUS
    image[spurious] = rng.integers(len(labels.image_sizes), size=np.count_nonzero(spurious))
    return _spoil(labels, kind, image, row, settings, rng)


def inject_by_images(
    labels: TrueLabels,
    rng: np.random.Generator,
    *,
    kinds: Sequence[str] = KINDS,
    share: float = 0.2,
    settings: Settings | None = None,
) -> Corrupted:
    """Makes one error in each of a share of the images, the kinds in equal shares.

    Args:
        labels: what counts as right.
        rng: source of randomness; the same state gives the same errors.
        kinds: which errors to make.
        share: share of the images that get an error; those without a box to review get none.
        settings: ranges of the wrong boxes.

    Raises:
        ValueError: an error cannot be made (see `odquality.demo.injection.spoiling.spoil`).
    """
    reviewed = np.flatnonzero(~labels.iscrowd)
    shuffled = rng.permutation(reviewed)
    labelled, first = np.unique(labels.boxes.image[shuffled], return_index=True)
    chosen = rng.permutation(len(labelled))[: round(share * len(labels.image_sizes))]
    kind = np.resize(np.array(kinds, dtype="U10"), len(chosen))
    return _spoil(labels, kind, labelled[chosen], shuffled[first[chosen]], settings, rng)


def _spoil(
    labels: TrueLabels,
    kind: NDArray[np.str_],
    image: IntArray,
    row: IntArray,
    settings: Settings | None,
    rng: np.random.Generator,
) -> Corrupted:
    order = np.argsort(image, kind="stable")
    row = np.where(kind == SPURIOUS, NO_ROW, row)
    return spoil(labels, kind[order], image[order], row[order], settings or Settings(), rng)
