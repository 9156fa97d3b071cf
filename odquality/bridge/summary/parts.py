"""The parts of a summary of a run, each from what the database has counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import fsum
from typing import Any

import numpy as np

from odquality.bridge.summary.counts import RunCounts
from odquality.core.scenes import IntArray
from odquality.kinds import BY_NAME, SWAP, in_order
from odquality.summaries.class_matrix import ClassMatrix, swap_matrix
from odquality.summaries.class_table import ClassRow, ClassTable
from odquality.summaries.histogram import (
    AREA_EDGES,
    COUNT_EDGES,
    SCORE_EDGES,
    Histogram,
    bin_of,
    image_numbers,
    score_histogram,
)


def class_table(counts: RunCounts) -> ClassTable:
    """Labels, predictions, mean label quality and suspected errors of each class."""
    labels: Counter[str] = Counter()
    scored: Counter[str] = Counter()
    quality: dict[str, list[float]] = {}
    errors = class_errors(counts)
    # The database gives groups in any order, and rounding must not tell.
    for labelled in counts.labels:
        labels[labelled.name] += labelled.number
        scored[labelled.name] += labelled.scored
        quality.setdefault(labelled.name, []).append(labelled.quality)
    return ClassTable.of(
        ClassRow(
            name,
            labels[name],
            predictions=counts.predictions.get(name, 0),
            quality=fsum(quality[name]) / scored[name] if scored[name] else None,
            errors=errors.get(name, {}),
        )
        for name in {*labels, *counts.predictions, *errors}
    )


def class_errors(counts: RunCounts) -> dict[str, Counter[str]]:
    """Suspected errors by class as labelled, of missing labels as suggested, and by kind."""
    errors: dict[str, Counter[str]] = {}
    for group, number in counts.errors.items():
        name = str(group.suggested if group.given is None else group.given)
        errors.setdefault(name, Counter())[str(group.kind)] += number
    return errors


def class_matrix(counts: RunCounts) -> ClassMatrix:
    """How many labels of each class are suspected to be of which other one."""
    pairs: Counter[tuple[str, str]] = Counter()
    for group, number in counts.errors.items():
        if group.kind == SWAP and group.given is not None:
            pairs[group.given, str(group.suggested)] += number
    return swap_matrix(pairs)


def label_sizes(counts: RunCounts) -> Histogram:
    """Areas of the labels of each class, as shares of the image's."""
    rows = ((one.name, one.size, one.number) for one in counts.labels)
    return Histogram("Labels by area, as a share of the image's", AREA_EDGES, _by_name(rows))


def error_sizes(counts: RunCounts) -> Histogram:
    """Areas of the boxes that suspected errors suggest, by kind, as shares of the image's."""
    rows = [(str(group.kind), group.size, number) for group, number in counts.errors.items()]
    kinds = _by_name(rows)
    titles = {BY_NAME[kind].title: kinds[kind] for kind in in_order(kinds) if kind in BY_NAME}
    return Histogram("Suspected errors by area, as a share of the image's", AREA_EDGES, titles)


def boxes_per_image(counts: RunCounts) -> Histogram:
    """How many labels and predictions images have."""
    numbers = np.array([one["number"] for one in counts.box_numbers], np.int64)
    bins = {
        side: bin_of(np.array([one[side] for one in counts.box_numbers], np.float64), COUNT_EDGES)
        for side in ("labels", "predictions")
    }
    found = {side: _total(one, numbers, len(COUNT_EDGES) - 1) for side, one in bins.items()}
    return image_numbers(found)


def image_scores(counts: RunCounts) -> Histogram:
    """How many images have which score; lower = more likely mislabelled."""
    found = [0] * (len(SCORE_EDGES) - 1)
    for one in counts.scores:
        found[one["bin"]] += one["number"]
    return score_histogram(tuple(found))


def _by_name(rows: Iterable[tuple[str, int | None, int]]) -> dict[str, tuple[int, ...]]:
    """Numbers in each bin of sizes by name; what has no size is left out."""
    found: dict[str, Any] = {}
    for name, size, number in rows:
        bins = found.setdefault(name, [0] * (len(AREA_EDGES) - 1))
        if size is not None:
            bins[size] += number
    return {name: tuple(found[name]) for name in sorted(found)}


def _total(bins: IntArray, numbers: IntArray, size: int) -> tuple[int, ...]:
    return tuple(np.bincount(bins, numbers, minlength=size).astype(np.int64).tolist())
