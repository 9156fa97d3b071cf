"""All pairs of a group come once, in blocks whose size is bounded."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from odquality.core.pairs import (
    BLOCK_PAIRS,
    iter_image_pairs,
    iter_pairs,
    iter_pairs_within,
    iter_same_class_pairs,
)
from odquality.core.scenes import Boxes, Predictions, Scenes
from odquality.methods.interface import learn
from odquality.methods.objectlab.scorer import ObjectLab

FIRST = np.array([2, 0, 3, 1, 4])
SECOND = np.array([3, 5, 0, 2, 1])


def listed(blocks: list[tuple[np.ndarray, np.ndarray]]) -> list[tuple[int, int]]:
    return [pair for first, second in blocks for pair in zip(first.tolist(), second, strict=True)]


def expected_pairs() -> list[tuple[int, int]]:
    first = np.repeat(np.arange(len(FIRST)), FIRST)
    second = np.repeat(np.arange(len(SECOND)), SECOND)
    return [tuple(pair) for pair in np.argwhere(first[:, None] == second[None, :]).tolist()]


@pytest.mark.parametrize("block_pairs", [1, 2, 4, 5, 1000])
def test_every_pair_comes_once_and_in_order(block_pairs: int) -> None:
    assert listed(list(iter_pairs(FIRST, SECOND, block_pairs=block_pairs))) == expected_pairs()


def test_only_the_kept_boxes_are_paired() -> None:
    keep = np.arange(FIRST.sum()) % 2 == 0
    found = listed(list(iter_pairs(FIRST, SECOND, keep_first=keep)))
    assert found == [(first, second) for first, second in expected_pairs() if keep[first]]


@pytest.mark.parametrize(("first", "second"), [([], []), ([0, 0], [3, 4]), ([3, 4], [0, 0])])
def test_nothing_to_pair(first: list[int], second: list[int]) -> None:
    assert not list(iter_pairs(np.array(first, int), np.array(second, int)))


@pytest.mark.parametrize(("first", "second"), [([1000], [1000]), ([7] * 5000, [30] * 5000)])
def test_blocks_are_bounded(first: list[int], second: list[int]) -> None:
    sizes = [len(rows) for rows, _ in iter_pairs(np.array(first), np.array(second))]
    assert sum(sizes) == np.dot(first, second)
    assert max(sizes) <= BLOCK_PAIRS
    assert max(sizes) > BLOCK_PAIRS / 2


def test_a_box_with_more_partners_than_a_block_stays_whole() -> None:
    blocks = list(iter_pairs(np.array([2]), np.array([5]), block_pairs=3))
    assert [first.tolist() for first, _ in blocks] == [[0] * 5, [1] * 5]


def boxes(counts: np.ndarray, *, seed: int, largest_class: int = 2) -> Boxes:
    classes = np.random.default_rng(seed).integers(largest_class + 1, size=counts.sum())
    return Boxes(np.zeros((counts.sum(), 4)), classes, counts)


@pytest.mark.parametrize("largest_class", [2, 10_000_000])
def test_pairs_of_the_same_class(largest_class: int) -> None:
    first, second = boxes(FIRST, seed=0), boxes(SECOND, seed=1)
    for of in (first, second):
        of.classes[of.classes == 2] = largest_class
    found = listed(list(iter_same_class_pairs(first, second)))
    expected = [(a, b) for a, b in expected_pairs() if first.classes[a] == second.classes[b]]
    assert expected
    assert found == expected


def test_only_the_kept_boxes_are_paired_within_an_image_or_class() -> None:
    first, second = boxes(FIRST, seed=0), boxes(SECOND, seed=1)
    keep = np.arange(len(first)) % 2 == 0
    expected = [(a, b) for a, b in expected_pairs() if keep[a]]
    assert listed(list(iter_image_pairs(first, second, keep_first=keep))) == expected
    assert listed(list(iter_image_pairs(first, second))) == expected_pairs()
    expected = [(a, b) for a, b in expected if first.classes[a] == second.classes[b]]
    assert listed(list(iter_same_class_pairs(first, second, keep_first=keep))) == expected


def test_pairs_within_images_come_once() -> None:
    of = boxes(np.array([0, 1, 3, 0, 2]), seed=0)
    assert listed(list(iter_pairs_within(of))) == [(1, 2), (1, 3), (2, 3), (4, 5)]
    assert not list(iter_pairs_within(boxes(np.array([1, 0]), seed=0)))


def test_a_huge_image_takes_little_memory() -> None:
    rng = np.random.default_rng(1)
    counts = np.array([1000])
    corners = rng.uniform(0, 3000, (2, 1000, 2))
    xyxy = np.concatenate([corners, corners + rng.uniform(5, 200, (2, 1000, 2))], axis=2)
    labels = Boxes(xyxy[0], rng.integers(3, size=1000), counts)
    predictions = Predictions(
        xyxy=xyxy[1],
        classes=rng.integers(3, size=1000),
        counts=counts,
        confidence=rng.uniform(0.9, 1, 1000),
    )
    scenes = Scenes(labels, predictions, labels.take(np.empty(0, np.int64)))
    tracemalloc.start()
    try:
        scores = learn(ObjectLab(), [scenes]).score(scenes)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert np.isfinite(scores.images["quality"]).all()
    # One array of all pairs takes 8 MB.
    assert peak < 6e6
