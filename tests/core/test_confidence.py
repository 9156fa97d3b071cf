"""Confidences above 1."""

from __future__ import annotations

import numpy as np

from odquality.core.confidence import HAIR, above_one, clip_hair


def test_a_rounding_error_is_clipped() -> None:
    given = np.array([0.5, 1.0, np.float32(1.0000001), 1 + HAIR, 1.1, np.nan])
    before = given.copy()
    np.testing.assert_array_equal(clip_hair(given), [0.5, 1.0, 1.0, 1.0, 1.1, np.nan])
    np.testing.assert_array_equal(given, before)
    assert above_one(given).tolist() == [False, False, False, False, True, False]


def test_nothing_to_clip() -> None:
    given = np.array([0.0, 1.0])
    assert clip_hair(given) is given
