"""Finds the injected errors of the demo, or scores a dataset of one's own, through FiftyOne.

python -m odquality.demo [--launch]
python -m odquality.demo --quickstart
python -m odquality.demo --dataset NAME --gt-field FIELD --pred-field FIELD
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import fiftyone as fo
import fiftyone.operators as foo

import odquality
from odquality.bridge.run.report import LabelQualityReport
from odquality.bridge.run.settings import RunSettings
from odquality.demo.plugin import PLUGIN, make_plugin_known
from odquality.demo.samples import INJECTED_FIELD, make_demo_dataset

OPERATOR = f"{PLUGIN}/compute_label_quality"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the demo; returns the exit status."""
    options = _parse(arguments)
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
        print(_found(dataset, options.key))
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
        "--directory", type=Path, help="folder for the images; FiftyOne's dataset folder by default"
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


def _found(dataset: fo.Dataset, key: str) -> str:
    """How many of the injected errors stand among the worst images."""
    worst = odquality.worst_first(dataset, key)
    kinds = [kinds or [] for kinds in worst.values(INJECTED_FIELD)]
    injected = Counter(kind for image in kinds for kind in image)
    total = sum(1 for image in kinds if image)
    among_worst = kinds[:total]
    found = Counter(kind for image in among_worst for kind in image)
    by_kind = ", ".join(f"{kind} {found[kind]} of {injected[kind]}" for kind in sorted(injected))
    return (
        f"\n{total} of {len(kinds)} images have an injected label error; of the {total} "
        f"worst-ranked images, {sum(map(bool, among_worst))} have one ({by_kind})"
    )


if __name__ == "__main__":
    sys.exit(main())
