from __future__ import annotations

import numpy as np

from odquality.core.class_numbers import ClassNumbers


def test_small_classes_keep_their_number():
    classes = np.array([0, 5, 4095])
    assert ClassNumbers().encode(classes).tolist() == [0, 5, 4095]


def test_large_classes_get_small_numbers_that_stay():
    numbers = ClassNumbers()
    first = numbers.encode(np.array([10**15, 3, 10**12, 10**15]))
    assert first[0] == first[3] != first[2]
    assert first[1] == 3
    assert first.max() < 5000
    assert numbers.encode(np.array([10**12])).tolist() == [first[2]]
