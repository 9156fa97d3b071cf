"""The short run for those who change the method."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.accuracy.floors.__main__ import main
from benchmarks.accuracy.floors.injected import KNOWN_KINDS
from benchmarks.accuracy.floors.row import Row
from devtools.real_data import DATA_FOLDER as DATA


def test_what_misses_its_floor_falls_short() -> None:
    assert not Row("r", (0.9, 0.8), (0.9, 0.8)).falls_short
    assert Row("r", (0.9, 0.79), (0.9, 0.8)).falls_short
    assert not Row("r", (0.8996, 0.8), (0.9,)).falls_short
    assert not Row("r", (0.1, 0.2)).falls_short
    assert Row("r", (np.nan,), (0.5,)).falls_short


def test_a_ceiling_is_not_to_be_passed() -> None:
    assert Row("r", (0.1,), (0.05,), at_most=True).falls_short
    assert not Row("r", (0.04,), (0.05,), at_most=True).falls_short
    assert Row("r", (np.nan,), (0.05,), at_most=True).falls_short


def test_cells() -> None:
    assert Row("r", (0.5, 0.25), (0.6,), (0.7,)).cells() == [
        "r",
        ".500 / .250",
        ".600",
        ".700",
        "SHORT",
    ]


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the benchmark's data are not at {DATA}")
def test_a_part_prints_its_rows_and_records_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    before = KNOWN_KINDS.read_bytes()
    main(["--part", "learnt"])
    printed = capsys.readouterr().out
    assert "| injected_seen labels, quality |" in printed
    assert "kaist" not in printed
    assert KNOWN_KINDS.read_bytes() == before
