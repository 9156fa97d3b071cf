"""Random numbers: uniform, and of nothing but keys and numbers."""

from __future__ import annotations

import numpy as np

from odquality.methods.calibrated.draws import mix, uniform


def test_numbers_are_uniform_and_differ_by_key_and_number():
    keys = np.arange(20_000, dtype=np.uint64)
    first, second = uniform(keys, 0), uniform(keys, 1)

    for numbers in (first, second):
        assert numbers.min() >= 0
        assert numbers.max() < 1
        share, _ = np.histogram(numbers, bins=10, range=(0, 1))
        assert np.abs(share - 2000).max() < 200
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.02
    assert abs(np.corrcoef(first[1:], first[:-1])[0, 1]) < 0.02


def test_keys_are_left_as_they_are():
    keys, numbers = np.arange(5, dtype=np.uint64), np.arange(5, dtype=np.uint64)
    mix(keys, numbers)
    assert keys.tolist() == numbers.tolist() == [0, 1, 2, 3, 4]


def test_the_largest_seed_is_a_number():
    assert len(mix(np.zeros(1, np.uint64), 2**64 - 1)) == 1
