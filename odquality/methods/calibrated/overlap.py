"""Which boxes overlap and by how much, in a form that does not depend on the unit of the boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from odquality.core.geometry import box_area, box_intersection
from odquality.core.overlaps import near_pairs
from odquality.core.pairs import iter_pairs
from odquality.core.scenes import BoolArray, Boxes, FloatArray, IntArray
from odquality.core.segments import segment_max
from odquality.methods.calibrated.units import TOLERANCE, in_any_unit


@dataclass(frozen=True)
class Overlaps:
    """All n pairs of a first and a second box of the same image that share any area.

    Attributes:
        first: (n,) int64 rows of the first boxes.
        second: (n,) int64 rows of the second boxes.
        iou: (n,) float64 IoU in [0, 1].
        inside: (n,) float64 in [0, 1], the share of the second box that lies inside the first.
    """

    first: IntArray
    second: IntArray
    iou: FloatArray
    inside: FloatArray

    def where(self, keep: BoolArray) -> Overlaps:
        """The pairs of the mask ``keep``, (n,)."""
        rows = np.flatnonzero(keep)
        return Overlaps(
            self.first.take(rows),
            self.second.take(rows),
            self.iou.take(rows),
            self.inside.take(rows),
        )


def overlaps(first: Boxes, second: Boxes) -> Overlaps:
    """Finds the pairs of overlapping boxes; memory grows with their number, not with all pairs."""
    areas = box_area(first.columns), box_area(second.columns)
    blocks = [
        _overlapping(first, second, areas, a, b) for a, b in iter_pairs(first.counts, second.counts)
    ]
    if not blocks:
        rows, shares = np.zeros(0, np.int64), np.zeros(0)
        return Overlaps(rows, rows, shares, shares)
    return Overlaps(
        np.concatenate([block.first for block in blocks]),
        np.concatenate([block.second for block in blocks]),
        np.concatenate([block.iou for block in blocks]),
        np.concatenate([block.inside for block in blocks]),
    )


def _overlapping(
    first: Boxes, second: Boxes, areas: tuple[FloatArray, FloatArray], a: IntArray, b: IntArray
) -> Overlaps:
    a, b = near_pairs(first, a, second, b)
    intersection = box_intersection(first.columns.take(a, axis=1), second.columns.take(b, axis=1))
    found = np.flatnonzero(intersection)
    a, b, intersection = a.take(found), b.take(found), intersection.take(found)
    first_area, second_area = areas[0].take(a), areas[1].take(b)
    iou = intersection / (first_area + second_area - intersection)
    return Overlaps(a, b, in_any_unit(iou), in_any_unit(intersection / second_area))


def best_partner(
    values: FloatArray, owner: IntArray, partner: IntArray, size: int
) -> tuple[FloatArray, IntArray]:
    """The largest value of each owner, and the partner that it is of.

    Args:
        values: (n,) float64 in [0, 1], of n pairs.
        owner: (n,) int64 in [0, size).
        partner: (n,) int64 rows.
        size: number of owners.

    Returns:
        (size,) float64 largest values, 0 for an owner without any, and (size,) int64 partners:
        the lowest row among equals, -1 where the value is 0.
    """
    largest = segment_max(values, owner, size, empty=0.0)
    best = np.flatnonzero((values > 0) & (values >= largest[owner] - TOLERANCE))
    rows = np.full(size, np.iinfo(np.int64).max)
    np.minimum.at(rows, owner[best], partner[best])
    rows[largest <= 0] = -1
    return largest, rows
