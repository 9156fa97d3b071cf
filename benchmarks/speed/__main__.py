"""Measures speed and memory; a whole run writes ``benchmarks/results/speed.md``.

python -m benchmarks.speed [--largest 1000000] [--skip-fiftyone] [--output FOLDER]
python -m benchmarks.speed --only-fiftyone [--samples 20000]
"""

from __future__ import annotations

import argparse

from benchmarks.output import add_output_option, output_folder
from benchmarks.speed.fiftyone_runs import BOXES_PER_DENSE_IMAGE, in_own_database
from benchmarks.speed.scorer import (
    DISTINCT,
    compare_with_reference,
    measure_calibrated,
    measure_growth,
)
from benchmarks.speed.tables import table
from devtools.real_data import VOC
from odquality.methods.registry import METHODS

COMPARISON_LEGEND = """\
The best of five runs of either. Predictions lie *per class*, one array for each
class of an image, which is what cleanlab takes, or in *rows* with the probabilities of all classes.
The *floor* is what numpy takes to read the input and do nothing else: the arrays of all images are
collected and joined by `np.concatenate`, those without boxes left out. No function on these lists
can be quicker, so it bounds how many times as fast as cleanlab one can be.
"""


def main() -> None:
    """Runs all of it and writes the tables."""
    parser = argparse.ArgumentParser(prog="benchmarks.speed")
    parser.add_argument("--largest", type=int, default=1_000_000, help="images in the growth table")
    parser.add_argument("--skip-fiftyone", action="store_true")
    parser.add_argument("--only-fiftyone", action="store_true")
    parser.add_argument("--samples", type=int, default=20_000, help="in the FiftyOne dataset")
    add_output_option(parser)
    options = parser.parse_args()
    folder = output_folder(parser, options, complete=VOC.exists())
    sections = [
        "# Speed and memory\n",
        "Written by `python -m benchmarks.speed`; each table's peers ran in the same run.\n",
    ]
    if not options.only_fiftyone:
        sections += array_sections(options.largest)
    if not options.skip_fiftyone:
        sections += fiftyone_sections(options.samples)
    text = "\n".join(sections)
    print(text)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "speed.md").write_text(text)


def array_sections(largest: int) -> list[str]:
    """The tables of the functions on arrays."""
    return [
        "## The scorer and the reference implementation (cleanlab 2.9.0)\n",
        COMPARISON_LEGEND,
        table(compare_with_reference()),
        "## Growth (7 labels an image, 3 classes)\n",
        f"Images with 100 predictions: {DISTINCT:,} distinct ones, again and again.\n",
        table(measure_growth(largest)),
        "## The calibrated method (7 labels and 20 predictions of 3 classes an image)\n",
        table(measure_calibrated()),
    ]


def fiftyone_sections(num_samples: int) -> list[str]:
    """The tables of whole runs on FiftyOne datasets."""
    synthetic = [in_own_database("run_synthetic", method, num_samples) for method in METHODS]
    dense = [
        in_own_database("run_dense", method, num_boxes)
        for method in METHODS
        for num_boxes in BOXES_PER_DENSE_IMAGE
    ]
    sections = [
        "## Whole runs on FiftyOne datasets\n",
        "Bare read: the same columns by `values([...], _raw=True)`. Bare write: the same values by "
        "one `UpdateOne` a sample, nothing checked.\n",
        table(synthetic),
        "## Images full of boxes\n",
        table(dense),
    ]
    if VOC.exists():
        sections += [table([in_own_database("run_voc", method)]) for method in METHODS]
    return sections


if __name__ == "__main__":
    main()
