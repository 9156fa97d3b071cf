"""All that is measured on one dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.accuracy.brain_peer import score_by_brain
from benchmarks.accuracy.comparison import RealErrors
from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.real_errors import rank_real
from benchmarks.accuracy.reliability import ReliabilityBin, reliability_by_kind
from benchmarks.accuracy.runner import (
    BRAIN,
    FAST,
    OURS,
    WITH_CLEANLAB,
    Result,
    Stopwatch,
    run_brain,
    run_scenarios,
)
from benchmarks.accuracy.scenarios import (
    Scenario,
    possible_kinds,
    robustness_scenarios,
    standard_scenarios,
)

# The methods whose scores are 1 - a probability.
PROBABILISTIC = ("odquality calibrated",)
ROBUSTNESS = "robustness"
REAL = "real"


@dataclass
class Report:
    """What was measured on one dataset.

    Attributes:
        data: the images.
        results: all rankings.
        reliability: by method, protocol and kind, the bins of the curve.
        watch: the time that the methods took.
    """

    data: DetectionData
    results: list[Result] = field(default_factory=list)
    reliability: dict[str, dict[str, dict[str, list[ReliabilityBin]]]] = field(default_factory=dict)
    watch: Stopwatch = field(default_factory=Stopwatch)


def measure(
    data: DetectionData, seeds: int, real: tuple[DetectionData, RealErrors] | None, *, brain: bool
) -> Report:
    """Runs all methods; the peers on the first seed only, for they are slow.

    Args:
        data: images with labels that count as right.
        seeds: number of injections.
        real: the same images with labels as annotated, and their errors, if there are any.
        brain: whether to run FiftyOne Brain.
    """
    report = Report(data)
    kinds = possible_kinds(data)
    standard = standard_scenarios(kinds)
    for seed in range(seeds):
        methods = FAST if seed else WITH_CLEANLAB
        report.results += run_scenarios(data, standard, methods, seed, report.watch)
    robustness = [
        Scenario(ROBUSTNESS, each.name, each.kinds, each.share, each.settings)
        for each in robustness_scenarios(kinds)
    ]
    report.results += run_scenarios(data, robustness, FAST, 0, report.watch)
    if brain:
        report.results += run_brain(data, standard, 0, report.watch)
    if real is not None:
        report.results += _real_errors(*real, report.watch, brain=brain)
    mixed = [scenario for scenario in standard if len(scenario.kinds) > 1]
    for method in set(PROBABILISTIC) & set(OURS):
        report.reliability[method] = {
            scenario.protocol: _reliability(data, scenario, method) for scenario in mixed
        }
    return report


def _real_errors(
    data: DetectionData, errors: RealErrors, watch: Stopwatch, *, brain: bool
) -> Iterator[Result]:
    methods = {**WITH_CLEANLAB, **({BRAIN: score_by_brain} if brain else {})}
    for method, score in methods.items():
        rankings = rank_real(data, errors, watch.run(method, score, data))
        for (level, kind), ranking in rankings.items():
            yield Result(data.name, REAL, REAL, level, kind, method, 0, ranking)


def _reliability(
    data: DetectionData, scenario: Scenario, method: str
) -> dict[str, list[ReliabilityBin]]:
    corrupted = scenario.inject(data, 0)
    spoiled = data.with_labels(corrupted.labels, corrupted.iscrowd)
    return reliability_by_kind(data, corrupted, OURS[method](spoiled))
