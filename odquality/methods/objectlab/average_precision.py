"""Average precision of a detector per class, over IoU .5, .55, ..., .95.

Precision falls between true positives, so it matters at them alone, and they are few. How many
predictions are more confident than each takes another look at them all: `Ranking` counts them, and
`AveragePrecision` keeps them instead, for data that is seen once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from odquality.core.geometry import NO_UNION
from odquality.core.scenes import FloatArray, IntArray, Scenes
from odquality.core.segments import run_starts, sorting_order
from odquality.methods.objectlab.matching import true_positives
from odquality.methods.objectlab.precision_curve import FLAGS, Bits, area_under_curve

# This many confidences, 8 MB, are sorted together.
BATCH = 1 << 20

# A step counts in four bytes as long as there are no more predictions than this.
_LARGEST_STEP = np.iinfo(np.uint32).max


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
    bits: Bits

    def __len__(self) -> int:
        return len(self.bits)

    @classmethod
    def of(cls, classes: IntArray, confidence: FloatArray, flags: Bits | None) -> Confidences:
        """Those of n predictions, and a bit for each threshold at which they are true positives."""
        # Adding 0.0 turns -0.0 into 0.0, whose bits sort below those of all others.
        bits = (confidence + 0.0).view(np.uint64) & ~FLAGS
        if flags is not None:
            bits |= flags
        order = sorting_order(classes, 1 + int(classes.max(initial=0)))
        classes = classes.take(order)
        starts = run_starts(classes)
        return cls(classes.take(starts), np.append(starts, len(classes)), bits.take(order))


@dataclass(frozen=True)
class TruePositives:
    """The true positives of some images, eight bytes each.

    Attributes:
        num_labels: number of labels of each class.
        parts: their confidences.
    """

    num_labels: Counter[int] = field(default_factory=Counter)
    parts: tuple[Confidences, ...] = ()

    @classmethod
    def observe(cls, scenes: Scenes, *, min_union: float = NO_UNION) -> TruePositives:
        """Those in some images; ``min_union`` as of `core.geometry.box_iou`."""
        rows, flags = true_positives(scenes, min_union=min_union)
        classes, counts = np.unique(scenes.labels.classes, return_counts=True)
        predictions = scenes.predictions
        found = Confidences.of(predictions.classes[rows], predictions.confidence[rows], flags)
        return cls(Counter(dict(zip(classes.tolist(), counts.tolist(), strict=True))), (found,))

    def merge(self, other: TruePositives) -> TruePositives:
        """Those in the images of both."""
        return TruePositives(self.num_labels + other.num_labels, self.parts + other.parts)

    def sorted(self) -> SortedPositives:
        """Those of all images, in order."""
        return SortedPositives(self.num_labels, dict(_iter_sorted(self.parts)))


@dataclass(frozen=True)
class SortedPositives:
    """All true positives of a dataset.

    Attributes:
        num_labels: number of labels of each class.
        by_class: confidence and flags of the true positives of each class, ascending.
    """

    num_labels: Mapping[int, int]
    by_class: Mapping[int, Bits]


class Ranking:
    """Counts how many predictions are more confident than each true positive of their class.

    Args:
        positives: all true positives of a dataset.
        batch: how many predictions are counted together.
    """

    def __init__(self, positives: SortedPositives, *, batch: int = BATCH) -> None:
        self._num_labels, self._positives = positives.num_labels, positives.by_class
        self._steps: dict[int, NDArray[Any]] = {}
        self._predicted: set[int] = set()
        self._num_counted = 0
        self._batch_size = batch
        self._batch: list[Confidences] = []

    def add(self, predictions: Confidences) -> None:
        """Takes the predictions of more images into account, each of which must come once."""
        self._predicted.update(predictions.classes.tolist())
        self._batch.append(predictions)
        if sum(map(len, self._batch)) >= self._batch_size:
            self._count()

    def _count(self) -> None:
        batch, self._batch = self._batch, []
        self._num_counted += sum(map(len, batch))
        for number, confidences in _iter_sorted(batch):
            positives = self._positives.get(number, confidences[:0])
            steps = self._steps.setdefault(number, np.zeros(len(positives), np.uint32))
            if self._num_counted > _LARGEST_STEP:
                steps = self._steps[number] = steps.astype(np.int64, copy=False)
            _count_steps(positives, confidences, steps)

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
        return area_under_curve(
            self._positives[number], self._steps[number], self._num_labels[number]
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
        ranking = Ranking(self.positives.sorted())
        for part in self.parts:
            ranking.add(part)
        return ranking.per_class()


def all_confidences(scenes: Scenes) -> Confidences:
    """The confidences of all predictions of some images."""
    return Confidences.of(scenes.predictions.classes, scenes.predictions.confidence, None)


def _count_steps(positives: Bits, confidences: Bits, steps: NDArray[Any]) -> None:
    """Adds, for each positive, how many confidences exceed it and not the next one; all ascend."""
    if len(positives) < len(confidences):
        exceeding = len(confidences) - np.searchsorted(confidences, positives | FLAGS, side="right")
        exceeding[:-1] -= exceeding[1:]
        steps += exceeding.astype(steps.dtype)
    else:
        exceeded = np.searchsorted(positives, confidences)
        starts = run_starts(exceeded)
        counts = np.diff(starts, append=len(exceeded)).astype(steps.dtype)
        exceeded = exceeded.take(starts)
        some = int(np.searchsorted(exceeded, 1))
        steps[exceeded[some:] - 1] += counts[some:]


def _iter_sorted(parts: Iterable[Confidences]) -> Iterator[tuple[int, Bits]]:
    """Yields each class and all of its confidences, ascending."""
    pieces: dict[int, list[Bits]] = {}
    for part in parts:
        bounds = part.offsets.tolist()
        for row, number in enumerate(part.classes.tolist()):
            pieces.setdefault(number, []).append(part.bits[bounds[row] : bounds[row + 1]])
    for number, of_class in pieces.items():
        confidences = np.concatenate(of_class)
        confidences.sort()
        yield number, confidences
