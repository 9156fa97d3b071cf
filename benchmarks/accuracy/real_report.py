"""Tables of real errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.evaluation import MIN_CONFIDENCE
from benchmarks.accuracy.real_benchmark import BEST_POSSIBLE, RealFindings
from benchmarks.accuracy.real_errors import EVERY_BOX, OPENED
from benchmarks.accuracy.runner import PROBABILISTIC, Result
from benchmarks.accuracy.tables import (
    METRICS,
    cross_table,
    number,
    reliability_table,
    table,
)
from odquality.kinds import ANY, OVERLOOKED

TWO = tuple(METRICS)[:2]
# What is ranked, by level and kind.
RANKED = {
    ("image", ANY): "images with any error",
    ("box", ANY): "labels with any error",
    ("box", OVERLOOKED): f"predictions above {number(MIN_CONFIDENCE)} that show a missing object",
    (EVERY_BOX, OVERLOOKED): "all predictions that do",
}


def real_sections(data: DetectionData, found: RealFindings) -> Iterator[str]:
    """The tables of one data set."""
    total = sum(found.numbers.values())
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in found.numbers.items())
    yield f"### {data.name}: {len(data):,} images, {total:,} errors ({kinds})"
    yield f"Rankings, {' / '.join(TWO)}:"
    yield _rankings(found.results)
    yield f"Each kind by its own score, images and boxes, {' / '.join(TWO)}:"
    for level in ("image", "box"):
        own = [r for r in found.results if r.level == level and r.kind != ANY]
        named = [replace(r, kind=f"{r.kind}, {level}") for r in own if _has_figure(r)]
        if named:
            yield cross_table(named, ("method", "kind"), TWO)
    yield "Share of all errors, those at the border too, in the images that are opened first:"
    yield _shares(found)
    for method, estimates in found.estimates.items():
        yield f"Numbers of errors by {method}:"
        rows = [
            [kind, f"{expected:,.0f}", f"{true:,}"] for kind, (expected, true) in estimates.items()
        ]
        yield table(["kind", "expected", "true"], rows)
    for method, curves in found.curves.items():
        yield f"Reliability of {method}: observed share of errors"
        yield reliability_table(curves)


def _rankings(results: Sequence[Result]) -> str:
    named = [
        replace(result, kind=RANKED[result.level, result.kind])
        for result in results
        if (result.level, result.kind) in RANKED and _has_figure(result)
    ]
    order = list(RANKED.values())
    named.sort(key=lambda result: order.index(result.kind))
    methods = list(dict.fromkeys(result.method for result in results))
    named.sort(key=lambda result: methods.index(result.method))
    return cross_table(named, ("method", "kind"), TWO)


def _has_figure(result: Result) -> bool:
    return not np.isnan(result.ranking.auroc)


def _shares(found: RealFindings) -> str:
    rows = []
    for (method, order), shares in found.shares.items():
        if method == BEST_POSSIBLE or method in PROBABILISTIC or order == "image score":
            name = ", ".join(part for part in (method, order) if part)
            rows.append([name, *map(number, shares)])
    return table(["order", *(f"first {share:.0%}" for share in OPENED)], rows)
