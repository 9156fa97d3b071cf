"""What a run on many machines reads, writes and hands over; writes ``results/engines.md``.

python -m benchmarks.engines [--images 20000]
"""

from __future__ import annotations

import argparse
import os
import pickle
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.growth.run import make_dataset
from benchmarks.growth.watch import watched
from benchmarks.output import add_output_option, output_folder
from benchmarks.speed.fiftyone_runs import NUM_LABELS, NUM_PREDICTIONS
from benchmarks.speed.tables import table
from devtools.private_database import call_in_private_database
from odquality.methods.registry import METHODS

Row = dict[str, Any]


def main() -> None:
    """Measures, and writes the tables."""
    parser = argparse.ArgumentParser(prog="benchmarks.engines")
    parser.add_argument("--images", type=int, default=20_000)
    add_output_option(parser)
    options = parser.parse_args()
    folder = output_folder(parser, options)
    measured, timed = (
        [
            call_in_private_database(measure_one, method, options.images, cache_gigabytes=None)
            for method in METHODS
        ]
        for measure_one in (measure_traffic, measure_times)
    )
    text = "\n".join(
        [
            "# Beyond one machine\n",
            f"Written by `python -m benchmarks.engines`: {options.images:,} images with "
            f"{NUM_LABELS} labels and {NUM_PREDICTIONS} predictions each; bytes as the database "
            "server counts what it receives and sends, parts of 1,000 images.\n",
            table(by_method(measured)),
            "Seconds of the same run, in one process and by two of Beam's on "
            f"{os.cpu_count()} processors (load when it began: the first column); starting the "
            "processes, twice, is part of it:\n",
            table(timed),
        ]
    )
    if folder is not None:
        (folder / "engines.md").write_text(text)
    print(text)


def by_method(measured: Sequence[Row]) -> list[Row]:
    """The measurements of the methods side by side."""
    return [
        {"": name, **{method: row[name] for method, row in zip(METHODS, measured, strict=True)}}
        for name in measured[0]
    ]


def measure_traffic(method: str, num_images: int) -> Row:
    """Bytes of a run part by part in this process, which does what workers do elsewhere."""
    import fiftyone as fo

    import odquality
    from odquality.bridge.engines.parts import Part
    from odquality.bridge.engines.parts_engine import PartsEngine, Work

    row: Row = {}

    class Measured(PartsEngine):
        images_per_part = 1000

        def gather(self, work: Work, shared: Any, parts: Sequence[Part]) -> Any:
            name = type(work).__name__
            found = None
            with watched(fo.core.odm.get_db_conn()) as taken:
                for part in parts:
                    done = work(part, shared)
                    found = done if found is None else found.merge(done)
            traffic = {"read": taken.read_megabytes, "written": taken.written_megabytes}
            for how, megabytes in traffic.items():
                row[f"{name}: bytes an image that are {how}"] = 1e6 * megabytes / num_images
            row[f"{name}: bytes of one part"] = len(pickle.dumps((work, parts[0])))
            row[f"{name}: bytes of what all parts share"] = len(pickle.dumps(shared))
            row[f"{name}: bytes of what one part found"] = len(pickle.dumps(done))
            row[f"{name}: bytes of what all parts found"] = len(pickle.dumps(found))
            return found

    dataset = make_dataset(num_images)
    stored = dataset.stats()["samples_bytes"] / num_images
    odquality.compute_label_quality(dataset, key="lq", method=method, engine=Measured())
    return {
        "bytes an image in the database, without scores": stored,
        **row,
        "bytes an image in the database, with scores": dataset.stats()["samples_bytes"]
        / num_images,
    }


def measure_times(method: str, num_images: int) -> Row:
    """Seconds of a run in one process and by two workers."""
    import odquality

    load = os.getloadavg()[0]
    dataset = make_dataset(num_images)
    options = ["--runner=DirectRunner", "--direct_running_mode=multi_processing"]
    engines = {
        "one process, s": None,
        "two of Beam, s": odquality.BeamEngine([*options, "--direct_num_workers=2"]),
    }
    row: Row = {"load": load, "method": method}
    for name, engine in engines.items():
        start = time.monotonic()
        odquality.compute_label_quality(dataset, key="lq", method=method, engine=engine)
        row[name] = time.monotonic() - start
    return row


if __name__ == "__main__":
    main()
