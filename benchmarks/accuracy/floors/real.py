"""Errors that annotators made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.accuracy.baselines import score_by_sums, score_simply
from benchmarks.accuracy.files import load_errors
from benchmarks.accuracy.floors.row import Figures, Row, score, two
from benchmarks.accuracy.metrics import rank
from benchmarks.accuracy.real_errors import orders, rank_real, share_found
from odquality.kinds import ANY, KINDS

# What FiftyOne Brain reaches there; it takes too long to be run here.
BRAIN_LABELS = (0.842, 0.281)
SHARE_FLOORS: dict[str, tuple[Figures, Figures]] = {
    "kaist": ((0.37, 0.53, 0.70), (0.39, 0.56, 0.74)),
    "bccd": ((0.096, 0.17, 0.31), ()),
    "bccd_folds": ((0.088, 0.155, 0.28), ()),
}


def real_rows(folder: Path, _: int) -> Iterator[Row]:
    """Errors that annotators made."""
    data, errors = load_errors("kaist", folder)
    found, simple, sums = (method(data) for method in (score, score_simply, score_by_sums))
    ours, *others = (rank_real(data, errors, each) for each in (found, simple, sums))
    wrong = errors.per_image(ANY) > 0
    alone = {kind: two(rank(wrong, found.images[kind])) for kind in KINDS}
    rivals = [two(each["image", ANY]) for each in others] + list(alone.values())
    best = tuple(np.round(np.max(rivals, axis=0), 3))
    yield Row("kaist images", two(ours["image", ANY]), best, (0.86, 0.77))
    yield from (Row(f"kaist images, by {kind} alone", each) for kind, each in alone.items())
    yield Row("kaist missing", two(ours["box", "overlooked"]), (0.84, 0.744))
    yield Row("kaist labels", two(ours["box", ANY]), two(others[1]["box", ANY]), BRAIN_LABELS)
    for kind in errors.numbers():
        yield Row(f"kaist {kind}", two(ours["box", kind]), two(others[0]["box", kind]))
    data, errors = load_errors("bccd", folder)
    ours = rank_real(data, errors, score(data))
    yield Row("bccd missing, above .01", two(ours["box", "overlooked"]))
    yield Row("bccd missing, all", two(ours["every box", "overlooked"]), (0.90, 0.86))
    yield Row("bccd labels", two(ours["box", ANY]))
    yield from _share_rows(folder)


def _share_rows(folder: Path) -> Iterator[Row]:
    """Share of all errors in the first 5, 10 and 20% of the images, at the border too."""
    for name, (floor, aim) in SHARE_FLOORS.items():
        data, errors = load_errors(name, folder)
        number_of = errors.seen_in_image()
        yield Row(f"shares {name}, best possible", share_found(number_of, number_of.astype(float)))
        sums = score_by_sums(data).images[ANY]
        yield Row(f"shares {name}, simple sum", share_found(number_of, sums))
        for order, values in orders(score(data)).items():
            asked = order in ("image score", "expected errors")
            row = Row(f"shares {name}, {order}", share_found(number_of, values))
            yield Row(row.name, row.now, floor, aim) if asked else row
