"""What a threshold shows: how many suspected errors have at least a probability, and are right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from odquality.core.scenes import BoolArray, FloatArray, IntArray, Scenes
from odquality.kinds import DUPLICATE, KINDS, LABEL_KINDS, OVERLOOKED
from odquality.methods.interface import Scores
from odquality.methods.issues import is_to_go

THRESHOLDS = tuple(tenth / 10 for tenth in range(1, 10))


def issue_probabilities(scenes: Scenes, scores: Scores) -> Mapping[str, FloatArray]:
    """How likely each box has an error, by kind, where every label is suspected of one at most.

    Args:
        scenes: the images that were scored.
        scores: of their boxes, with evidence.

    Returns:
        Per kind (number of labels,) float64 in [0, 1], of ``overlooked`` (number of predictions,);
        0 where a label is suspected of another error, or is the one of two to keep.
    """
    rows = np.arange(len(scenes.labels))
    likely = {kind: 1.0 - scores.labels[kind] for kind in LABEL_KINDS}
    repeated = likely[DUPLICATE]
    likely[DUPLICATE] = repeated * is_to_go(rows, scores.evidence[DUPLICATE], repeated)
    likeliest = np.argmax([likely[kind] for kind in LABEL_KINDS], axis=0)
    of_labels = {
        kind: likely[kind] * (likeliest == number) for number, kind in enumerate(LABEL_KINDS)
    }
    return {OVERLOOKED: 1.0 - np.nan_to_num(scores.predictions[OVERLOOKED], nan=1.0), **of_labels}


@dataclass
class ErrorsAbove:
    """Numbers of suspected errors from each of `THRESHOLDS` on; images add up.

    Attributes:
        shown: (T,) int64 per kind: how many there are.
        right: (T,) float64 per kind: how many of these are errors, in expectation.
    """

    shown: Mapping[str, IntArray] = field(
        default_factory=lambda: {kind: np.zeros(len(THRESHOLDS), np.int64) for kind in KINDS}
    )
    right: Mapping[str, FloatArray] = field(
        default_factory=lambda: {kind: np.zeros(len(THRESHOLDS)) for kind in KINDS}
    )

    def __add__(self, other: ErrorsAbove) -> ErrorsAbove:
        return ErrorsAbove(
            {kind: shown + other.shown[kind] for kind, shown in self.shown.items()},
            {kind: right + other.right[kind] for kind, right in self.right.items()},
        )

    def add(self, scenes: Scenes, scores: Scores, images: BoolArray) -> None:
        """Adds some of the images that were scored.

        Args:
            scenes: N images.
            scores: of their boxes, with evidence.
            images: (N,) bool, which of the images.
        """
        for kind, probability in issue_probabilities(scenes, scores).items():
            boxes = scenes.predictions if kind == OVERLOOKED else scenes.labels
            self._count(kind, probability[images[boxes.image]], 1)

    def leave_out(self, kind: str, probability: FloatArray) -> None:
        """Takes away suspected errors of a kind that were counted, (n,) probabilities."""
        self._count(kind, probability, -1)

    def _count(self, kind: str, probability: FloatArray, sign: int) -> None:
        likely = probability[probability >= THRESHOLDS[0]]
        passed = np.searchsorted(THRESHOLDS, likely, side="right") - 1
        self.shown[kind][:] += sign * _at_least(np.bincount(passed, minlength=len(THRESHOLDS)))
        self.right[kind][:] += sign * _at_least(np.bincount(passed, likely, len(THRESHOLDS)))


def _at_least(at: NDArray[Any]) -> NDArray[Any]:
    """Totals from each threshold on, (T,): whoever reaches a higher one reaches a lower one."""
    return np.cumsum(at[::-1])[::-1]
