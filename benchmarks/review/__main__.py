"""Command line: ``python -m benchmarks.review``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from benchmarks.accuracy.files import DATASETS, ORIGINAL_LABELS, absent_files, load_dataset
from benchmarks.output import add_data_option, add_output_option, output_folder
from benchmarks.review.course import Course
from benchmarks.review.many import CACHE_GIGABYTES, NUM_SCORED, time_many
from benchmarks.review.peers import review_by_peers
from benchmarks.review.product import review_by_product
from benchmarks.review.report import (
    courses_to_markdown,
    many_to_markdown,
    merged,
    timings_to_markdown,
)
from benchmarks.review.speed import time_review
from devtools.private_database import call_in_private_database

# Those whose real errors are known.
REVIEWED = ("bccd", "kaist")
_QUICK_SEEDS, _QUICK_SAMPLES = 2, 2_000

COURSE, SPEED, MANY = PARTS = ("course", "speed", "many")


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulates reviews in FiftyOne, times them, prints the tables and writes ``review.md``.

    A part of it has a section there, which a run of this part alone replaces.
    """
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.review",
        description="Simulates reviews in FiftyOne: what they buy, and how long a reviewer waits.",
    )
    parser.add_argument("--datasets", default=",".join(REVIEWED), help="names, comma-separated")
    parser.add_argument("--seeds", type=int, default=10, help="number of random orders")
    parser.add_argument("--samples", type=int, default=20_000, help="in the datasets to time")
    parser.add_argument(
        "--many", type=int, default=1_000_000, help="samples in the largest datasets to time"
    )
    parser.add_argument("--part", choices=PARTS, help="this part alone")
    parser.add_argument(
        "--quick", action="store_true", help=f"{_QUICK_SEEDS} seeds, {_QUICK_SAMPLES:,} samples"
    )
    add_data_option(parser)
    add_output_option(parser)
    options = parser.parse_args(arguments)
    names = options.datasets.split(",")
    known = [name for name, source in DATASETS.items() if source.rules is not None]
    if unknown := sorted(set(names) - set(known)):
        parser.error(f"unknown datasets {unknown}; expected some of {', '.join(known)}")
    if options.part in (None, COURSE) and (absent := absent_files(names, options.data)):
        parser.error(f"no files of {absent} in {options.data}")
    folder = output_folder(parser, options, apart=["part"])
    parts = PARTS if options.part is None else (options.part,)
    sections = []
    if COURSE in parts:
        seeds = _QUICK_SEEDS if options.quick else options.seeds
        reviews = {name: review_all(name, options.data, seeds) for name in names}
        sections.append(courses_to_markdown(reviews, seeds))
    if SPEED in parts:
        samples = _QUICK_SAMPLES if options.quick else options.samples
        load, _, _ = os.getloadavg()
        timed = [
            call_in_private_database(time_review, samples, sure, cache_gigabytes=None)
            for sure in (True, False)
        ]
        sections.append(timings_to_markdown(timed, samples, load))
    if MANY in parts:
        sections.append(time_all(_QUICK_SAMPLES if options.quick else options.many))
    print("\n".join(sections))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "review.md"
        file.write_text(merged(file.read_text() if file.is_file() else "", sections))


def time_all(largest: int) -> str:
    """The table of many images: a fifth of the largest number, and that.

    A flood, which is 18 issues an image, is timed at the fifth alone: there a lesson takes minutes.
    """
    load, _, _ = os.getloadavg()
    timed = []
    for sure, images in ((True, largest // 5), (True, largest), (False, largest // 5)):
        issues, seconds = call_in_private_database(
            time_many, images, sure, cache_gigabytes=CACHE_GIGABYTES
        )
        timed.append((images, issues, seconds))
    return many_to_markdown(timed, scored=NUM_SCORED, cache=CACHE_GIGABYTES, load=load)


def review_all(name: str, folder: Path, seeds: int) -> dict[str, Course]:
    """Reviews a dataset in every order."""
    rules = DATASETS[name].rules
    assert rules is not None
    corrected = load_dataset(name, folder)
    data = load_dataset(name, folder, ORIGINAL_LABELS)
    return {
        **call_in_private_database(review_by_product, data, corrected, rules, seeds),
        **review_by_peers(data, corrected, rules, seeds),
    }


if __name__ == "__main__":
    main()
