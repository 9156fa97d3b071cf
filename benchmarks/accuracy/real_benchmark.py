"""All that is measured on errors that annotators, or the makers of a data set, made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from benchmarks.accuracy.brain_peer import with_marks
from benchmarks.accuracy.comparison import RealErrors
from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.real_errors import (
    numbers_found,
    orders,
    prediction_truth,
    rank_real,
    share_found,
)
from benchmarks.accuracy.reliability import IMAGES, ReliabilityBin, reliability_curve
from benchmarks.accuracy.runner import (
    BRAIN,
    BRAIN_WITH_MARKS,
    PROBABILISTIC,
    Result,
    Score,
    Stopwatch,
)
from benchmarks.accuracy.suspicion import Suspicion
from odquality.kinds import ANY, LABEL_KINDS, OVERLOOKED

REAL = "real"
BEST_POSSIBLE = "best possible"


@dataclass
class RealFindings:
    """What was found of the errors of one data set.

    Attributes:
        numbers: how many errors there are, by kind.
        results: rankings of images, labels and predictions.
        shares: share of all errors in the images that are opened first, by method and order.
        estimates: expected and true number of errors, by method and kind.
        curves: bins of the reliability curves, by method and what the probabilities are of.
    """

    numbers: Mapping[str, int]
    results: list[Result] = field(default_factory=list)
    shares: dict[tuple[str, str], tuple[float, ...]] = field(default_factory=dict)
    estimates: dict[str, Mapping[str, tuple[float, int]]] = field(default_factory=dict)
    curves: dict[str, dict[str, list[ReliabilityBin]]] = field(default_factory=dict)


def measure_real(
    data: DetectionData, errors: RealErrors, methods: Mapping[str, Score], watch: Stopwatch
) -> RealFindings:
    """Holds every method against the errors.

    Args:
        data: images with the labels that have the errors.
        errors: what is wrong in them.
        methods: by name.
        watch: takes the time.
    """
    found = RealFindings(errors.numbers())
    number = errors.seen_in_image()
    found.shares[BEST_POSSIBLE, ""] = share_found(number, number.astype(np.float64))
    for method, suspicion in _suspicions(data, methods, watch):
        for (level, kind), ranking in rank_real(data, errors, suspicion).items():
            found.results.append(Result(data.name, REAL, REAL, level, kind, method, 0, ranking))
        for order, values in orders(suspicion).items():
            found.shares[method, order] = share_found(number, values)
        if method in PROBABILISTIC:
            found.estimates[method] = numbers_found(data, errors, suspicion)
            found.curves[method] = _curves(data, errors, suspicion)
    return found


def _suspicions(
    data: DetectionData, methods: Mapping[str, Score], watch: Stopwatch
) -> Iterator[tuple[str, Suspicion]]:
    for method, score in methods.items():
        suspicion = watch.run(method, score, data)
        yield method, suspicion
        if method == BRAIN:
            yield BRAIN_WITH_MARKS, with_marks(suspicion)


def _curves(
    data: DetectionData, errors: RealErrors, suspicion: Suspicion
) -> dict[str, list[ReliabilityBin]]:
    wrong, counts = prediction_truth(data, errors)
    curves = {
        IMAGES: reliability_curve(errors.per_image(ANY) > 0, suspicion.images[ANY]),
        OVERLOOKED: reliability_curve(wrong[counts], suspicion.predictions[counts]),
    }
    for kind in (ANY, *(kind for kind in LABEL_KINDS if kind in errors.numbers())):
        wrong, counts = errors.of_labels(kind)
        curves[kind] = reliability_curve(wrong[counts], suspicion.labels[kind][counts])
    return curves
