"""Carries out label errors that have been chosen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from odquality.core.scenes import BoolArray, Boxes, FloatArray, IntArray
from odquality.demo.injection.labels import NO_ROW, Corrupted, LabelErrors, TrueLabels
from odquality.demo.injection.settings import Settings
from odquality.demo.injection.wrong_boxes import background_boxes, pasted_boxes, shifted_boxes
from odquality.kinds import BADLOC, DUPLICATE, OVERLOOKED, SPURIOUS, SWAP

ADDED_KINDS = (SPURIOUS, DUPLICATE)

# A spurious box of the size of a label takes at most this share of its image's sides.
_MOST_OF_THE_IMAGE = 0.9


def spoil(
    true: TrueLabels,
    kind: NDArray[np.str_],
    image: IntArray,
    row: IntArray,
    settings: Settings,
    rng: np.random.Generator,
) -> Corrupted:
    """Makes errors in labels.

    Args:
        true: labels that count as right.
        kind: (T,) kind of each error.
        image: (T,) ascending image of each error.
        row: (T,) different rows of the labels to spoil, -1 for ``spurious``.
        settings: ranges of the wrong boxes.
        rng: source of randomness.

    Raises:
        ValueError: classes cannot be swapped because there is only one, there is no other image to
            paste from, or no box fits.
    """
    changed = _change(true, kind, row, settings, rng)
    added = np.isin(kind, ADDED_KINDS)
    extra_xyxy, extra_classes = _new_boxes(true, kind, image, row, settings, rng)
    kept = np.setdiff1d(np.arange(len(changed)), row[kind == OVERLOOKED])
    image_of = np.concatenate([changed.image[kept], image[added]])
    order = np.argsort(image_of, kind="stable")
    place = np.argsort(order)
    boxes = Boxes(
        np.concatenate([changed.xyxy[kept], extra_xyxy[added]])[order],
        np.concatenate([changed.classes[kept], extra_classes[added]])[order],
        np.bincount(image_of, minlength=len(true.image_sizes)),
    )
    no_crowds = np.zeros(np.count_nonzero(added), bool)
    iscrowd = np.concatenate([true.iscrowd[kept], no_crowds])[order]

    # One place more, for rows that are -1.
    new_row = np.full(len(changed) + 1, NO_ROW)
    new_row[kept] = place[: len(kept)]
    wrong_row = new_row[row]
    wrong_row[added] = place[len(kept) :]
    errors = LabelErrors(
        kind=kind,
        image=image,
        row=wrong_row,
        source_row=np.where(kind == DUPLICATE, new_row[row], NO_ROW),
        true_xyxy=np.where(added[:, None], np.nan, true.boxes.xyxy[row]),
        true_class=np.where(added, NO_ROW, true.boxes.classes[row]),
    )
    return Corrupted(boxes, iscrowd, errors)


def _change(
    true: TrueLabels,
    kind: NDArray[np.str_],
    row: IntArray,
    settings: Settings,
    rng: np.random.Generator,
) -> Boxes:
    """The labels with some classes swapped and some boxes shifted."""
    labels = true.boxes
    xyxy, classes = labels.xyxy.copy(), labels.classes.copy()
    swap, badloc = row[kind == SWAP], row[kind == BADLOC]
    classes[swap] = _other_classes(classes[swap], true.num_classes, rng)
    xyxy[badloc] = shifted_boxes(
        xyxy[badloc],
        true.image_sizes[labels.image[badloc]],
        settings.shift_iou,
        settings.shift_spread,
        rng,
    )
    return Boxes(xyxy, classes, labels.counts)


def _new_boxes(
    true: TrueLabels,
    kind: NDArray[np.str_],
    image: IntArray,
    row: IntArray,
    settings: Settings,
    rng: np.random.Generator,
) -> tuple[FloatArray, IntArray]:
    """Corners (T, 4) and class (T,) of the label that each error adds, of any value if none."""
    copy, spurious = kind == DUPLICATE, kind == SPURIOUS
    xyxy, classes = np.empty((len(kind), 4)), true.boxes.classes[row]
    xyxy[copy] = shifted_boxes(
        true.boxes.xyxy[row[copy]],
        true.image_sizes[image[copy]],
        settings.duplicate_iou,
        settings.duplicate_spread,
        rng,
    )
    pasted = _draw_share(spurious, settings.spurious_pasted, rng)
    anywhere = spurious & ~pasted
    xyxy[pasted], donor = pasted_boxes(image[pasted], true, settings.spurious_iou, rng)
    classes[pasted] = true.boxes.classes[donor]
    sides = _sides(true, image[anywhere], settings.spurious_side, rng)
    xyxy[anywhere] = background_boxes(image[anywhere], sides, true, settings.spurious_iou, rng)
    classes[anywhere] = rng.integers(true.num_classes, size=np.count_nonzero(anywhere))
    return xyxy, classes


def _draw_share(of: BoolArray, share: float, rng: np.random.Generator) -> BoolArray:
    """A share of the true elements of a mask, drawn at random where it is not all or none."""
    rows = np.flatnonzero(of)
    drawn = np.zeros(len(of), bool)
    if 0 < share < 1:
        rows = rng.permutation(rows)
    drawn[rows[: round(share * len(rows))]] = True
    return drawn


def _other_classes(classes: IntArray, num_classes: int, rng: np.random.Generator) -> IntArray:
    if len(classes) and num_classes < 2:
        raise ValueError("there is only one class, so that no class can be swapped")
    if not len(classes):
        return classes
    return (classes + rng.integers(1, num_classes, size=len(classes))) % num_classes


def _sides(
    true: TrueLabels,
    images: IntArray,
    share: tuple[float, float] | None,
    rng: np.random.Generator,
) -> FloatArray:
    """Width and height of a spurious box for each image, (n, 2) in pixels."""
    size = true.image_sizes[images]
    if share is not None:
        return rng.uniform(*share, size.shape) * size
    labels = true.boxes
    drawn = labels.xyxy[rng.integers(len(labels), size=len(images))]
    return np.minimum(drawn[:, 2:] - drawn[:, :2], _MOST_OF_THE_IMAGE * size)
