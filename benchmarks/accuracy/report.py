"""Writes what was measured as Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np

from benchmarks.accuracy.benchmark import REAL, ROBUSTNESS, Report
from benchmarks.accuracy.runner import Result
from benchmarks.accuracy.scenarios import MIXED
from benchmarks.accuracy.tables import (
    METRICS,
    by_metric,
    cross_table,
    largest_spread,
    number,
    reliability_table,
    table,
)
from odquality.demo.injection.labels import ANY

LEGEND = """\
Figures are in [0, 1], higher = better; chance is .5 for AUROC and the share of errors for the
others. T is the number of errors. Items that a method does not score count as the least suspicious,
and ties as ordered at random. Where a tool has no score of a kind, its score of any error stands
in. A +/- is the standard deviation over the seeds of the injection; the peers ran on the first seed
only, on the same labels as the others. FiftyOne Brain, to which every image is a world of its own,
scored each distinct image once."""
FOUR = " / ".join(METRICS)
TWO = ("AUROC", "average precision")


def to_markdown(reports: Sequence[Report]) -> str:
    """All tables of all datasets."""
    parts = ["# Accuracy: how well label errors are found", LEGEND]
    for report in reports:
        parts += _sections(report)
    return "\n\n".join(parts) + "\n"


def to_json(reports: Sequence[Report]) -> str:
    """All figures of all datasets, one object per ranking."""
    results = [
        {key: value for key, value in asdict(result).items() if key != "ranking"}
        | {key: _or_null(value) for key, value in asdict(result.ranking).items()}
        for report in reports
        for result in report.results
    ]
    curves = {
        report.data.name: {
            method: {
                protocol: {kind: [asdict(each) for each in bins] for kind, bins in kinds.items()}
                for protocol, kinds in protocols.items()
            }
            for method, protocols in report.reliability.items()
        }
        for report in reports
    }
    seconds = {report.data.name: report.watch.per_thousand_images() for report in reports}
    document = {
        "results": results,
        "reliability": curves,
        "seconds_per_1000_images": seconds,
    }
    return json.dumps(document, indent=1) + "\n"


def _or_null(value: float) -> float | None:
    return None if np.isnan(value) else value


def _sections(report: Report) -> Iterator[str]:
    data = report.data
    yield (
        f"## {data.name}: {len(data):,} images, {len(data.labels):,} labels, "
        f"{len(data.predictions):,} predictions, {len(data.class_names)} classes"
    )
    by_images, by_boxes = _of(report, "images"), _of(report, "boxes")
    for level in ("image", "box"):
        yield f"### One error in each of 20% of the images, all kinds mixed, {level} level"
        yield by_metric(
            [r for r in by_images if (r.scenario, r.kind, r.level) == (MIXED, ANY, level)]
        )
    for level in ("image", "box"):
        yield f"### One error in each of 20% of the images, each kind by itself, {level} level"
        yield from _by_kind([r for r in by_images if r.scenario == r.kind and r.level == level])
    for level in ("image", "box"):
        results = [r for r in by_boxes if r.level == level]
        if results:
            yield f"### Errors of each kind in 5% of the boxes, all kinds at once, {level} level"
            yield from _by_kind(results)
    yield "### Other rates, kinds and sizes, image level"
    yield f"{' / '.join(TWO)}; first seed"
    robustness = [r for r in _of(report, ROBUSTNESS) if r.level == "image"]
    yield cross_table(_whole(robustness), ("scenario", "method"), TWO)
    real = _of(report, REAL)
    if real:
        yield (
            f"### Real errors: which of {real[0].ranking.items:,} unmatched predictions show an "
            f"overlooked object ({real[0].ranking.positives:,} do)"
        )
        yield by_metric(real)
    for method, protocols in report.reliability.items():
        for protocol, curves in protocols.items():
            yield f"### Reliability of {method}, protocol by {protocol}: observed share of errors"
            yield reliability_table(curves)
    yield "### Seconds per 1,000 images"
    seconds = report.watch.per_thousand_images()
    yield table(["method", "seconds"], [[name, f"{value:.2f}"] for name, value in seconds.items()])


def _of(report: Report, protocol: str) -> list[Result]:
    """The results of a protocol, without those where all is wrong or nothing."""
    return [
        result
        for result in report.results
        if result.protocol == protocol and not np.isnan(result.ranking.auroc)
    ]


def _by_kind(results: list[Result]) -> Iterator[str]:
    auroc, precision = (number(largest_spread(results, METRICS[name])) for name in TWO)
    yield f"{FOUR}; largest standard deviations of the first two: {auroc}, {precision}"
    yield cross_table(results, ("method", "kind"))


def _whole(results: list[Result]) -> list[Result]:
    """All errors of each scenario together, not kind by kind."""
    mixed = {result.scenario for result in results if result.kind == ANY}
    return [r for r in results if r.kind == ANY or r.scenario not in mixed]
