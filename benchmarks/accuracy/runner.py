"""Runs every method on every scenario."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks.accuracy.baselines import score_by_sums, score_simply
from benchmarks.accuracy.brain_peer import score_by_brain, with_marks
from benchmarks.accuracy.cleanlab_peer import score_by_cleanlab
from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.evaluation import evaluate
from benchmarks.accuracy.metrics import Ranking
from benchmarks.accuracy.oracle import ORACLE, score_by_oracle
from benchmarks.accuracy.scenarios import Scenario
from benchmarks.accuracy.suspicion import Suspicion, score_by_odquality
from benchmarks.accuracy.variants import score_variants
from odquality.demo.injection.labels import Corrupted
from odquality.kinds import ANY
from odquality.methods.registry import METHODS

Score = Callable[[DetectionData], Suspicion]

BRAIN = "FiftyOne Brain"
BRAIN_WITH_MARKS = "FiftyOne Brain, marks added"
CLEANLAB = "cleanlab ObjectLab"
OURS: Mapping[str, Score] = {
    f"odquality {name}": partial(score_by_odquality, method=name) for name in METHODS
}
FAST: Mapping[str, Score] = {
    "simple scores": score_simply,
    "simple sums": score_by_sums,
    **OURS,
}
WITH_CLEANLAB: Mapping[str, Score] = {CLEANLAB: score_by_cleanlab, **FAST}
# The methods whose scores are 1 - a probability.
PROBABILISTIC = ("odquality calibrated",)


@dataclass(frozen=True)
class Result:
    """One ranking.

    Attributes:
        dataset: name of the data.
        protocol: ``images``, ``boxes`` or ``real``.
        scenario: what was injected.
        level: ``image`` or ``box``.
        kind: the kind of error that was looked for, or ``any``.
        method: who looked.
        seed: of the injection.
        ranking: the figures.
    """

    dataset: str
    protocol: str
    scenario: str
    level: str
    kind: str
    method: str
    seed: int
    ranking: Ranking


class Stopwatch:
    """Adds up how long each method takes, per image that it scores."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._images: dict[str, int] = {}

    def run(self, method: str, score: Score, data: DetectionData) -> Suspicion:
        """Scores and takes the time."""
        start = time.perf_counter()
        suspicion = score(data)
        elapsed = time.perf_counter() - start
        self._seconds[method] = self._seconds.get(method, 0.0) + elapsed
        self._images[method] = self._images.get(method, 0) + len(data)
        return suspicion

    def per_thousand_images(self) -> dict[str, float]:
        """Seconds per 1,000 images of each method."""
        return {
            method: 1000 * seconds / self._images[method]
            for method, seconds in self._seconds.items()
        }


def run_scenarios(
    data: DetectionData,
    scenarios: Iterable[Scenario],
    methods: Mapping[str, Score],
    seed: int,
    watch: Stopwatch,
) -> Iterator[Result]:
    """Injects each scenario's errors and ranks by each method."""
    for scenario in scenarios:
        corrupted = scenario.inject(data, seed)
        spoiled = data.with_labels(corrupted.labels, corrupted.iscrowd)
        result = partial(Result, data.name, scenario.protocol, scenario.name)
        for method, score in methods.items():
            suspicion = watch.run(method, score, spoiled)
            for (level, kind), ranking in evaluate(data, corrupted, suspicion).items():
                yield result(level, kind, method, seed, ranking)


def run_brain(
    data: DetectionData, scenarios: Sequence[Scenario], seed: int, watch: Stopwatch
) -> Iterator[Result]:
    """The same for FiftyOne Brain, which scores each distinct image of all scenarios once."""
    variants = [scenario.inject(data, seed) for scenario in scenarios]
    suspicions = score_variants(partial(watch.run, BRAIN, score_by_brain), data, variants)
    for scenario, corrupted, suspicion in zip(scenarios, variants, suspicions, strict=True):
        result = partial(Result, data.name, scenario.protocol, scenario.name)
        for (level, kind), ranking in evaluate(data, corrupted, suspicion).items():
            yield result(level, kind, BRAIN, seed, ranking)
        marked = evaluate(data, corrupted, with_marks(suspicion))
        if ("image", ANY) in marked:
            yield result("image", ANY, BRAIN_WITH_MARKS, seed, marked["image", ANY])


def run_oracle(
    data: DetectionData, scenarios: Sequence[Scenario], seed: int, watch: Stopwatch
) -> Iterator[Result]:
    """The same for the oracle, which is told the errors in all images but those it is asked of."""
    for scenario in scenarios:
        corrupted = scenario.inject(data, seed)

        def score(
            spoiled: DetectionData, scenario: Scenario = scenario, corrupted: Corrupted = corrupted
        ) -> Suspicion:
            return score_by_oracle(spoiled, partial(scenario.inject, data), corrupted)

        spoiled = data.with_labels(corrupted.labels, corrupted.iscrowd)
        suspicion = watch.run(ORACLE, score, spoiled)
        result = partial(Result, data.name, scenario.protocol, scenario.name)
        for (level, kind), ranking in evaluate(data, corrupted, suspicion).items():
            yield result(level, kind, ORACLE, seed, ranking)
