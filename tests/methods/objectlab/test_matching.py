"""True positives are found at all thresholds at once, as one threshold after another finds them."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.arrays.image_lists import ImageLists
from odquality.core.geometry import box_iou
from odquality.core.scenes import Scenes
from odquality.methods.objectlab.matching import IOU_THRESHOLDS, true_positives
from tests.arrays.scenes import labels_of, random_scenes, rows_of, to_rows

BOX = [0.0, 0.0, 100.0, 100.0]


def one_by_one(scenes: Scenes) -> dict[int, int]:
    """Flags of the predictions that have any."""
    labels, predictions = scenes.labels, scenes.predictions
    of_label: dict[int, list[tuple[float, float, int]]] = {}
    for row in range(len(predictions)):
        image = predictions.image[row]
        same = (labels.image == image) & (labels.classes == predictions.classes[row])
        rows = np.flatnonzero(same)
        if not len(rows):
            continue
        iou = box_iou(labels.columns[:, rows], predictions.columns[:, [row] * len(rows)])
        best = (-predictions.confidence[row], float(iou.max()), row)
        of_label.setdefault(int(rows[iou.argmax()]), []).append(best)
    flags: dict[int, int] = {}
    for matches in of_label.values():
        for bit, threshold in enumerate(IOU_THRESHOLDS):
            found = [(less, row) for less, iou, row in matches if iou >= threshold]
            if found:
                _, row = min(found)
                flags[row] = flags.get(row, 0) | 1 << bit
    return flags


def distinct_confidences(scenes: Scenes) -> Scenes:
    """Which of equally confident predictions is the true one is left open."""
    number = len(scenes.predictions)
    confidence = np.random.default_rng(0).permutation(number) / max(1, number)
    scenes.predictions.confidence[:] = confidence
    return scenes


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [100.0, 500.0])
def test_equals_one_threshold_after_another(seed: int, size: float) -> None:
    labels, predictions = random_scenes(seed, 60, size=size, num_classes=2)
    (scenes,) = ImageLists(labels, to_rows(predictions)).scenes()
    rows, flags = true_positives(distinct_confidences(scenes))
    found = dict(zip(rows.tolist(), flags.tolist(), strict=True))
    assert len(found) == len(rows) > 20
    assert found == one_by_one(scenes)


def test_of_equally_confident_predictions_one_is_true_at_each_threshold() -> None:
    found = rows_of((BOX, 0, 0.9), (BOX, 0, 0.9), ([0, 0, 100, 72], 0, 0.9))
    (scenes,) = ImageLists(labels_of([(BOX, 0)]), [found]).scenes()
    _, flags = true_positives(scenes)
    every_threshold = (1 << len(IOU_THRESHOLDS)) - 1
    assert np.bitwise_or.reduce(flags) == flags.sum() == every_threshold


def test_the_first_of_equal_labels_is_matched() -> None:
    found = rows_of((BOX, 0, 0.9), (BOX, 0, 0.8))
    (scenes,) = ImageLists(labels_of([(BOX, 0), (BOX, 0)]), [found]).scenes()
    rows, _ = true_positives(scenes)
    assert rows.tolist() == [0]


def test_nothing_matches() -> None:
    (scenes,) = ImageLists(labels_of([(BOX, 0)], []), [rows_of((BOX, 1, 0.9)), []]).scenes()
    rows, flags = true_positives(scenes)
    assert rows.shape == flags.shape == (0,)
