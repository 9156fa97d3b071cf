"""Errors that are injected: all kinds together, and each kind by its own score."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.accuracy.baselines import score_simply
from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.evaluation import evaluate
from benchmarks.accuracy.files import load_dataset
from benchmarks.accuracy.floors.row import Figures, Row, score, two
from benchmarks.accuracy.scenarios import HALF_PASTED, MIXED, PASTED, Scenario, possible_kinds
from benchmarks.accuracy.suspicion import Suspicion
from odquality.demo.injection.labels import Corrupted
from odquality.kinds import ANY

# Rankings of each kind by an earlier version, with the default number of seeds, and how much AUROC
# and average precision any may lose.
KNOWN_KINDS = Path(__file__).parent / "kinds.json"
MAY_LOSE = (0.01, 0.03)
MIXED_FLOORS: dict[str, tuple[Figures, Figures]] = {
    "voc": ((0.91, 0.785), (0.92, 0.80)),
    "bccd": ((0.92, 0.85), ()),
    "kaist": ((0.89, 0.60), ()),
}
KIND_ROW = "kind: "
# Where there are few images a figure needs more draws.
FEW_IMAGES, MORE_SEEDS = 500, 5

Key = tuple[str, str]


def injected_rows(folder: Path, least_seeds: int) -> Iterator[Row]:
    """All kinds mixed, and each kind's own ranking, alone and among the others."""
    known = json.loads(KNOWN_KINDS.read_text()) if KNOWN_KINDS.is_file() else {}

    def kind_row(name: str, now: Figures) -> Row:
        name = f"{KIND_ROW}{name}"
        before = known.get(name)
        floor = np.subtract(before, np.tile(MAY_LOSE, 2)) if before else ()
        return Row(name, now, tuple(floor))

    for name, (floor, aim) in MIXED_FLOORS.items():
        data = load_dataset(name, folder)
        seeds = least_seeds * (MORE_SEEDS if len(data) < FEW_IMAGES else 1)
        kinds = possible_kinds(data)
        all_kinds = Scenario("images", MIXED, kinds, settings=HALF_PASTED)
        mixed = _injected(data, all_kinds, seeds, score)
        simple = _injected(data, all_kinds, seeds, score_simply)
        yield Row(f"{name} mixed, images", mixed["image", ANY], floor, aim)
        yield Row(f"{name} mixed, labels", mixed["box", ANY], simple["box", ANY])
        for kind in kinds:
            both = mixed["image", kind] + mixed["box", kind]
            yield kind_row(f"{name} {kind} among others, images and boxes", both)
        single = {kind: Scenario("images", kind, (kind,)) for kind in kinds}
        single["spurious pasted"] = Scenario("images", "", ("spurious",), settings=PASTED)
        for title, scenario in single.items():
            alone = _injected(data, scenario, seeds, score)
            (kind,) = scenario.kinds
            both = alone["image", kind] + alone["box", kind]
            yield kind_row(f"{name} {title} alone, images and boxes", both)
        only = Scenario("boxes", "spurious", ("spurious",), 0.05)
        both = _injected(data, only, seeds, _by_image_score)["image", "spurious"]
        both += _injected(data, only, seeds, score)["image", "spurious"]
        title = "all errors spurious in 5% of the labels, images by score and own"
        yield kind_row(f"{name} {title}", both)


def _by_image_score(spoiled: DetectionData) -> Suspicion:
    suspicion = score(spoiled)
    images = {**suspicion.images, "spurious": suspicion.images[ANY]}
    return Suspicion(images, suspicion.labels, suspicion.predictions)


def _injected(
    data: DetectionData,
    scenario: Scenario,
    seeds: int,
    method: Callable[[DetectionData], Suspicion],
) -> dict[Key, Figures]:
    """AUROC and average precision by level and kind, means over seeds."""
    found = figures_by_draw(data, scenario, seeds, lambda spoiled, _: method(spoiled))
    return {key: tuple(np.mean(figures, axis=0).tolist()) for key, figures in found.items()}


def figures_by_draw(
    data: DetectionData,
    scenario: Scenario,
    seeds: int,
    method: Callable[[DetectionData, Corrupted], Suspicion],
) -> dict[Key, list[Figures]]:
    """AUROC and average precision by level and kind, of each draw.

    Args:
        data: images with labels that count as right.
        scenario: which errors to inject.
        seeds: number of draws.
        method: scores images with the errors of a draw; it may be told which these are.
    """
    found: dict[Key, list[Figures]] = {}
    for seed in range(seeds):
        corrupted = scenario.inject(data, seed)
        spoiled = data.with_labels(corrupted.labels, corrupted.iscrowd)
        for key, ranking in evaluate(data, corrupted, method(spoiled, corrupted)).items():
            found.setdefault(key, []).append(two(ranking))
    return found
