"""Where a benchmark reads and writes: only a whole run replaces the published tables."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from pathlib import Path

from devtools.real_data import DATA_FOLDER, DATA_VARIABLE

RESULTS = Path(__file__).parent / "results"

# Options that say where things are, and not what is measured.
_PLACES = ("data", "output")


def add_data_option(parser: argparse.ArgumentParser) -> None:
    """Adds ``--data``."""
    parser.add_argument(
        "--data",
        type=Path,
        default=DATA_FOLDER,
        help=f"directory of the data files; the environment variable {DATA_VARIABLE} does the same",
    )


def add_output_option(parser: argparse.ArgumentParser) -> None:
    """Adds ``--output``."""
    parser.add_argument(
        "--output",
        type=Path,
        help="folder for the tables; by default a whole run replaces those in benchmarks/results, "
        "and one with other options than the default ones only prints",
    )


def output_folder(
    parser: argparse.ArgumentParser,
    options: argparse.Namespace,
    *,
    complete: bool = True,
    apart: Collection[str] = (),
) -> Path | None:
    """The folder to write to, None to print only; call it before anything is measured.

    Args:
        parser: with `add_output_option`; ends the program if a partial run would replace the
            published tables.
        options: what it has parsed. A run is whole if they are the default ones.
        complete: whether all data are there, without which no run is whole.
        apart: options that choose a part of which the tables stand, and are replaced, apart.
    """
    unmeasured = {*_PLACES, *apart}
    measured = {name: value for name, value in vars(options).items() if name not in unmeasured}
    whole = complete and all(value == parser.get_default(name) for name, value in measured.items())
    if options.output is None:
        return RESULTS if whole else None
    folder: Path = options.output
    if not whole and folder.resolve() == RESULTS.resolve():
        parser.error(
            "a partial run would replace the published tables of a whole one; choose another "
            "folder by --output, or none to print"
        )
    return folder
