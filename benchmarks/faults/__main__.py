"""Breaks runs off in every way and at every moment; writes ``benchmarks/results/faults.md``.

python -m benchmarks.faults [--share 1] [--part cuts]
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.faults.cuts import OBJECTLAB
from benchmarks.faults.invariants import INVARIANTS
from benchmarks.faults.laboratory import Laboratory, open_laboratory
from benchmarks.faults.scene import CROWDED, ONE_BATCH, TWO_BATCHES
from benchmarks.faults.trials import Trial, list_cuts, list_encounters, list_full_folders

RESULTS = Path(__file__).parents[1] / "results" / "faults.md"
# The laboratory of each part, and what is tried in it.
PARTS: Mapping[str, tuple[tuple[Any, ...], Callable[[Laboratory, int], Iterator[Trial]]]] = {
    "cuts": ((TWO_BATCHES,), list_cuts),
    "encounters": ((ONE_BATCH,), list_encounters),
    "full-folders": ((TWO_BATCHES, CROWDED, [OBJECTLAB]), list_full_folders),
}
Violations = Mapping[str, list[str]]
Tried = list[tuple[Trial, Violations]]


def main() -> None:
    """Tries all and writes the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.faults")
    parser.add_argument("--share", type=int, default=1, help="try every n-th moment only")
    parser.add_argument("--part", choices=PARTS, help="try one part only, and write no file")
    options = parser.parse_args()
    start = time.monotonic()
    tried: Tried = []
    for name in [options.part] if options.part else PARTS:
        sizes, list_trials = PARTS[name]
        with open_laboratory(*sizes) as laboratory:
            for trial in list_trials(laboratory, options.share):
                tried.append((trial, trial.run(laboratory)))
                _tell(*tried[-1])
    text = report(tried, time.monotonic() - start, options.share)
    if not options.part:
        RESULTS.write_text(text)
    print(text)


def report(tried: Tried, seconds: float, share: int) -> str:
    """The results as Markdown."""
    violated = sum(bool(violations) for _, violations in tried)
    moments = "every moment" if share == 1 else f"one in {share} moments"
    lines = [
        "# Faults\n",
        f"Written by `python -m benchmarks.faults{f' --share {share}' if share > 1 else ''}`: "
        f"{len(tried):,} faults in real processes and a real database, {moments}, "
        f"{seconds / 60:.0f} minutes; {violated or 'none'} of them left anything that should not "
        "be. `benchmarks/faults/invariants.py` says what each column means.\n",
        *_table(tried),
        "",
        *_details(tried),
    ]
    return "\n".join(lines)


def _table(tried: Tried) -> Iterable[str]:
    names = ["what happens", "to what", "times", *INVARIANTS]
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    rows = Counter((trial.what, trial.scenario) for trial, _ in tried)
    broken = Counter(
        (trial.what, trial.scenario, name) for trial, violations in tried for name in violations
    )
    for (what, scenario), times in rows.items():
        counts = [str(broken[what, scenario, name]) for name in INVARIANTS]
        yield f"| {what} | {scenario} | {times} | {' | '.join(counts)} |"


def _details(tried: Tried) -> Iterable[str]:
    """The first violation of each invariant in each row, which is how to reproduce it."""
    seen: set[tuple[str, str, str]] = set()
    for trial, violations in tried:
        for name, told in violations.items():
            row = (trial.what, trial.scenario, name)
            if row not in seen:
                seen.add(row)
                text = "; ".join(told).replace("\n", " ")
                yield f"- {trial.what}, {trial.scenario}, {trial.moment}: {name}: {text}"


def _tell(trial: Trial, violations: Violations) -> None:
    held = "holds" if not violations else str(dict(violations))
    print(f"{trial.what} | {trial.scenario} | {trial.moment} | {held}", flush=True)


if __name__ == "__main__":
    main()
