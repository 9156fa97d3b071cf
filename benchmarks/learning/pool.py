"""What a simulated reviewer can be asked: boxes, and whether they have an error of a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.baselines import score_simply
from benchmarks.accuracy.comparison import compare
from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.evaluation import is_candidate, label_truth, matches, object_shown
from benchmarks.accuracy.files import CORRECTED_LABELS, DATASETS, ORIGINAL_LABELS, load_dataset
from benchmarks.accuracy.real_errors import prediction_truth
from benchmarks.accuracy.scenarios import HALF_PASTED, MIXED, Scenario, possible_kinds
from benchmarks.accuracy.suspicion import Suspicion, score_by_odquality
from odquality.core.scenes import BoolArray, Boxes, FloatArray, IntArray
from odquality.kinds import KINDS, LABEL_KINDS, OVERLOOKED

CALIBRATED, SIMPLE, OBJECTLAB = "calibrated", "simple scores", "ObjectLab"
METHODS: Mapping[str, Callable[[DetectionData], Suspicion]] = {
    CALIBRATED: partial(score_by_odquality, method="calibrated"),
    SIMPLE: score_simply,
    OBJECTLAB: partial(score_by_odquality, method="objectlab"),
}
# Kinds that ObjectLab has a score for; another one's box would be asked about twice.
_TOLD_BY_OBJECTLAB = (OVERLOOKED, "swap", "badloc")

# Which boxes have an error of a kind, and which count.
Truth = Mapping[str, tuple[BoolArray, BoolArray]]


@dataclass(frozen=True)
class Pool:
    """n questions: has this box an error of this kind?

    Attributes:
        kind: (n,) int64 index into `KINDS`.
        is_error: (n,) the answer.
        box: (n,) int64 number of the box; questions about one label have the same.
        shows: (n,) int64 number of the missing object that the box shows, -1 for none.
        suspicion: by method, (n,) float64, higher = more likely; probabilities by ``calibrated``.
    """

    kind: IntArray
    is_error: BoolArray
    box: IntArray
    shows: IntArray
    suspicion: Mapping[str, FloatArray]

    def __len__(self) -> int:
        return len(self.kind)

    def by_kind(self, values: FloatArray, rows: BoolArray) -> dict[str, FloatArray]:
        """Values of some questions, by kind."""
        return {kind: values[rows & (self.kind == row)] for row, kind in enumerate(KINDS)}


def draw_pool(name: str, folder: Path, seed: int) -> Pool:
    """Three in four images of a dataset, drawn at random and scored by each method.

    Errors are the real ones where labels were corrected; else one is injected into each of 20% of
    the images, all kinds mixed.
    """
    rules = DATASETS[name].rules
    best = load_dataset(name, folder)
    rng = np.random.default_rng(seed)
    images = np.sort(rng.permutation(len(best))[: len(best) * 3 // 4])
    best = best.of_images(images)
    if rules is None:
        scenario = Scenario("images", MIXED, possible_kinds(best), settings=HALF_PASTED)
        corrupted = scenario.inject(best, seed)
        data = best.with_labels(corrupted.labels, corrupted.iscrowd)
        missing = corrupted.errors.dropped(len(data))
        found = matches(data.predictions, missing)
        truth = {kind: label_truth(corrupted, kind) for kind in LABEL_KINDS}
        truth[OVERLOOKED] = (found, is_candidate(data.labels, data.predictions))
        return _pool(data, missing, truth)
    assert DATASETS[name].best_labels == CORRECTED_LABELS
    data = load_dataset(name, folder, ORIGINAL_LABELS).of_images(images)
    errors = compare(data, best, rules)
    truth = {kind: (errors.of_labels(kind)[0], errors.counts) for kind in LABEL_KINDS}
    truth[OVERLOOKED] = prediction_truth(data, errors)
    return _pool(data, errors.missing, truth)


def _pool(data: DetectionData, missing: Boxes, truth: Truth) -> Pool:
    suspicions = {method: score(data) for method, score in METHODS.items()}
    probability = {kind: _of(suspicions[CALIBRATED], kind) for kind in KINDS}
    rows = {kind: np.flatnonzero(truth[kind][1] & ~np.isnan(probability[kind])) for kind in KINDS}
    number = {kind: len(rows[kind]) for kind in KINDS}
    # Numbers below 0 are predictions'.
    boxes = {kind: -1 - rows[kind] if kind == OVERLOOKED else rows[kind] for kind in KINDS}
    is_error = {kind: truth[kind][0][rows[kind]] for kind in KINDS}
    shown = object_shown(data.predictions, missing)[rows[OVERLOOKED]]
    shows = {kind: np.full(number[kind], -1) for kind in KINDS}
    shows[OVERLOOKED] = np.where(is_error[OVERLOOKED], shown, -1)
    return Pool(
        kind=np.repeat(np.arange(len(KINDS)), [number[kind] for kind in KINDS]),
        is_error=_join(is_error.values()),
        box=_join(boxes.values()),
        shows=_join(shows.values()),
        suspicion={
            method: _join(_told(method, suspicion, kind)[rows[kind]] for kind in KINDS)
            for method, suspicion in suspicions.items()
        },
    )


def _of(suspicion: Suspicion, kind: str) -> FloatArray:
    return suspicion.predictions if kind == OVERLOOKED else suspicion.labels[kind]


def _told(method: str, suspicion: Suspicion, kind: str) -> FloatArray:
    """Suspicions of a kind; what a method does not tell is the least suspicious."""
    values = _of(suspicion, kind)
    if method == OBJECTLAB and kind not in _TOLD_BY_OBJECTLAB:
        return np.full(len(values), -1.0)
    return np.nan_to_num(values, nan=-1.0)


def _join(parts: Iterable[NDArray[Any]]) -> Any:
    return np.concatenate(list(parts))
