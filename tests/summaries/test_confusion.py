"""Classes of labels and predictions on the same objects."""

from __future__ import annotations

import numpy as np

from odquality.core.geometry import box_iou
from odquality.core.scenes import Boxes
from odquality.summaries.confusion import NOTHING, confused


def boxes_of(rows: list[list[float]], classes: list[int], counts: list[int]) -> Boxes:
    return Boxes(
        np.array(rows, float).reshape(-1, 4), np.array(classes, int), np.array(counts, int)
    )


def test_labels_go_with_what_overlaps_them_most() -> None:
    labels = boxes_of([[0, 0, 10, 10], [50, 0, 60, 10]], [1, 2], [2])
    found = boxes_of([[0, 0, 10, 9], [0, 0, 10, 10], [90, 0, 99, 9]], [3, 4, 5], [3])
    given, seen = confused(labels, found)
    assert given.tolist() == [1, 2, NOTHING]
    assert seen.tolist() == [4, NOTHING, 5]


def test_boxes_of_other_images_do_not_meet() -> None:
    box = [0.0, 0.0, 10.0, 10.0]
    given, seen = confused(boxes_of([box], [1], [1, 0]), boxes_of([box], [1], [0, 1]))
    assert given.tolist() == [1, NOTHING]
    assert seen.tolist() == [NOTHING, 1]


def test_nothing_goes_with_nothing() -> None:
    given, seen = confused(boxes_of([], [], [0]), boxes_of([], [], [0]))
    assert len(given) == len(seen) == 0


def test_it_is_what_a_loop_finds() -> None:
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 20, (60, 2))
    rows = np.hstack([corners, corners + rng.uniform(5, 12, (60, 2))]).tolist()
    labels = boxes_of(rows[:24], rng.integers(0, 3, 24).tolist(), [12, 0, 12])
    found = boxes_of(rows[24:], rng.integers(0, 3, 36).tolist(), [15, 6, 15])
    expected, met = [], np.zeros(36, bool)
    for row in range(24):
        overlaps = np.array(
            [
                float(box_iou(labels.columns[:, [row]], found.columns[:, [other]])[0])
                if labels.image[row] == found.image[other]
                else 0.0
                for other in range(36)
            ]
        )
        met |= overlaps >= 0.5
        best = int(overlaps.argmax())
        expected.append(int(found.classes[best]) if overlaps[best] >= 0.5 else NOTHING)
    given, seen = confused(labels, found)
    assert seen[:24].tolist() == expected
    assert len(set(expected)) > 2
    assert given[:24].tolist() == labels.classes.tolist()
    assert seen[24:].tolist() == found.classes[~met].tolist()
