"""Measures how runs grow; a whole run writes ``benchmarks/results/growth.md`` and takes an hour.

python -m benchmarks.growth [--largest 1000000] [--methods calibrated,objectlab] [--output FOLDER]
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from benchmarks.growth.peers import time_in_fiftyone, time_on_arrays
from benchmarks.growth.run import NUM_DISTINCT, make_original, run
from benchmarks.output import add_output_option, output_folder
from benchmarks.speed.fiftyone_runs import NUM_CLASSES, NUM_LABELS, NUM_PREDICTIONS
from benchmarks.speed.tables import table
from devtools.private_database import (
    call_elsewhere,
    call_in_private_database,
    private_database,
)
from odquality.methods.registry import METHODS

SIZES = (10_000, 20_000, 100_000, 1_000_000)
# As many as the peers are asked for.
NUM_PEER_IMAGES = 1_000

_BOXES = f"{NUM_LABELS} labels and {NUM_PREDICTIONS} predictions of {NUM_CLASSES} classes"

LEGEND = f"""\
Whole runs of `compute_label_quality` on datasets with {_BOXES} an image
(a million are {NUM_DISTINCT:,} ten times), each in a process of its own, on one machine with
{{cores}} cores that the database server shares, whose load was {{load:.1f}} when this
began{{priority}}. Bare read: the same columns by `values([...], _raw=True)`, part by part. Bare
write: the same values by one `UpdateOne` a sample, nothing checked. Cores busy: processor time of
the process and of the server, by the run's time. Peak: all memory of the process. Temporary: the
most that lay in files in the temporary folder.
Read and written: what the database server sent and received during the run.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs all sizes, prints the tables and writes them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="number of images")
    parser.add_argument("--methods", default=",".join(METHODS), help="names, comma-separated")
    add_output_option(parser)
    options = parser.parse_args(arguments)
    methods = options.methods.split(",")
    if unknown := sorted(set(methods) - set(METHODS)):
        parser.error(f"unknown methods {unknown}; expected some of {', '.join(METHODS)}")
    folder = output_folder(parser, options)
    load, _, _ = os.getloadavg()
    sizes = [size for size in SIZES if size <= options.largest] or [options.largest]
    rows = []
    for size in sizes:
        with private_database(cache_gigabytes=None) as database:
            name = call_elsewhere(make_original, size, **database)
            for method in methods:
                rows.append(call_elsewhere(run, method, name, **database))
                print(table(rows[-1:]), flush=True)
    rows.sort(key=lambda row: methods.index(row["method"]))
    small = min(NUM_PEER_IMAGES, options.largest)
    peers = call_in_private_database(time_in_fiftyone, small, cache_gigabytes=None)
    text = "\n".join(
        [
            "# Growth\n",
            LEGEND.format(cores=os.cpu_count(), load=load, priority=_priority()),
            table(rows),
            "## Peers on as many images as they can be asked for\n",
            table([*peers, *time_on_arrays(small)]),
        ]
    )
    print(text)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "growth.md").write_text(text)


def _priority() -> str:
    """Tells whether other work on the machine had to wait for this."""
    before_all = os.sched_getscheduler(0) in (os.SCHED_FIFO, os.SCHED_RR)
    return ", at a real-time priority, before which nothing else runs" if before_all else ""


if __name__ == "__main__":
    main()
