"""Which boxes of the same image overlap, and reductions over such pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from odquality.core.geometry import box_area, box_intersection, box_iou
from odquality.core.pairs import iter_pairs
from odquality.core.scenes import BoolArray, Boxes, FloatArray, IntArray


@dataclass(frozen=True)
class Pairs:
    """Pairs of a first and a second box of the same image that overlap.

    Attributes:
        first: (n,) int64 rows of the first boxes.
        second: (n,) int64 rows of the second boxes.
        iou: (n,) float64 in (0, 1].
        same_class: (n,) whether both boxes are of one class.
    """

    first: IntArray
    second: IntArray
    iou: FloatArray
    same_class: BoolArray


def overlapping_pairs(first: Boxes, second: Boxes) -> Pairs:
    """All pairs with an IoU above 0, ordered by the first box, then by the second."""
    rows, partners, ious = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0)]
    for a, b in iter_pairs(first.counts, second.counts):
        iou = box_iou(first.columns.take(a, axis=1), second.columns.take(b, axis=1))
        overlap = iou > 0
        rows.append(a[overlap])
        partners.append(b[overlap])
        ious.append(iou[overlap])
    row, partner = np.concatenate(rows), np.concatenate(partners)
    same_class = first.classes[row] == second.classes[partner]
    return Pairs(row, partner, np.concatenate(ious), same_class)


def share_inside(boxes: Boxes, regions: Boxes) -> FloatArray:
    """Largest share of each box's area that lies in one region of its image, (n,) in [0, 1]."""
    area = box_area(boxes.columns)
    result = np.zeros(len(boxes))
    for a, b in iter_pairs(boxes.counts, regions.counts):
        shared = box_intersection(boxes.columns.take(a, axis=1), regions.columns.take(b, axis=1))
        with np.errstate(invalid="ignore", divide="ignore"):
            np.fmax.at(result, a, shared / area[a])
    return result


def match_one_to_one(pairs: Pairs, value: FloatArray, size: int) -> tuple[IntArray, FloatArray]:
    """Matches first and second boxes one to one, the pair of the largest value first.

    Args:
        pairs: which boxes may be matched.
        value: (n,) of each pair; those with 0 are left out.
        size: number of first boxes.

    Returns:
        (size,) int64 rows of the partners, -1 for none, and (size,) float64 values, 0 for none.
    """
    partner, matched = np.full(size, -1), np.zeros(size)
    taken: set[int] = set()
    order = np.argsort(-value, kind="stable")[: np.count_nonzero(value)]
    rows = pairs.first[order].tolist(), pairs.second[order].tolist(), value[order].tolist()
    for first, second, each in zip(*rows, strict=True):
        if partner[first] < 0 and second not in taken:
            partner[first], matched[first] = second, each
            taken.add(second)
    return partner, matched


def largest(values: FloatArray, group: IntArray, size: int) -> FloatArray:
    """Largest of the non-negative values of each of ``size`` groups, 0 for none; (size,)."""
    result = np.zeros(size)
    np.maximum.at(result, group, values)
    return result


def same_class_iou(boxes: Boxes, others: Boxes) -> FloatArray:
    """Each box's largest IoU with another set's boxes of its image and class, (n,)."""
    pairs = overlapping_pairs(boxes, others)
    return largest(pairs.iou * pairs.same_class, pairs.first, len(boxes))
