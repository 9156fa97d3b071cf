"""The detector that was trained on the labels that it is held against."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.accuracy.baselines import score_by_sums
from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.files import load_errors
from benchmarks.accuracy.floors.row import Figures, Row, score, two
from benchmarks.accuracy.overlaps import largest
from benchmarks.accuracy.real_errors import rank_real, share_found
from benchmarks.accuracy.suspicion import Suspicion
from odquality.core.scenes import FloatArray
from odquality.kinds import ANY


def learnt_rows(folder: Path, _: int) -> Iterator[Row]:
    """The detector that was trained on the labels that it is held against."""
    floors: dict[str, tuple[Figures, Figures]] = {
        "bccd_folds": ((0.918, 0.163), ()),
        "bccd_seen": ((), ()),
        "injected_folds": ((0.976, 0.834), ()),
        "injected_seen": ((0.957, 0.733), (0.98, 0.80)),
    }
    for name, (floor, aim) in floors.items():
        data, errors = load_errors(name, folder)
        ours = rank_real(data, errors, score(data))
        sums = rank_real(data, errors, score_by_sums(data))
        yield Row(f"{name} labels, quality", two(ours["box", ANY]), floor, aim)
        yield Row(f"{name} labels, simple", two(sums["box", ANY]))
        has_wrong_label = errors.per_image(ANY) - errors.per_image("overlooked")
        yield Row(f"{name} missing", two(ours["box", "overlooked"]))
        for kind in ("swap", "badloc"):
            if kind in errors.numbers():
                yield Row(f"{name} {kind}, own", two(ours["box", kind]))
        simple = share_found(has_wrong_label, _worst_label(data, score_by_sums(data)))
        mine = share_found(has_wrong_label, score(data).images[ANY])
        yield Row(f"shares {name} wrong labels, image score (floor: simple)", mine, simple)


def _worst_label(data: DetectionData, suspicion: Suspicion) -> FloatArray:
    values = np.nan_to_num(suspicion.labels[ANY])
    return largest(values, data.labels.image, len(data))
