"""How much support a label can expect: what a detector seldom finds is no evidence of an error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from odquality.core.geometry import box_area
from odquality.core.scenes import FloatArray, IntArray, Scenes
from odquality.core.segments import exact_sums
from odquality.methods.calibrated.units import in_any_unit

# What is known of a label beforehand, and the sign of its effect: detectors find large objects at
# least as well as small ones, and objects by themselves at least as well as those in a crowd.
_SIGNS = {"size": 1.0, "crowding": -1.0}

# Effects of classes, and of the other labels of an image, are drawn towards 0 as if by this many
# labels without any.
_CLASS_LABELS = 10.0
_OTHER_LABELS = 2.0
# Shares of the labels beyond which size and crowding count as those at the limit.
_LIMITS = (0.02, 0.98)
# Areas whose logarithms differ by less are about the same.
_LEAST_SPAN = 1.0
# From this share of the way between the smallest and the largest size on (by the logarithm of the
# area) labels are large: detectors find all of these about as often.
_LARGE = 0.6
# Sums of squares below this are 0 but for rounding.
_NO_SPREAD = 1e-9


@dataclass(frozen=True)
class Expectation:
    """The mean height of support (`support.height`) of labels like a label.

    Attributes:
        areas: the least and the largest area that count, in the unit of the boxes.
        crowding: the largest crowding that counts.
        intercept: expectation of labels of size and crowding 0.
        slopes: of size and of crowding.
        classes: K classes, ascending; any other class has no effect.
        effects: K, of the classes.
        likeness: how far labels of an image are alike: what is added for each unit by which the
            image's other labels surpass their expectation. At least 0.
    """

    areas: tuple[float, float]
    crowding: float
    intercept: float = 0.0
    slopes: tuple[float, ...] = (0.0, 0.0)
    classes: tuple[int, ...] = ()
    effects: tuple[float, ...] = ()
    likeness: float = 0.0

    @classmethod
    def fit(cls, scenes: Scenes, crowding: FloatArray, heights: FloatArray) -> Expectation:
        """Learns from labels as they are.

        Args:
            scenes: the images, in canonical order; at least one has a label.
            crowding: (L,) largest IoU of each label with another one.
            heights: (L,) height of the support of each label.
        """
        area = box_area(scenes.labels.columns)
        areas = np.quantile(area[area > 0], _LIMITS, method="lower") if area.any() else (1.0, 1.0)
        unlike = cls(
            (float(areas[0]), float(areas[1])),
            float(np.quantile(crowding, _LIMITS[1])),
        )
        known = unlike._known(scenes, crowding)
        intercept, slopes = _regression(known, heights)
        rest = heights - intercept - _combined(slopes, known)
        classes, rows = np.unique(scenes.labels.classes, return_inverse=True)
        effects = np.bincount(rows, rest) / (np.bincount(rows) + _CLASS_LABELS)
        unlike = replace(
            unlike,
            intercept=intercept,
            slopes=tuple(slopes.tolist()),
            classes=tuple(classes.tolist()),
            effects=tuple(effects.tolist()),
        )
        rest = heights - unlike.of(scenes, crowding, heights)
        others = _others(scenes, rest)
        likeness = (others * rest).sum() / max((others * others).sum(), _NO_SPREAD)
        return replace(unlike, likeness=max(float(likeness), 0.0))

    def of(self, scenes: Scenes, crowding: FloatArray, heights: FloatArray) -> FloatArray:
        """The expected height of each label's support, (L,) float64 in [0, 1].

        Args:
            scenes: the images.
            crowding: (L,) largest IoU of each label with another one.
            heights: (L,) of the labels, of which each one's is for the others of its image.
        """
        # One more class, without any effect, for those that are not known.
        classes, effects = np.array([*self.classes, -1]), np.array([*self.effects, 0.0])
        place = np.searchsorted(classes[:-1], scenes.labels.classes)
        met = classes[place] == scenes.labels.classes
        expected = self.intercept + _combined(self.slopes, self._known(scenes, crowding))
        expected = (expected + effects[place] * met).clip(0.0, 1.0)
        if self.likeness:
            expected += self.likeness * _others(scenes, heights - expected)
        return expected.clip(0.0, 1.0)

    def size(self, scenes: Scenes) -> FloatArray:
        """Each label's size among those of all labels, (L,): from 0, of the smallest, to 1.

        It grows with the logarithm of the area, and is 1 from `_LARGE` on. Where all labels are
        about as large, they lie half-way, at .5 / `_LARGE`.
        """
        least, largest = self.areas
        span = float(np.log(largest / least))
        # Quotients of areas are the same in any unit.
        place = np.log(box_area(scenes.labels.columns).clip(least, largest) / least) - span / 2
        return in_any_unit(np.minimum((0.5 + place / max(span, _LEAST_SPAN)) / _LARGE, 1.0))

    def renamed(self, classes: IntArray) -> Expectation:
        """The same with ``classes[number]``, (K,) int64, for the number of each class."""
        named = sorted(zip(classes[list(self.classes)].tolist(), self.effects, strict=True))
        return replace(
            self,
            classes=tuple(number for number, _ in named),
            effects=tuple(effect for _, effect in named),
        )

    def _known(self, scenes: Scenes, crowding: FloatArray) -> FloatArray:
        """Size and crowding of each label, (2, L)."""
        return np.stack([self.size(scenes), np.minimum(crowding, self.crowding)])


NOTHING_EXPECTED = Expectation(areas=(1.0, 1.0), crowding=0.0)


def _regression(known: FloatArray, heights: FloatArray) -> tuple[float, FloatArray]:
    """Least squares on the variables whose effects have the sign that they must have."""
    mean, mean_height = known.mean(axis=1), float(heights.mean())
    centred, rest = known - mean[:, None], heights - mean_height
    signs = np.array(list(_SIGNS.values()))
    used = np.flatnonzero((centred * centred).sum(axis=1) > _NO_SPREAD)
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


def _combined(slopes: Sequence[float] | FloatArray, known: FloatArray) -> FloatArray:
    return slopes[0] * known[0] + slopes[1] * known[1]


def _others(scenes: Scenes, rest: FloatArray) -> FloatArray:
    """Mean of the other labels of each label's image, (L,), drawn towards 0."""
    image, counts = scenes.labels.image, scenes.labels.counts
    total = exact_sums(rest, counts)[image] - rest
    return total / (counts[image] - 1 + _OTHER_LABELS)
