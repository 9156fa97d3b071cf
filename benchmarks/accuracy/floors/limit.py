"""How far anyone could go where images are few, over as many draws as the method."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.evaluation import evaluate
from benchmarks.accuracy.files import load_dataset
from benchmarks.accuracy.floors.injected import MORE_SEEDS
from benchmarks.accuracy.floors.row import Row, score, two
from benchmarks.accuracy.oracle import score_by_oracle
from benchmarks.accuracy.scenarios import HALF_PASTED, MIXED, Scenario, possible_kinds
from benchmarks.accuracy.suspicion import Suspicion
from odquality.demo.injection.labels import Corrupted
from odquality.kinds import ANY

_DATASET = "bccd"


def limit_rows(folder: Path, least_seeds: int) -> Iterator[Row]:
    """The method beside one that is told the truth, and the standard errors of both."""
    data = load_dataset(_DATASET, folder)
    scenario = Scenario("images", MIXED, possible_kinds(data), settings=HALF_PASTED)
    methods: dict[str, Callable[[DetectionData, Corrupted], Suspicion]] = {
        "calibrated": lambda spoiled, _: score(spoiled),
        "limit": lambda _, corrupted: score_by_oracle(
            data, lambda seed: scenario.inject(data, seed), corrupted
        ),
    }
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in methods}
    seeds = least_seeds * MORE_SEEDS
    for seed in range(seeds):
        corrupted = scenario.inject(data, seed)
        spoiled = data.with_labels(corrupted.labels, corrupted.iscrowd)
        for name, method in methods.items():
            rankings = evaluate(data, corrupted, method(spoiled, corrupted))
            found[name].append(two(rankings["image", ANY]))
    for name, figures in found.items():
        title = f"{_DATASET} mixed, images, {seeds} draws, {name}"
        yield Row(title, tuple(np.mean(figures, axis=0).tolist()))
        error = np.std(figures, axis=0, ddof=1) / np.sqrt(seeds)
        yield Row(f"{title}, standard error", tuple(error.tolist()))
