"""All that is measured on one dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from benchmarks.accuracy.brain_peer import score_by_brain
from benchmarks.accuracy.comparison import RealErrors
from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.evaluation import evaluate
from benchmarks.accuracy.real_benchmark import RealFindings, measure_real
from benchmarks.accuracy.reliability import ReliabilityBin, reliability_by_kind
from benchmarks.accuracy.repeating import SHARES, repeat_errors
from benchmarks.accuracy.runner import (
    BRAIN,
    FAST,
    OURS,
    PROBABILISTIC,
    WITH_CLEANLAB,
    Result,
    Stopwatch,
    run_brain,
    run_oracle,
    run_scenarios,
)
from benchmarks.accuracy.scenarios import (
    Scenario,
    possible_kinds,
    rate_scenarios,
    robustness_scenarios,
    standard_scenarios,
)
from odquality.kinds import ANY

BRAIN_BOXES = 90
ROBUSTNESS = "robustness"
REPEATED = "repeated"


@dataclass
class Report:
    """What was measured on one dataset.

    Attributes:
        data: the images, with labels that count as right.
        results: all rankings of injected errors.
        real: what was found of the errors that the labels have as annotated, if they are known.
        reliability: by method, rate of injected errors, and kind, the bins of the curve.
        watch: the time that the methods took.
    """

    data: DetectionData
    results: list[Result] = field(default_factory=list)
    real: RealFindings | None = None
    reliability: dict[str, dict[str, dict[str, list[ReliabilityBin]]]] = field(default_factory=dict)
    watch: Stopwatch = field(default_factory=Stopwatch)


def measure(
    data: DetectionData,
    seeds: int,
    real: tuple[DetectionData, RealErrors] | None,
    *,
    injected: bool = True,
    slow: bool = True,
) -> Report:
    """Runs all methods; the slow ones on the first seed only.

    Args:
        data: images with labels that count as right.
        seeds: number of injections.
        real: the same images with labels as annotated, and their errors, if there are any.
        injected: whether to inject errors.
        slow: whether to run FiftyOne Brain and the oracle.
    """
    report = Report(data)
    if real is not None:
        # Where a detector gives a hundred predictions an image, Brain takes minutes for a few.
        brain = slow and len(real[0].predictions) <= BRAIN_BOXES * len(real[0])
        methods = {**WITH_CLEANLAB, **({BRAIN: score_by_brain} if brain else {})}
        report.real = measure_real(*real, methods, report.watch)
    if injected:
        _measure_injected(report, seeds, slow=slow)
    return report


def _measure_injected(report: Report, seeds: int, *, slow: bool) -> None:
    data = report.data
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
    report.results += _repeated(data, standard[0])
    if slow:
        report.results += run_brain(data, standard, 0, report.watch)
        report.results += run_oracle(data, standard, 0, report.watch)
    for method in PROBABILISTIC:
        report.reliability[method] = {
            scenario.name: _reliability(data, scenario, method)
            for scenario in rate_scenarios(kinds)
        }


def _repeated(data: DetectionData, mixed: Scenario) -> Iterator[Result]:
    """Rankings where the detector has learnt a share of the errors."""
    corrupted = mixed.inject(data, 0)
    for share in SHARES:
        learnt = repeat_errors(data, corrupted, share)
        result = partial(Result, data.name, REPEATED, f"{share:.0%} of the errors learnt")
        for method, score in FAST.items():
            for (level, kind), ranking in evaluate(learnt, corrupted, score(learnt)).items():
                if kind == ANY:
                    yield result(level, ANY, method, 0, ranking)


def _reliability(
    data: DetectionData, scenario: Scenario, method: str
) -> dict[str, list[ReliabilityBin]]:
    corrupted = scenario.inject(data, 0)
    spoiled = data.with_labels(corrupted.labels, corrupted.iscrowd)
    return reliability_by_kind(data, corrupted, OURS[method](spoiled))
