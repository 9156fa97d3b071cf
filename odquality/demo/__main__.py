"""Finds the injected errors of the demo, or scores a dataset of one's own, through FiftyOne.

python -m odquality.demo [--launch]
python -m odquality.demo --seeds 5
python -m odquality.demo --quickstart
python -m odquality.demo --dataset NAME --gt-field FIELD --pred-field FIELD
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import fiftyone as fo
import fiftyone.operators as foo
import numpy as np

import odquality
from odquality.bridge.run.report import LabelQualityReport
from odquality.bridge.run.settings import RunSettings
from odquality.demo.figures import outcomes
from odquality.demo.outcome import assess, mean
from odquality.demo.plugin import PLUGIN, make_plugin_known
from odquality.demo.samples import INJECTED_FIELD, SIMPLE_FIELD, make_demo_dataset
from odquality.kinds import KINDS

OPERATOR = f"{PLUGIN}/compute_label_quality"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the demo; returns the exit status."""
    options = _parse(arguments)
    if options.seeds:
        return _print_means(options)
    make_plugin_known()
    dataset = _dataset(options)
    print(f"Scoring {len(dataset)} images through the operator {OPERATOR}")
    result = foo.get_operator(OPERATOR)(
        dataset,
        gt_field=options.gt_field,
        pred_field=options.pred_field,
        key=options.key,
        method=options.method,
    ).result
    print(LabelQualityReport.from_dict(result))
    if dataset.has_field(INJECTED_FIELD):
        print(f"\n{_found(dataset, options)}")
    if options.picture:
        odquality.visualize(dataset, options.key, save_as=options.picture)
    if options.launch:
        fo.launch_app(odquality.worst_first(dataset, options.key)).wait(-1)
    else:
        command = f"fiftyone app launch {dataset.name}"
        print(f"\nTo look at it, add --launch, or: {command}")
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="odquality.demo", description=__doc__.splitlines()[0])
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--dataset", help="score this FiftyOne dataset instead")
    source.add_argument(
        "--quickstart", action="store_true", help="score FiftyOne's quickstart (a download)"
    )
    parser.add_argument("--gt-field", default=RunSettings.gt_field)
    parser.add_argument("--pred-field", default=RunSettings.pred_field)
    parser.add_argument("--key", default=RunSettings.key)
    parser.add_argument("--method", default=RunSettings.method)
    parser.add_argument("--images", type=int, default=200, help="number of images to render")
    parser.add_argument("--seed", type=int, default=51, help="other seeds render other images")
    parser.add_argument(
        "--seeds",
        type=int,
        help="number of seeds: print what is found with each, and the mean; makes no dataset",
    )
    parser.add_argument(
        "--directory", type=Path, help="folder for the images; FiftyOne's dataset folder by default"
    )
    parser.add_argument(
        "--picture", type=Path, help="file for a picture of the image to review first"
    )
    parser.add_argument("--launch", action="store_true", help="open the App, worst images first")
    return parser.parse_args(arguments)


def _dataset(options: argparse.Namespace) -> fo.Dataset:
    if options.dataset:
        return fo.load_dataset(options.dataset)
    if options.quickstart:
        import fiftyone.zoo as foz

        return foz.load_zoo_dataset("quickstart")
    return make_demo_dataset(options.images, options.seed, options.directory)


def _found(dataset: fo.Dataset, options: argparse.Namespace) -> str:
    """How many of the injected errors stand among the worst images."""
    key = options.key
    fields = {"quality": key} | {kind: f"{key}_{kind}" for kind in KINDS}
    scored = dataset.exists(key)
    scores = {
        name: np.array(scored.values(field))
        for name, field in fields.items()
        if dataset.has_field(field)
    }
    errors = [kinds or [] for kinds in scored.values(INJECTED_FIELD)]
    outcome = assess(scores, np.array(scored.values(SIMPLE_FIELD)), errors)
    names = [Path(path).name for path in scored.values("filepath")]
    # Only probabilities come with suggestions.
    return outcome.describe(names, scores if dataset.has_field(f"{key}_suggestions") else None)


def _print_means(options: argparse.Namespace) -> int:
    """Prints what is found with several seeds, and the mean, which the documents quote."""
    found = []
    seeds = range(options.seed, options.seed + options.seeds)
    with TemporaryDirectory() as folder:
        for seed, outcome in outcomes(options.images, seeds, options.method, Path(folder)):
            print(f"Seed {seed}: {outcome}\n")
            found.append(outcome)
    print(f"Mean of {len(found)} seeds: {mean(found)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
