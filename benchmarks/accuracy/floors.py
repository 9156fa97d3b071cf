"""What is asked of the calibrated method, beside what it reaches now.

``python -m benchmarks.accuracy.floors`` is a short run for those who change the method. Each row
holds a figure against a floor, or a ceiling where less is better, and marks what falls short.
``--record`` writes the rankings of each kind to ``kinds.json``, against which later versions are
held: none may lose more than .01 AUROC or .03 average precision.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.accuracy.baselines import score_by_sums, score_simply
from benchmarks.accuracy.comparison import Rules
from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.evaluation import evaluate, label_truth
from benchmarks.accuracy.files import load_dataset, load_errors
from benchmarks.accuracy.metrics import Ranking, rank
from benchmarks.accuracy.overlaps import largest
from benchmarks.accuracy.real_errors import (
    numbers_found,
    orders,
    prediction_truth,
    rank_real,
    share_found,
)
from benchmarks.accuracy.reliability import calibration_error
from benchmarks.accuracy.scenarios import HALF_PASTED, MIXED, PASTED, Scenario, possible_kinds
from benchmarks.accuracy.suspicion import Suspicion, score_by_odquality
from benchmarks.accuracy.tables import number, table
from devtools.real_data import DATA_FOLDER
from odquality.core.scenes import BoolArray, FloatArray
from odquality.demo.injection.labels import ANY
from odquality.kinds import KINDS

KNOWN_KINDS = Path(__file__).parent / "kinds.json"
MAY_LOSE = (0.01, 0.03)

Figures = tuple[float, ...]
Key = tuple[str, str]


@dataclass(frozen=True)
class Row:
    """One line: figures, and the floors that they must reach, or the ceilings if ``at_most``."""

    name: str
    now: Figures
    floor: Figures = ()
    aim: Figures = ()
    at_most: bool = False

    @property
    def falls_short(self) -> bool:
        """Whether any figure, rounded as shown, misses its floor."""
        pairs = zip(np.round(self.now, 3), self.floor, strict=False)
        return any((now > floor) if self.at_most else not now >= floor for now, floor in pairs)

    def cells(self) -> list[str]:
        """The cells of the table."""
        figures = (" / ".join(map(number, each)) for each in (self.now, self.floor, self.aim))
        return [self.name, *figures, "SHORT" if self.falls_short else ""]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.floors")
    parser.add_argument("--seeds", type=int, default=2, help="number of injections")
    parser.add_argument("--data", type=Path, default=DATA_FOLDER, help="directory of the files")
    parser.add_argument("--part", choices=list(PARTS), help="measure one part only")
    parser.add_argument("--record", action="store_true", help="rankings of each kind to kinds.json")
    options = parser.parse_args(arguments)
    rows: list[Row] = []
    for name, part in PARTS.items():
        if options.part in (None, name):
            start = time.perf_counter()
            rows += part(options.data, options.seeds)
            print(f"{name}: {time.perf_counter() - start:.0f} s", flush=True)
    if options.record:
        known = {row.name: row.now for row in rows if row.name.startswith(KIND_ROW)}
        KNOWN_KINDS.write_text(json.dumps(known, indent=1) + "\n")
    short = sum(row.falls_short for row in rows)
    print(table(["what", "now", "floor", "aim", f"{short} short"], [row.cells() for row in rows]))


score = partial(score_by_odquality, method="calibrated")


def _injected(
    data: DetectionData,
    scenario: Scenario,
    seeds: int,
    method: Callable[[DetectionData], Suspicion] = score,
) -> dict[Key, Figures]:
    """AUROC and average precision by level and kind, means over seeds."""
    found: dict[Key, list[Figures]] = {}
    for seed in range(seeds):
        corrupted = scenario.inject(data, seed)
        spoiled = data.with_labels(corrupted.labels, corrupted.iscrowd)
        for key, ranking in evaluate(data, corrupted, method(spoiled)).items():
            found.setdefault(key, []).append(_two(ranking))
    return {key: tuple(np.mean(figures, axis=0).tolist()) for key, figures in found.items()}


def _two(ranking: Ranking) -> Figures:
    return ranking.auroc, ranking.average_precision


MIXED_FLOORS: dict[str, tuple[Figures, Figures]] = {
    "voc": ((0.91, 0.785), (0.92, 0.80)),
    "bccd": ((0.92, 0.85), ()),
    "kaist": ((0.89, 0.60), ()),
}
KIND_ROW = "kind: "
# Where there are few images a figure needs more draws.
FEW_IMAGES, MORE_SEEDS = 500, 5


def injected_rows(folder: Path, least_seeds: int) -> Iterator[Row]:
    """All kinds mixed, and each kind's own ranking, alone and among the others."""
    known = json.loads(KNOWN_KINDS.read_text()) if KNOWN_KINDS.is_file() else {}

    def kind_row(name: str, figures: dict[Key, Figures], kind: str) -> Row:
        now = figures["image", kind] + figures["box", kind]
        name = f"{KIND_ROW}{name}, images and boxes"
        floor = np.array(known.get(name, ())) - np.tile(MAY_LOSE, 2)[: len(known.get(name, ()))]
        return Row(name, now, tuple(np.floor(1000 * floor) / 1000))

    for name, (floor, aim) in MIXED_FLOORS.items():
        data = load_dataset(name, folder)
        seeds = least_seeds * (MORE_SEEDS if len(data) < FEW_IMAGES else 1)
        kinds = possible_kinds(data)
        mixed = _injected(data, Scenario("images", MIXED, kinds, settings=HALF_PASTED), seeds)
        simple = _injected(
            data, Scenario("images", MIXED, kinds, settings=HALF_PASTED), seeds, score_simply
        )
        yield Row(f"{name} mixed, images", mixed["image", ANY], floor, aim)
        yield Row(f"{name} mixed, labels", mixed["box", ANY], simple["box", ANY])
        for kind in kinds:
            yield kind_row(f"{name} {kind} among others", mixed, kind)
        for kind in kinds:
            alone = _injected(data, Scenario("images", kind, (kind,)), seeds)
            yield kind_row(f"{name} {kind} alone", alone, kind)
        alone = _injected(data, Scenario("images", "pasted", ("spurious",), settings=PASTED), seeds)
        yield kind_row(f"{name} spurious pasted alone", alone, "spurious")
        only = Scenario("boxes", "spurious", ("spurious",), 0.05)
        figures = _only_spurious(data, only, seeds)
        name = f"{KIND_ROW}{name} all errors spurious in 5% of the labels, images by score and own"
        floor = tuple(np.array(known[name]) - np.tile(MAY_LOSE, 2)) if name in known else ()
        yield Row(name, figures, floor)


def _only_spurious(data: DetectionData, scenario: Scenario, seeds: int) -> Figures:
    """The image score, and the score of the kind, at the errors of that kind."""
    own = _injected(data, scenario, seeds)["image", "spurious"]

    def by_image_score(spoiled: DetectionData) -> Suspicion:
        suspicion = score(spoiled)
        images = {**suspicion.images, "spurious": suspicion.images[ANY]}
        return Suspicion(images, suspicion.labels, suspicion.predictions)

    return _injected(data, scenario, seeds, by_image_score)["image", "spurious"] + own


def real_rows(folder: Path, _: int) -> Iterator[Row]:
    """Errors that annotators made."""
    data, errors = load_errors("kaist", folder)
    found, simple, sums = (method(data) for method in (score, score_simply, score_by_sums))
    ours, *others = (rank_real(data, errors, each) for each in (found, simple, sums))
    best = max([_two(each["image", ANY]) for each in others], key=lambda pair: pair[1])
    yield Row("kaist images", _two(ours["image", ANY]), tuple(np.round(best, 3)), (0.86, 0.77))
    truth = errors.per_image(ANY) > 0
    for kind in KINDS:
        one = rank_by(truth, found.images[kind])
        yield Row(f"kaist images, by {kind} alone", one)
    yield Row("kaist missing", _two(ours["box", "overlooked"]), (0.84, 0.744))
    yield Row("kaist labels", _two(ours["box", ANY]), _two(others[1]["box", ANY]))
    for kind in errors.numbers():
        yield Row(f"kaist {kind}", _two(ours["box", kind]), _two(others[0]["box", kind]))
    data, errors = load_errors("bccd", folder)
    ours = rank_real(data, errors, score(data))
    yield Row("bccd missing, above .01", _two(ours["box", "overlooked"]))
    yield Row("bccd missing, all", _two(ours["every box", "overlooked"]), (0.90, 0.86))
    yield Row("bccd labels", _two(ours["box", ANY]))
    yield from _share_rows(folder)


def rank_by(truth: BoolArray, suspicion: FloatArray) -> Figures:
    """AUROC and average precision."""
    return _two(rank(truth, suspicion))


SHARE_FLOORS: dict[str, tuple[Figures, Figures]] = {
    "kaist": ((0.37, 0.53, 0.70), (0.39, 0.56, 0.74)),
    "bccd": ((0.096, 0.17, 0.31), ()),
    "bccd_folds": ((0.088, 0.155, 0.28), ()),
}


def _share_rows(folder: Path) -> Iterator[Row]:
    """Share of all errors in the first 5, 10 and 20% of the images, at the border too."""
    for name, (floor, aim) in SHARE_FLOORS.items():
        data, errors = load_errors(name, folder, Rules())
        number_of = errors.per_image(ANY)
        yield Row(f"shares {name}, best possible", share_found(number_of, number_of.astype(float)))
        sums = score_by_sums(data).images[ANY]
        yield Row(f"shares {name}, simple sum", share_found(number_of, sums))
        for order, values in orders(score(data)).items():
            asked = order in ("image score", "expected errors")
            row = Row(f"shares {name}, {order}", share_found(number_of, values))
            yield Row(row.name, row.now, floor, aim) if asked else row


RATES = (0.01, 0.05, 0.2)


def probability_rows(folder: Path, _: int) -> Iterator[Row]:
    """Expected calibration errors, and expected over true numbers."""
    data, errors = load_errors("bccd", folder)
    found = score(data)
    for least in (0.01, -1.0):
        shown, counts = prediction_truth(data, errors, min_confidence=least)
        error = calibration_error(shown[counts], found.predictions[counts])
        name = f"calibration error, bccd missing {'above .01' if least > 0 else 'all'}"
        yield Row(name, (error,), (0.09,), at_most=True)
    voc = load_dataset("voc", folder)
    for protocol in ("boxes", "images"):
        for rate in RATES:
            kinds = len(KINDS) if protocol == "boxes" else 1
            scenario = Scenario(protocol, MIXED, share=rate / kinds, settings=HALF_PASTED)
            yield from _calibration(voc, scenario, f"voc, errors in {rate:.0%} of the {protocol}")
    for name, factor in (("bccd", 1.5), ("kaist", 1.5), ("bccd_folds", 2.0)):
        data, errors = load_errors(name, folder)
        for kind, (expected, true) in numbers_found(data, errors, score(data)).items():
            if kind in (ANY, "predictions"):
                yield _ratio(f"{name}, {kind}", expected, true, factor)


def _calibration(data: DetectionData, scenario: Scenario, name: str) -> Iterator[Row]:
    corrupted = scenario.inject(data, 0)
    found = score(data.with_labels(corrupted.labels, corrupted.iscrowd))
    wrong, counts = label_truth(corrupted, ANY)
    labels = calibration_error(wrong[counts], found.labels[ANY][counts])
    yield Row(f"calibration error, {name}, labels", (labels,), (0.02,), at_most=True)
    bad = np.isin(np.arange(len(data)), corrupted.errors.image)
    images = calibration_error(bad, found.images[ANY])
    yield Row(f"calibration error, {name}, images", (images,), (0.05,), at_most=True)
    if found.expected is not None:
        true = len(corrupted.errors)
        yield _ratio(name, float(found.expected[ANY].sum()), true, 1.3)


def _ratio(name: str, expected: float, true: int, factor: float) -> Row:
    off = max(expected / true, true / max(expected, 1e-9))
    return Row(f"factor, {name}: {expected:.0f} of {true}", (off,), (factor,), at_most=True)


def learnt_rows(folder: Path, _: int) -> Iterator[Row]:
    """The detector that was trained on the labels that it is held against."""
    floors: dict[str, tuple[Figures, Figures]] = {
        "bccd_folds": ((0.918, 0.163), ()),
        "bccd_seen": ((), ()),
        "injected_folds": ((0.976, 0.834), ()),
        "injected_seen": ((0.957, 0.733), (0.98, 0.80)),
    }
    for name, (floor, aim) in floors.items():
        data, errors = load_errors(name, folder)
        ours = rank_real(data, errors, score(data))
        sums = rank_real(data, errors, score_by_sums(data))
        yield Row(f"{name} labels, quality", _two(ours["box", ANY]), floor, aim)
        yield Row(f"{name} labels, simple", _two(sums["box", ANY]))
        has_wrong_label = errors.per_image(ANY) - errors.per_image("overlooked")
        yield Row(f"{name} missing", _two(ours["box", "overlooked"]))
        for kind in ("swap", "badloc"):
            if kind in errors.numbers():
                yield Row(f"{name} {kind}, own", _two(ours["box", kind]))
        simple = share_found(has_wrong_label, _worst_label(data, score_by_sums(data)))
        mine = share_found(has_wrong_label, score(data).images[ANY])
        yield Row(f"shares {name} wrong labels, image score (floor: simple)", mine, simple)


def _worst_label(data: DetectionData, suspicion: Suspicion) -> FloatArray:
    values = np.nan_to_num(suspicion.labels[ANY])
    return largest(values, data.labels.image, len(data))


PARTS: dict[str, Callable[[Path, int], Iterator[Row]]] = {
    "injected": injected_rows,
    "real": real_rows,
    "probabilities": probability_rows,
    "learnt": learnt_rows,
}

if __name__ == "__main__":
    main()
