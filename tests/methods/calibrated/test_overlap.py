"""Overlaps against an independent computation, in any unit."""

from __future__ import annotations

import numpy as np

from odquality.core.scenes import Boxes
from odquality.methods.calibrated.overlap import best_partner, overlaps


def _boxes(rng: np.random.Generator, counts: list[int]) -> Boxes:
    corner = rng.uniform(0, 50, (sum(counts), 2))
    xyxy = np.hstack([corner, corner + rng.uniform(5, 40, corner.shape)])
    return Boxes(xyxy, np.zeros(len(xyxy), np.int64), np.array(counts))


def test_overlaps_are_those_of_plain_loops():
    rng = np.random.default_rng(0)
    first, second = _boxes(rng, [3, 0, 4]), _boxes(rng, [5, 2, 6])
    expected = {}
    for a, box in enumerate(first.xyxy):
        for b, other in enumerate(second.xyxy):
            low, high = np.maximum(box[:2], other[:2]), np.minimum(box[2:], other[2:])
            shared = np.prod(high - low) if (high > low).all() else 0.0
            if first.image[a] == second.image[b] and shared > 0:
                sizes = [np.prod(each[2:] - each[:2]) for each in (box, other)]
                expected[a, b] = shared / (sum(sizes) - shared), shared / sizes[1]

    pairs = overlaps(first, second)

    assert set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)) == set(expected)
    values = [expected[pair] for pair in zip(pairs.first, pairs.second, strict=True)]
    np.testing.assert_allclose(np.stack([pairs.iou, pairs.inside], axis=1), values)


def test_tiny_boxes_overlap_as_large_ones_do():
    box = np.array([[0.0, 0.0, 2.0, 2.0]])
    other = np.array([[1.0, 0.0, 3.0, 2.0]])
    for unit in (1e3, 1.0, 1e-6):
        first, second = (
            Boxes(xyxy * unit, np.zeros(1, int), np.ones(1, int)) for xyxy in (box, other)
        )
        assert np.isclose(overlaps(first, second).iou[0], 1 / 3)


def test_boxes_without_area_overlap_nothing():
    point = Boxes(np.array([[1.0, 1.0, 1.0, 1.0]]), np.zeros(1, int), np.ones(1, int))
    box = Boxes(np.array([[0.0, 0.0, 3.0, 3.0]]), np.zeros(1, int), np.ones(1, int))

    assert len(overlaps(point, box).first) == 0
    assert len(overlaps(point, point).first) == 0


def test_best_partner_is_the_lowest_row_among_equals():
    values = np.array([0.2, 0.7, 0.7 + 1e-12, 0.0])
    largest, partner = best_partner(values, np.array([0, 0, 0, 1]), np.array([5, 9, 4, 3]), 3)

    np.testing.assert_allclose(largest, [0.7, 0, 0])
    assert partner.tolist() == [4, -1, -1]
