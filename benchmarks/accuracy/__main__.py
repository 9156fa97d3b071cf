"""Command line: ``python -m benchmarks.accuracy``."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence

from benchmarks.accuracy.benchmark import measure
from benchmarks.accuracy.comparison import RealErrors
from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.fiftyone_data import load_fiftyone
from benchmarks.accuracy.files import DATASETS, absent_files, load_dataset, load_errors
from benchmarks.accuracy.report import to_json, to_markdown
from benchmarks.output import add_data_option, add_output_option, output_folder
from devtools.real_data import DATA_VARIABLE


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the benchmark, prints the tables, and writes ``accuracy.md`` and ``accuracy.json``."""
    parser = _parser()
    options = parser.parse_args(arguments)
    names = options.datasets.split(",")
    missing = [] if options.fiftyone_dataset else absent_files(names, options.data)
    folder = output_folder(parser, options, complete=not missing)
    if missing:
        print(f"not in {options.data}, left out: {', '.join(missing)}", flush=True)
    if len(missing) == len(names):
        parser.error(f"no data; name their directory by --data or {DATA_VARIABLE}")
    present = [name for name in names if name not in missing]
    reports = []
    seeds = 1 if options.quick else options.seeds
    for data, real, injected in _load(options, present):
        start = time.perf_counter()
        reports.append(measure(data, seeds, real, injected=injected, slow=not options.quick))
        print(f"{data.name}: {time.perf_counter() - start:.0f} s", flush=True)
    markdown = to_markdown(reports)
    print(markdown)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "accuracy.md").write_text(markdown)
        (folder / "accuracy.json").write_text(to_json(reports))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy",
        description="Injects label errors, and measures how well they are found.",
    )
    parser.add_argument("--seeds", type=int, default=5, help="number of injections")
    parser.add_argument("--datasets", default=",".join(DATASETS), help="names, comma-separated")
    add_data_option(parser)
    parser.add_argument("--fiftyone-dataset", help="benchmark this dataset instead")
    parser.add_argument("--gt-field", default="ground_truth", help="its field of labels")
    parser.add_argument("--pred-field", default="predictions", help="its field of predictions")
    add_output_option(parser)
    parser.add_argument(
        "--quick", action="store_true", help="one seed, without FiftyOne Brain and limit"
    )
    return parser


def _load(
    options: argparse.Namespace, names: Sequence[str]
) -> Iterator[tuple[DetectionData, tuple[DetectionData, RealErrors] | None, bool]]:
    """Each dataset, where it is known with its real errors, and whether to inject others."""
    if options.fiftyone_dataset:
        name = options.fiftyone_dataset
        yield load_fiftyone(name, options.gt_field, options.pred_field), None, True
        return
    for name in names:
        data = load_dataset(name, options.data)
        source = DATASETS[name]
        real = load_errors(name, options.data) if source.rules else None
        yield data, real, source.injected


if __name__ == "__main__":
    main()
