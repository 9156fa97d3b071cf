"""Writes what was measured as Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np

from benchmarks.accuracy.benchmark import REPEATED, ROBUSTNESS, Report
from benchmarks.accuracy.real_report import real_sections
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
from odquality.kinds import ANY

LEGEND = """\
Figures are in [0, 1], higher = better; chance is .5 for AUROC and the share of errors for the
others. T is the number of errors. Items that a method does not score count as the least suspicious,
and ties as ordered at random. Where a tool has no score of a kind, its score of any error stands
in."""
REAL_LEGEND = """\
What is wrong is told by corrected labels of the same images. Labels and corrected boxes are matched
one to one within their class, the largest IoU first, from .1 up. A matched label is badly placed if
its IoU is below .5 (`injected_*`: .7). Of those left over, labels that overlap an object by half
are duplicates, or swaps if that object of another class is left over too, and the others are
spurious; corrected boxes are missing. Not judged: regions to ignore, what lies in them by half,
labels that touch a corrected one, and in `bccd_folds` and `bccd_seen` missing cells within 3 pixels
of the border, which their annotators left out by policy. The detectors of these two and of
`injected_*` were trained on the very labels that have the errors, and predict images that they have
not seen (`folds`) or have (`seen`). FiftyOne Brain, which takes minutes where there are more than
90 predictions an image, is left out there."""
INJECTED_LEGEND = """\
A +/- is the standard deviation over the seeds of the injection; the peers and the limit ran on the
first seed only, on the same labels as the others. FiftyOne Brain, to which every image is a world
of its own, scored each distinct image once. *Limit* is no method: gradient boosting on rich
evidence of the boxes, told the true errors of four fifths of the images and asked about the other
fifth.
Among errors of all kinds half of the spurious labels lie anywhere, and half are pasted from other
images."""
FOUR = " / ".join(METRICS)
TWO = ("AUROC", "average precision")


def to_markdown(reports: Sequence[Report]) -> str:
    """All tables of all datasets."""
    parts = ["# Accuracy: how well label errors are found", LEGEND]
    real = [report for report in reports if report.real is not None]
    if real:
        parts += ["## Real errors", REAL_LEGEND]
    for report in real:
        assert report.real is not None
        parts += real_sections(report.data, report.real)
    injected = [report for report in reports if report.results]
    if injected:
        parts += ["## Injected errors", INJECTED_LEGEND]
    for report in injected:
        parts += _injected_sections(report)
    return "\n\n".join(parts) + "\n"


def to_json(reports: Sequence[Report]) -> str:
    """All figures of all datasets, one object per ranking."""
    rankings = [
        result
        for report in reports
        for result in [*report.results, *(report.real.results if report.real else ())]
    ]
    results = [
        {key: value for key, value in asdict(result).items() if key != "ranking"}
        | {key: _or_null(value) for key, value in asdict(result.ranking).items()}
        for result in rankings
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
        "real": {
            report.data.name: {
                "numbers": report.real.numbers,
                "shares": {", ".join(key): each for key, each in report.real.shares.items()},
                "estimates": report.real.estimates,
                "reliability": {
                    method: {kind: [asdict(each) for each in bins] for kind, bins in kinds.items()}
                    for method, kinds in report.real.curves.items()
                },
            }
            for report in reports
            if report.real is not None
        },
        "seconds_per_1000_images": seconds,
    }
    return json.dumps(document, indent=1) + "\n"


def _or_null(value: float) -> float | None:
    return None if np.isnan(value) else value


def _injected_sections(report: Report) -> Iterator[str]:
    data = report.data
    yield (
        f"### {data.name}: {len(data):,} images, {len(data.labels):,} labels, "
        f"{len(data.predictions):,} predictions, {len(data.class_names)} classes"
    )
    by_images, by_boxes = _of(report, "images"), _of(report, "boxes")
    for level in ("image", "box"):
        yield f"#### One error in each of 20% of the images, all kinds mixed, {level} level"
        yield by_metric(
            [r for r in by_images if (r.scenario, r.kind, r.level) == (MIXED, ANY, level)]
        )
    for level in ("image", "box"):
        yield f"#### One error in each of 20% of the images, each kind by itself, {level} level"
        yield from _by_kind([r for r in by_images if r.scenario == r.kind and r.level == level])
    for level in ("image", "box"):
        results = [r for r in by_boxes if r.level == level]
        if results:
            yield f"#### Errors of each kind in 5% of the boxes, all kinds at once, {level} level"
            yield from _by_kind(results)
    yield "#### Other rates, kinds and sizes, image level"
    yield f"{' / '.join(TWO)}; first seed"
    robustness = [r for r in _of(report, ROBUSTNESS) if r.level == "image"]
    yield cross_table(_whole(robustness), ("scenario", "method"), TWO)
    repeated = [r for r in _of(report, REPEATED) if r.level == "image"]
    yield "#### A detector that has learnt a share of the errors, image level"
    yield f"{' / '.join(TWO)}; simulated: predictions that repeat errors, first seed"
    yield cross_table(repeated, ("scenario", "method"), TWO)
    for method, protocols in report.reliability.items():
        for rate, curves in protocols.items():
            yield f"#### Reliability of {method}, {rate}: observed share of errors"
            yield reliability_table(curves)
    yield "#### Seconds per 1,000 images"
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
