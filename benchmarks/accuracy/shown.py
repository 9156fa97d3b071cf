"""What thresholds show: ``python -m benchmarks.accuracy.shown`` prints the table of docs/method.md.

Of each kind, how many suspected errors have at least some probability, how many of them are errors,
and how many of them should be by the probabilities.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.accuracy.data import DetectionData, make_boxes, make_predictions
from benchmarks.accuracy.evaluation import label_truth, matches
from benchmarks.accuracy.files import DATASETS, absent_files, load_dataset, load_errors
from benchmarks.accuracy.real_errors import prediction_truth
from benchmarks.accuracy.scenarios import possible_kinds, rate_scenarios, standard_scenarios
from benchmarks.accuracy.tables import table
from devtools.real_data import DATA_FOLDER
from odquality.arrays.image_lists import ImageLists
from odquality.core.scenes import BoolArray, FloatArray
from odquality.demo.dataset import make_demo
from odquality.demo.injection.labels import Corrupted
from odquality.kinds import KINDS, LABEL_KINDS, OVERLOOKED
from odquality.methods.interface import learn
from odquality.methods.registry import DEFAULT_METHOD, make_method
from odquality.methods.thresholds import issue_probabilities

THRESHOLDS = (0.5, 0.4, 0.3, 0.2)

# Which boxes have an error of a kind, and which count.
Truth = Callable[[str], tuple[BoolArray, BoolArray]]


@dataclass(frozen=True)
class Case:
    """Labels with known errors.

    Attributes:
        name: what to call it.
        data: images with these labels.
        truth: of the labels, and for ``overlooked`` of the predictions.
        numbers: of errors by kind.
    """

    name: str
    data: DetectionData
    truth: Truth
    numbers: Mapping[str, int]


def probabilities(data: DetectionData) -> dict[str, FloatArray]:
    """How likely an error of each kind is suggested, of every label, or prediction."""
    images = ImageLists(data.label_dicts(), data.prediction_rows(), alternatives=True)
    scorer = learn(make_method(DEFAULT_METHOD), images.scenes())
    parts: dict[str, list[FloatArray]] = {kind: [] for kind in KINDS}
    for chunk in images:
        found = issue_probabilities(chunk.scenes, scorer.score(chunk.scenes))
        for kind in LABEL_KINDS:
            parts[kind].append(np.zeros(int(chunk.label_counts.sum())))
            parts[kind][-1][chunk.label_rows] = found[kind]
        parts[OVERLOOKED].append(found[OVERLOOKED])
    return {kind: np.concatenate(of_kind) for kind, of_kind in parts.items()}


def rows(case: Case) -> list[list[str]]:
    """A row per kind, and one of all."""
    likely = probabilities(case.data)
    listed, total = [], np.zeros((len(THRESHOLDS), 3))
    for kind in KINDS:
        wrong, counts = case.truth(kind)
        above = [counts & (likely[kind] >= threshold) for threshold in THRESHOLDS]
        cells = [(one.sum(), (one & wrong).sum(), likely[kind][one].sum()) for one in above]
        total += cells
        listed.append([case.name, kind, str(case.numbers[kind]), *map(_cell, cells)])
    everything = str(sum(case.numbers.values()))
    return [*listed, [case.name, "all", everything, *map(_cell, total)]]


def _cell(numbers: Sequence[float] | FloatArray) -> str:
    shown, right, expected = numbers
    return f"{shown:.0f} / {right:.0f} ({expected:.0f})"


def cases(names: list[str], directory: Path) -> Iterator[Case]:
    """Real errors where they are known, else injected ones; and those of the demo."""
    for name in names:
        if name == "demo":
            yield from map(_demo, range(51, 54))
        elif DATASETS[name].rules is not None:
            yield _real(name, directory)
        else:
            data = load_dataset(name, directory)
            kinds = possible_kinds(data)
            scenarios = [standard_scenarios(kinds)[0], *rate_scenarios(kinds)[:2]]
            for scenario in scenarios:
                yield injected(f"{name}, {scenario.name}", data, scenario.inject(data, 0))


def _real(name: str, directory: Path) -> Case:
    data, errors = load_errors(name, directory)
    missing = prediction_truth(data, errors, min_confidence=-1.0)
    return Case(
        name,
        data,
        lambda kind: missing if kind == OVERLOOKED else errors.of_labels(kind),
        {kind: int(errors.per_image(kind).sum()) for kind in KINDS},
    )


def injected(name: str, data: DetectionData, corrupted: Corrupted) -> Case:
    """The labels of images after injection, and what was injected."""
    missing = matches(data.predictions, corrupted.errors.dropped(len(data)))
    return Case(
        name,
        data.with_labels(corrupted.labels, corrupted.iscrowd),
        lambda kind: (
            (missing, np.ones(len(missing), bool))
            if kind == OVERLOOKED
            else label_truth(corrupted, kind)
        ),
        {kind: int(corrupted.errors.of_kind(kind).sum()) for kind in KINDS},
    )


def _demo(seed: int) -> Case:
    with TemporaryDirectory() as folder:
        demo = make_demo(seed=seed, directory=Path(folder))
    number = len(demo.image_paths)
    probable = np.concatenate([found.probabilities for found in demo.predictions])
    sides = [
        (
            np.repeat(np.arange(number), [len(one.xyxy) for one in of_images]),
            np.concatenate([one.xyxy for one in of_images]),
        )
        for of_images in (demo.labels, demo.predictions)
    ]
    (label_image, label_xyxy), (found_image, found_xyxy) = sides
    classes = probable.argmax(axis=1)
    labels = make_boxes(
        label_image, label_xyxy, np.concatenate([one.classes for one in demo.labels]), number
    )
    order = np.lexsort((classes, found_image))
    data = DetectionData(
        f"demo, seed {seed}",
        demo.class_names,
        demo.image_sizes.astype(np.float64),
        labels,
        np.zeros(len(labels), bool),
        make_predictions(
            found_image,
            found_xyxy,
            classes,
            np.concatenate([one.confidence for one in demo.predictions]),
            number,
        ),
        probable[order],
    )
    return injected(data.name, data, Corrupted(labels, data.iscrowd, demo.errors))


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.shown")
    parser.add_argument("--datasets", default="bccd,kaist,voc,demo", help="comma-separated")
    parser.add_argument("--data", type=Path, default=DATA_FOLDER, help="directory of the files")
    options = parser.parse_args()
    names = options.datasets.split(",")
    missing = absent_files(names, options.data)
    if missing:
        print(f"not in {options.data}, left out: {', '.join(missing)}")
    there = [name for name in names if name not in missing]
    body = [row for case in cases(there, options.data) for row in rows(case)]
    head = ["data", "kind", "errors", *(f"from {one:.1f}" for one in THRESHOLDS)]
    print(table(head, body))


if __name__ == "__main__":
    main()
