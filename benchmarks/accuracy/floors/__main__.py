"""Command line: ``python -m benchmarks.accuracy.floors``."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.accuracy.floors.injected import KIND_ROW, KNOWN_KINDS, injected_rows
from benchmarks.accuracy.floors.learnt import learnt_rows
from benchmarks.accuracy.floors.limit import limit_rows
from benchmarks.accuracy.floors.probabilities import probability_rows
from benchmarks.accuracy.floors.real import real_rows
from benchmarks.accuracy.floors.row import Row
from benchmarks.accuracy.tables import table
from devtools.real_data import DATA_FOLDER

PARTS: dict[str, Callable[[Path, int], Iterator[Row]]] = {
    "injected": injected_rows,
    "real": real_rows,
    "probabilities": probability_rows,
    "learnt": learnt_rows,
    "limit": limit_rows,
}
# Takes ten seconds a draw, and is measured when asked for.
_SLOW = "limit"


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
        if options.part == name or (options.part is None and name != _SLOW):
            start = time.perf_counter()
            rows += part(options.data, options.seeds)
            print(f"{name}: {time.perf_counter() - start:.0f} s", flush=True)
    if options.record:
        known = {row.name: row.now for row in rows if row.name.startswith(KIND_ROW)}
        KNOWN_KINDS.write_text(json.dumps(known, indent=1) + "\n")
    short = sum(row.falls_short for row in rows)
    print(table(["what", "now", "floor", "aim", f"{short} short"], [row.cells() for row in rows]))


if __name__ == "__main__":
    main()
