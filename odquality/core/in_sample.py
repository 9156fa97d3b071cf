"""Was the detector trained on the labels that it is to check? What their agreement gives away.

A detector that has learnt wrong labels repeats them, and hardly any of its confident predictions
is without a label then. An honest detector on clean and easy data looks much alike, so all that
can come of this is a question; and where samples tell which of them the detector was trained on,
a comparison that is safe.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from odquality.core.ignored import mostly_ignored
from odquality.core.overlaps import overlapping_pairs
from odquality.core.pairs import iter_same_class_pairs
from odquality.core.scenes import BoolArray, Boxes, IntArray, Predictions, Scenes

# Names of the parts of a dataset.
TRAINING, HELD_OUT, UNKNOWN = "training", "held out", "unknown"

# A prediction lies on a label of its class from this IoU on.
_ON = 0.5
# A prediction is confident from .5 on, the last of these thresholds; where these are fewer than
# this share of the labels, the most confident ones that are as many: a detector that seldom says .5
# is no careful one.
_SHARE_OF_LABELS = 0.9
_THRESHOLDS = np.arange(10, 51, 2) / 100
# Of each chunk this many images are looked at, evenly spread; fewer where boxes are very many.
_IMAGES = 256
_PAIRS = 1 << 19

# Of 18 detectors that had not seen their images, at least .037 of the confident predictions were
# without a label; of those that had learnt them to the end, .000, .017 and .019.
_IMPLAUSIBLE = 0.03
_STANDARD_DEVIATIONS = 3
_ENOUGH_IMAGES = 50
# Predictions without a label come in bursts: a crowd that nobody labelled, a class that is called
# otherwise. Whatever was counted, one more image may have a burst of this many.
_BURST = 3
# Between parts of a dataset, as many times as many is no chance and no other kind of image.
_TIMES = 3


@dataclass(frozen=True)
class Share:
    """The confident predictions without a label, of all confident ones.

    Attributes:
        value: the share, in [0, 1], a little above what was counted.
        error: its standard error; predictions of one image are not independent.
        unlabelled: how many were without a label.
        confident: of how many.
    """

    value: float
    error: float
    unlabelled: int
    confident: int

    @property
    def upper(self) -> float:
        """What the share hardly exceeds."""
        return self.value + _STANDARD_DEVIATIONS * self.error


@dataclass
class ConfidentPredictions:
    """Counts of confident predictions with and without a label, that add up over images.

    Attributes:
        labels: number of labels in the images.
        sums: (6, T) int64, for each of T confidences from which on a prediction may be confident:
            over all images the sums of the number c of confident predictions, of the number u of
            those without a label, of c * c, c * u and u * u, and the number of images with any.
    """

    labels: int = 0
    sums: IntArray = field(default_factory=lambda: np.zeros((6, len(_THRESHOLDS)), np.int64))

    def add(self, confident: IntArray, unlabelled: IntArray, labels: int) -> None:
        """Adds N images.

        Args:
            confident: (N, T) int64 number of confident predictions.
            unlabelled: (N, T) int64 number of those without a label.
            labels: number of labels in all of the images.
        """
        self.labels += labels
        c, u = confident, unlabelled
        sums = [
            *(of.sum(axis=0) for of in (c, u, c * c, c * u, u * u)),
            np.count_nonzero(c, axis=0),
        ]
        self.sums = self.sums + np.array(sums)

    def merge(self, other: ConfidentPredictions) -> None:
        """Adds what was counted elsewhere."""
        self.labels += other.labels
        self.sums = self.sums + other.sums

    def share(self) -> Share | None:
        """The share that has no label; None if there are too few images or predictions to tell."""
        enough = np.flatnonzero(self.sums[0] >= _SHARE_OF_LABELS * self.labels)
        if not len(enough):
            return None
        c, u, cc, cu, uu, images = self.sums[:, enough[-1]].tolist()
        if images < _ENOUGH_IMAGES:
            return None
        value = (u + _BURST) / (c + _BURST)
        variance = uu - 2 * value * cu + value * value * cc + _BURST**2
        return Share(value, math.sqrt(variance) / c, u, c)


@dataclass
class InSample:
    """What tells whether a detector was trained on labels; parts of a dataset add up.

    Attributes:
        parts: the counts of the images that the detector was trained on as far as their samples
            say so, of those that were held out, and of those of which nothing is known.
    """

    parts: dict[str, ConfidentPredictions] = field(default_factory=dict)

    def observe(self, scenes: Scenes, images: Mapping[str, BoolArray] | None = None) -> None:
        """Takes images into account, evenly spread ones where they are very many.

        Args:
            scenes: the images, of which N.
            images: (N,) bool of each part: which images are of it. They are `UNKNOWN` if None.
        """
        pairs = int(np.dot(scenes.labels.counts, scenes.predictions.counts))
        step = max(1 + pairs // _PAIRS, -(-len(scenes) // _IMAGES))
        parts = images or {UNKNOWN: np.ones(len(scenes), bool)}
        # Of each part by itself: parts may take turns.
        looked_at = np.zeros(len(scenes), bool)
        for of_part in parts.values():
            looked_at[np.flatnonzero(of_part)[::step]] = True
        chosen = np.flatnonzero(looked_at)
        scenes = scenes if len(chosen) == len(scenes) else scenes.of_images(chosen)
        confident, unlabelled = _count(scenes)
        for name, of_part in parts.items():
            rows = of_part[chosen]
            self.parts.setdefault(name, ConfidentPredictions()).add(
                confident[rows], unlabelled[rows], int(scenes.labels.counts[rows].sum())
            )

    def merge(self, other: InSample) -> None:
        """Adds what was observed elsewhere."""
        for name, part in other.parts.items():
            self.parts.setdefault(name, ConfidentPredictions()).merge(part)

    def finding(self, gt_name: str, pred_name: str) -> str | None:
        """The question, with what a yes costs; None where the agreement is not remarkable.

        Args:
            gt_name: what the labels are called in a sentence.
            pred_name: what the predictions are called in a sentence.
        """
        training, held_out = self._share(TRAINING), self._share(HELD_OUT)
        if training and held_out and _is_far_below(training, held_out):
            return (
                f"of the confident predictions of {pred_name}, {training.value:.1%} have no label "
                f"of their class in {gt_name} on images marked as training, and "
                f"{held_out.value:.1%} on those held out from it: {_ASK}"
            )
        whole = ConfidentPredictions()
        for part in self.parts.values():
            whole.merge(part)
        share = whole.share()
        if share is None or share.upper >= _IMPLAUSIBLE:
            return None
        seen = (
            f"only {share.unlabelled:,} of {share.confident:,} confident predictions of "
            f"{pred_name} have no label of their class in {gt_name}"
        )
        if share.unlabelled:
            return f"{seen}, fewer than most detectors have on images that are new to them: {_ASK}"
        return (
            f"all of {share.confident:,} confident predictions of {pred_name} have a label of "
            f"their class in {gt_name}: were those without one left out, or {_ASK}"
        )

    def _share(self, part: str) -> Share | None:
        return self.parts[part].share() if part in self.parts else None


_ASK = (
    "was the detector trained on these labels? Then it repeats their errors: in a trial the "
    "average precision of missing labels fell from .81 to .51, and 10 were expected of 891. "
    "How many errors are to be expected cannot be known then; trust the order within a kind alone. "
    "Better, let a detector predict images that it was not trained on (assign_folds, "
    "docs/out-of-fold.md), or take an early checkpoint"
)


def _is_far_below(share: Share, other: Share) -> bool:
    """Whether a share is below another by more than chance, and by much."""
    margin = _STANDARD_DEVIATIONS * math.hypot(share.error, other.error)
    return other.value - share.value > margin and other.value >= _TIMES * share.value


def _count(scenes: Scenes) -> tuple[IntArray, IntArray]:
    """How many predictions of each image are confident, and how many of these have no label.

    Returns:
        Two (N, T) int64 arrays, for each of T confidences from which on they may be confident.
    """
    found = scenes.predictions
    step = np.searchsorted(_THRESHOLDS, found.confidence, side="right") - 1
    looked_at = step >= 0
    looked_at &= ~mostly_ignored(scenes.ignored, found, looked_at)
    unlabelled = looked_at & ~_on_a_label(found, scenes.labels, looked_at)
    size = len(scenes) * len(_THRESHOLDS)
    cell = found.image * len(_THRESHOLDS) + step
    counts = [
        np.bincount(cell[which], minlength=size).reshape(len(scenes), len(_THRESHOLDS))
        for which in (looked_at, unlabelled)
    ]
    # Whoever reaches a higher confidence reaches a lower one.
    confident, without = (np.cumsum(count[:, ::-1], axis=1)[:, ::-1] for count in counts)
    return confident, without


def _on_a_label(found: Predictions, labels: Boxes, which: BoolArray) -> BoolArray:
    on = np.zeros(len(found), bool)
    for a, b in iter_same_class_pairs(found, labels, keep_first=which):
        a, _, iou = overlapping_pairs(found, a, labels, b)
        on[a.take(np.flatnonzero(iou >= _ON))] = True
    return on
