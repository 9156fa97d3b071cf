"""Predictions that lie mostly in an ignored region."""

from __future__ import annotations

import numpy as np

from odquality.arrays.image_lists import ImageLists
from odquality.core.ignored import mostly_ignored
from tests.arrays.scenes import labels_of, rows_of


def test_predictions_in_ignored_regions() -> None:
    labels = labels_of([([0, 0, 100, 100], 0)], [])
    labels[0]["iscrowd"] = np.array([True])
    found = rows_of(([90, 90, 110, 100], 0, 0.9), ([91, 0, 110, 9], 0, 0.9), ([5, 5, 5, 9], 0, 0.9))
    (scenes,) = ImageLists(labels, [found, found]).scenes()
    keep = np.array([True, True, True, True, True, True])
    expected = [True, False, False, False, False, False]
    assert mostly_ignored(scenes.ignored, scenes.predictions, keep).tolist() == expected
    assert not mostly_ignored(scenes.ignored, scenes.predictions, ~keep).any()
