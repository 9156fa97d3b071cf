"""The short run for those who change the method."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.floors import limit
from benchmarks.accuracy.floors.__main__ import main
from benchmarks.accuracy.floors.injected import KNOWN_KINDS
from benchmarks.accuracy.floors.row import Row, score
from benchmarks.accuracy.suspicion import Suspicion
from devtools.real_data import DATA_FOLDER as DATA
from odquality.demo.injection.labels import Corrupted


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


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the benchmark's data are not at {DATA}")
def test_the_limit_is_of_the_draws_that_the_method_has(monkeypatch: pytest.MonkeyPatch) -> None:
    def oracle(data: DetectionData, _: object, corrupted: Corrupted) -> Suspicion:
        return score(data.with_labels(corrupted.labels, corrupted.iscrowd))

    monkeypatch.setattr(limit, "score_by_oracle", oracle)
    monkeypatch.setattr(limit, "MORE_SEEDS", 1)
    method, its_error, known, known_error = limit.limit_rows(DATA, 2)
    assert "2 draws, calibrated" in method.name
    assert "2 draws, limit" in known.name
    assert method.now == known.now
    assert its_error.now == known_error.now
    assert max(its_error.now) > 0
