"""How far anyone could go where images are few, over as many draws as the method."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.files import load_dataset
from benchmarks.accuracy.floors.injected import MORE_SEEDS, figures_by_draw
from benchmarks.accuracy.floors.row import Row, score
from benchmarks.accuracy.oracle import score_by_oracle
from benchmarks.accuracy.scenarios import possible_kinds, standard_scenarios
from benchmarks.accuracy.suspicion import Suspicion
from odquality.demo.injection.labels import Corrupted
from odquality.kinds import ANY

_DATASET = "bccd"


def limit_rows(folder: Path, least_seeds: int) -> Iterator[Row]:
    """The method beside one that is told the truth, and the standard errors of both."""
    data = load_dataset(_DATASET, folder)
    mixed, *_ = standard_scenarios(possible_kinds(data))
    seeds = least_seeds * MORE_SEEDS

    def limit(_: DetectionData, corrupted: Corrupted) -> Suspicion:
        return score_by_oracle(data, partial(mixed.inject, data), corrupted)

    for name, method in (("calibrated", lambda spoiled, _: score(spoiled)), ("limit", limit)):
        figures = figures_by_draw(data, mixed, seeds, method)["image", ANY]
        title = f"{_DATASET} mixed, images, {seeds} draws, {name}"
        yield Row(title, tuple(np.mean(figures, axis=0).tolist()))
        error = np.std(figures, axis=0, ddof=1) / np.sqrt(seeds)
        yield Row(f"{title}, standard error", tuple(error.tolist()))
