"""Average precision of a detector per class, over IoU .5, .55, ..., .95.

Precision falls between true positives, so it matters at them alone, and there are no more of them
than labels. How many predictions are more confident than each takes another look at them all:
`Ranking` counts them, and `AveragePrecision` keeps them instead, for data that is seen once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from odquality.core.scenes import FloatArray, IntArray, Scenes
from odquality.core.segments import run_starts, sorting_order
from odquality.methods.objectlab.matching import IOU_THRESHOLDS, true_positives
from odquality.methods.objectlab.precision_curve import area_under_curve

# One bit per threshold replaces the last bits of a confidence, so that a prediction takes eight
# bytes and one sort orders all. float32 confidences keep all their digits, float64 ones 13.
_FLAGS = np.uint64((1 << len(IOU_THRESHOLDS)) - 1)

# So many confidences, 32 MB, are sorted together.
_BATCH = 1 << 22

_Bits = NDArray[np.uint64]


@dataclass(frozen=True)
class Confidences:
    """Confidences of predictions, class after class.

    Attributes:
        classes: (K,) int64, ascending.
        offsets: (K + 1,) int64; the k-th class owns ``bits[offsets[k]:offsets[k + 1]]``.
        bits: (n,) uint64 confidence of each prediction and its flags.
    """

    classes: IntArray
    offsets: IntArray
    bits: _Bits

    def __len__(self) -> int:
        return len(self.bits)

    @classmethod
    def of(cls, classes: IntArray, confidence: FloatArray, flags: _Bits | None) -> Confidences:
        """Those of n predictions, and a bit for each threshold at which they are true positives."""
        # Adding 0.0 turns -0.0 into 0.0, whose bits sort below those of all others.
        bits = (confidence + 0.0).view(np.uint64) & ~_FLAGS
        if flags is not None:
            bits |= flags
        order = sorting_order(classes, 1 + int(classes.max(initial=0)))
        classes = classes.take(order)
        starts = run_starts(classes)
        return cls(classes.take(starts), np.append(starts, len(classes)), bits.take(order))


@dataclass(frozen=True)
class TruePositives:
    """The true positives of some images; take eight bytes each.

    Attributes:
        num_labels: number of labels of each class.
        parts: their confidences.
    """

    num_labels: Counter[int] = field(default_factory=Counter)
    parts: tuple[Confidences, ...] = ()

    @classmethod
    def observe(cls, scenes: Scenes) -> TruePositives:
        """Those in some images."""
        rows, flags = true_positives(scenes)
        classes, counts = np.unique(scenes.labels.classes, return_counts=True)
        predictions = scenes.predictions
        found = Confidences.of(predictions.classes[rows], predictions.confidence[rows], flags)
        return cls(Counter(dict(zip(classes.tolist(), counts.tolist(), strict=True))), (found,))

    def merge(self, other: TruePositives) -> TruePositives:
        """Those in the images of both."""
        return TruePositives(self.num_labels + other.num_labels, self.parts + other.parts)


class Ranking:
    """Counts how many predictions are more confident than each true positive of their class.

    Args:
        positives: all true positives of a dataset.
    """

    def __init__(self, positives: TruePositives) -> None:
        self._num_labels = positives.num_labels
        self._positives = _gathered(positives.parts)
        self._more_confident = {
            number: np.zeros(len(bits), np.int64) for number, bits in self._positives.items()
        }
        self._predicted: set[int] = set()
        self._batch: list[Confidences] = []

    def add(self, predictions: Confidences) -> None:
        """Takes the predictions of more images into account, each of which must come once."""
        self._predicted.update(predictions.classes.tolist())
        self._batch.append(predictions)
        if sum(map(len, self._batch)) >= _BATCH:
            self._count()

    def _count(self) -> None:
        batch, self._batch = self._batch, []
        for number, bits in _gathered(batch).items():
            if number in self._positives:
                upper = self._positives[number] | _FLAGS
                above = len(bits) - np.searchsorted(bits, upper, side="right")
                self._more_confident[number] += above

    def per_class(self) -> tuple[IntArray, FloatArray]:
        """Mean average precision of each class over the thresholds.

        Returns:
            (K,) int64 the classes of all labels and predictions, ascending; and (K,) float64 in
            [0, 1], 0 for a class without labels or without predictions.
        """
        self._count()
        classes = sorted(self._num_labels.keys() | self._predicted)
        precisions = [self._average_precision(number) for number in classes]
        return np.array(classes, np.int64), np.array(precisions, np.float64)

    def _average_precision(self, number: int) -> float:
        if number not in self._positives:
            return 0.0
        bits = self._positives[number]
        return area_under_curve(
            bits & ~_FLAGS,
            bits & _FLAGS,
            self._more_confident[number],
            self._num_labels[number],
            len(IOU_THRESHOLDS),
        )


@dataclass(frozen=True)
class AveragePrecision:
    """What is known of a detector from images that are seen once; eight bytes per prediction.

    Attributes:
        positives: the true positives.
        parts: all predictions.
    """

    positives: TruePositives = field(default_factory=TruePositives)
    parts: tuple[Confidences, ...] = ()

    @classmethod
    def observe(cls, scenes: Scenes) -> AveragePrecision:
        """What some images tell."""
        return cls(TruePositives.observe(scenes), (all_confidences(scenes),))

    def merge(self, other: AveragePrecision) -> AveragePrecision:
        """What the images of both tell."""
        return AveragePrecision(self.positives.merge(other.positives), self.parts + other.parts)

    def per_class(self) -> tuple[IntArray, FloatArray]:
        """Mean average precision of each class, as of `Ranking`."""
        ranking = Ranking(self.positives)
        for part in self.parts:
            ranking.add(part)
        return ranking.per_class()


def all_confidences(scenes: Scenes) -> Confidences:
    """The confidences of all predictions of some images."""
    return Confidences.of(scenes.predictions.classes, scenes.predictions.confidence, None)


def _gathered(parts: Iterable[Confidences]) -> dict[int, _Bits]:
    """Confidences of each class, ascending."""
    pieces: dict[int, list[_Bits]] = {}
    for part in parts:
        bounds = part.offsets.tolist()
        for row, number in enumerate(part.classes.tolist()):
            pieces.setdefault(number, []).append(part.bits[bounds[row] : bounds[row + 1]])
    gathered = {number: np.concatenate(of_class) for number, of_class in pieces.items()}
    for bits in gathered.values():
        bits.sort()
    return gathered
