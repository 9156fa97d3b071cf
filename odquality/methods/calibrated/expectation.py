"""How much support a label can expect: what a detector seldom finds is no evidence of an error."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from odquality.core.scenes import FloatArray, IntArray, Scenes
from odquality.core.segments import exact_sums, segment_max
from odquality.methods.calibrated.frames import image_frames
from odquality.methods.calibrated.overlap import overlaps

# What is known of a label beforehand, and the sign of its effect: detectors find large objects at
# least as well as small ones, and objects by themselves at least as well as those in a crowd.
_SIGNS = {"size": 1.0, "crowding": -1.0}

# Effects of classes, and of the other labels of an image, are drawn towards 0 as if by so many
# labels without any.
_CLASS_LABELS = 10.0
_OTHER_LABELS = 2.0
# Shares of the labels beyond which size and crowding count as those at the limit.
_LIMITS = (0.02, 0.98)
# The smallest share of an image that a box is taken to have.
_SMALLEST_AREA = 1e-6


@dataclass(frozen=True)
class Expectation:
    """The mean height of support (`support.height`) of labels like a label.

    Attributes:
        intercept: that of labels of size and crowding 0.
        slopes: (2,) of size and crowding.
        limits: (2, 2) least and largest values of those that count.
        classes: (K,) int64 ascending; any other class has no effect.
        effects: (K,) of the classes.
        likeness: how far labels of an image are alike: what is added for each unit by which the
            image's other labels surpass their expectation. At least 0.
    """

    intercept: float
    slopes: FloatArray
    limits: FloatArray
    classes: IntArray
    effects: FloatArray
    likeness: float

    @classmethod
    def fit(cls, scenes: Scenes, heights: FloatArray) -> Expectation:
        """Learns from labels as they are.

        Args:
            scenes: the images, in canonical order; at least one has a label.
            heights: (L,) height of the support of each label.
        """
        known = _known(scenes)
        limits = np.quantile(known, _LIMITS, axis=1)
        known = known.clip(*limits[:, :, None])
        intercept, slopes = _regression(known, heights)
        rest = heights - intercept - _combined(slopes, known)
        classes, rows = np.unique(scenes.labels.classes, return_inverse=True)
        counts = np.bincount(rows)
        effects = np.bincount(rows, rest) / (counts + _CLASS_LABELS)
        unlike = cls(intercept, slopes, limits, classes, effects, 0.0)
        rest = heights - unlike.of(scenes, heights)
        others = _others(scenes, rest)
        likeness = (others * rest).sum() / max((others * others).sum(), 1e-9)
        return cls(intercept, slopes, limits, classes, effects, max(float(likeness), 0.0))

    def of(self, scenes: Scenes, heights: FloatArray) -> FloatArray:
        """The expected height of each label's support, (L,) float64 in [0, 1].

        Args:
            scenes: the images.
            heights: (L,) of the labels, of which each one's is for the others of its image.
        """
        known = _known(scenes).clip(*self.limits[:, :, None])
        place = np.searchsorted(self.classes, scenes.labels.classes)
        effects = np.append(self.effects, 0.0)
        met = np.append(self.classes, -1)[place] == scenes.labels.classes
        expected = self.intercept + _combined(self.slopes, known) + effects[place] * met
        expected = expected.clip(0.0, 1.0)
        if self.likeness:
            expected += self.likeness * _others(scenes, heights - expected)
        return expected.clip(0.0, 1.0)

    def renamed(self, classes: IntArray) -> Expectation:
        """The same with ``classes[number]``, (K,) int64, for the number of each class."""
        order = np.argsort(classes[self.classes])
        return replace(self, classes=classes[self.classes][order], effects=self.effects[order])


NOTHING_EXPECTED = Expectation(
    0.0, np.zeros(2), np.zeros((2, 2)), np.zeros(0, np.int64), np.zeros(0), 0.0
)


def relative_size(scenes: Scenes) -> FloatArray:
    """Logarithm of each label's share of its image's frame, (L,); scaled from 0 to 1."""
    labels, frames = scenes.labels, image_frames(scenes)
    width, height = labels.columns[2:] - labels.columns[:2]
    frame_width, frame_height = (frames[2:] - frames[:2]).take(labels.image, axis=1)
    frame = frame_width * frame_height
    share = np.divide(width * height, frame, out=np.ones(len(labels)), where=frame > 0)
    return 1 - np.log(share.clip(_SMALLEST_AREA, 1.0)) / np.log(_SMALLEST_AREA)


def _known(scenes: Scenes) -> FloatArray:
    """Size and crowding of each label, (2, L); crowding is the largest IoU with another label."""
    labels = scenes.labels
    pairs = overlaps(labels, labels)
    pairs = pairs.where(pairs.first != pairs.second)
    return np.stack(
        [relative_size(scenes), segment_max(pairs.iou, pairs.first, len(labels), empty=0.0)]
    )


def _regression(known: FloatArray, heights: FloatArray) -> tuple[float, FloatArray]:
    """Least squares on the variables whose effects have the sign that they must have."""
    mean, mean_height = known.mean(axis=1), float(heights.mean())
    centred, rest = known - mean[:, None], heights - mean_height
    signs = np.array(list(_SIGNS.values()))
    used = np.flatnonzero((centred * centred).sum(axis=1) > 0)
    slopes = np.zeros(len(signs))
    while len(used):
        # Sums are not left to matrix products, whose order of summation depends on the machine.
        products = np.array([[(centred[i] * centred[j]).sum() for j in used] for i in used])
        target = np.array([(centred[i] * rest).sum() for i in used])
        found = np.linalg.solve(products + np.eye(len(used)), target)
        right = found * signs[used] >= 0
        if right.all():
            slopes[used] = found
            break
        used = used[right]
    return mean_height - float((slopes * mean).sum()), slopes


def _combined(slopes: FloatArray, known: FloatArray) -> FloatArray:
    return slopes[0] * known[0] + slopes[1] * known[1]


def _others(scenes: Scenes, rest: FloatArray) -> FloatArray:
    """Mean of the other labels of each label's image, (L,), drawn towards 0."""
    image, counts = scenes.labels.image, scenes.labels.counts
    total = exact_sums(rest, counts)[image] - rest
    return total / (counts[image] - 1 + _OTHER_LABELS)
