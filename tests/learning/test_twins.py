from __future__ import annotations

import numpy as np

from odquality.learning.twins import pair_up, shows_on_another


def test_each_goes_with_the_one_that_is_about_as_likely() -> None:
    decided, others = np.array([0.9, 0.5, 0.5]), np.array([0.4, 0.001, 0.95, 0.999999])
    assert pair_up(decided, others) == [2, 0, None]
    assert pair_up(decided, np.empty(0)) == [None] * 3
    assert pair_up(np.empty(0), others) == []


def test_only_duplicates_show_on_another_label() -> None:
    assert shows_on_another("duplicate", 0.5)
    assert not shows_on_another("duplicate", 0.01)
    assert not shows_on_another("spurious", 0.5)
