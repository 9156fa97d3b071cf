"""Command line: ``python -m benchmarks.learning``."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.accuracy.files import DATASETS
from benchmarks.learning.pool import draw_pool
from benchmarks.learning.report import Reviews, to_markdown
from benchmarks.learning.review import WAYS, review
from benchmarks.output import add_data_option, add_output_option, output_folder

REVIEWED = ("bccd", "kaist", "bccd_folds", "injected_folds", "voc")
_QUICK_SEEDS = 3


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulates reviews, prints the tables and writes ``learning.md``."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.learning",
        description="Simulates reviews, and measures what is learnt from them.",
    )
    parser.add_argument("--seeds", type=int, default=30, help="number of draws of images")
    parser.add_argument("--datasets", default=",".join(REVIEWED), help="names, comma-separated")
    add_data_option(parser)
    parser.add_argument("--quick", action="store_true", help=f"{_QUICK_SEEDS} seeds")
    add_output_option(parser)
    options = parser.parse_args(arguments)
    folder = output_folder(parser, options)
    seeds = _QUICK_SEEDS if options.quick else options.seeds
    names = options.datasets.split(",")
    if unknown := sorted(set(names) - set(DATASETS)):
        parser.error(f"unknown datasets {unknown}; expected some of {', '.join(REVIEWED)}")
    reviews: dict[str, Reviews] = {}
    for name in names:
        start = time.perf_counter()
        reviews[name] = review_all(name, options.data, seeds)
        print(f"{name}: {time.perf_counter() - start:.0f} s", flush=True)
    markdown = to_markdown(reviews)
    print(markdown)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "learning.md").write_text(markdown)


def review_all(name: str, folder: Path, seeds: int) -> Reviews:
    """Reviews a dataset in every way, once for each seed."""
    pools = [draw_pool(name, folder, seed) for seed in range(seeds)]
    return {way.name: [review(pool, way, seed) for seed, pool in enumerate(pools)] for way in WAYS}


if __name__ == "__main__":
    main()
