"""The evidence for and against each label and each prediction.

Few pieces, each of which can only raise or only lower the suspicion of one kind of error, made of
confidences and overlaps alone. None has a threshold to tune or depends on the unit of the boxes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from odquality.core.ignored import IGNORED_SHARE
from odquality.core.scenes import (
    BoolArray,
    Boxes,
    FloatArray,
    IntArray,
    Predictions,
    Scenes,
)
from odquality.core.segments import segment_max
from odquality.methods.calibrated.expectation import Expectation
from odquality.methods.calibrated.overlap import Overlaps, best_partner, overlaps
from odquality.methods.calibrated.support import class_confidence, fair_support, height
from odquality.methods.calibrated.units import TOLERANCE

# A prediction with at least this IoU to a label of its class has found that label (PASCAL VOC).
MATCH_IOU = 0.5

# One with at least this IoU fits it well.
CLOSE_IOU = 0.7

# How much the better supported one of two labels for an object is preferred: so little that between
# pairs of labels their IoU decides.
_PREFERENCE = 0.02


@dataclass(frozen=True)
class Evidence:
    """What speaks for and against errors; every value lies in [0, 1].

    Attributes:
        labels: per piece of evidence, (L,) float64:
            ``support``, of any prediction of the label's class: confidence x IoU;
            ``class_support``, of any prediction: its confidence in the label's class x IoU;
            ``tight_support``, as support with IoU^3, which a badly placed label lacks;
            ``close_support``, of any prediction of the label's class that fits this label best,
            with an IoU of at least .7: confidence;
            ``fair_support``, by a prediction of the label's own (`support.fair_support`);
            ``crowding``, of any other label: IoU, which says what support to expect;
            ``shortfall``, by how much the height of the fair support is below that of labels like
            this one (`expectation.Expectation`), 0 if it is not;
            ``unsupported_size``, size among all labels x what the height of the fair support
            lacks to 1;
            ``contradiction``, of any prediction of another class that fits this label best:
            confidence x IoU;
            ``displacement``, of any prediction of the label's class that fits this label best:
            confidence x (4 IoU (1 - IoU))^2, largest for one that half overlaps;
            ``repetition``, of any other label of the same class: IoU, a little less for the one of
            the two that has more tight support.
        rows: per piece of evidence that a single box gives, (L,) int64: the prediction (for
            ``repetition``, the label) that its value comes from, -1 where the value is 0.
        unclaimed: (P,) float64 confidence x (1 - `_taken`) x (1 - (largest share inside a label of
            its class)^4): a part of an object is no other object.
        unlabelled: (P,) bool, which predictions have found no label.
        candidate: (P,) bool, which of these may be missing labels: those that do not lie mostly in
            an ignored region that counts for their class.
    """

    labels: Mapping[str, FloatArray]
    rows: Mapping[str, IntArray]
    unclaimed: FloatArray
    unlabelled: BoolArray
    candidate: BoolArray

    def held_to(self, expectation: Expectation, scenes: Scenes) -> Evidence:
        """This with ``shortfall`` and ``unsupported_size``, for the images that it is of."""
        heights = height(self.labels["fair_support"])
        expected = expectation.of(scenes, self.labels["crowding"], heights)
        told = {
            "shortfall": np.maximum(expected - heights, 0.0),
            "unsupported_size": expectation.size(scenes) * (1 - heights),
        }
        return replace(self, labels={**self.labels, **told})


def gather_evidence(
    scenes: Scenes, detected: tuple[int, ...], expectation: Expectation
) -> Evidence:
    """Describes every label and every prediction of ``scenes``.

    Args:
        scenes: the images.
        detected: the classes that the detector knows. An ignored region of one of them (a crowd)
            counts for predictions of that class, any other ("don't care") for all.
        expectation: how much support labels have.
    """
    return plain_evidence(scenes, detected).held_to(expectation, scenes)


def plain_evidence(scenes: Scenes, detected: tuple[int, ...]) -> Evidence:
    """The evidence that needs no expectation, from which one can be learnt.

    Args:
        scenes: the images.
        detected: as for `gather_evidence`.
    """
    labels, predictions = scenes.labels, scenes.predictions
    pairs = overlaps(labels, predictions)
    same = labels.classes[pairs.first] == predictions.classes[pairs.second]
    own_class, other_class = pairs.where(same), pairs.where(~same)
    own_class_fit, other_class_fit = (
        _largest_per_second(of.iou, of, len(predictions)) for of in (own_class, other_class)
    )
    fit = np.maximum(own_class_fit, other_class_fit)
    inside = _largest_per_second(own_class.inside, own_class, len(predictions))
    region_fit, ignored = _in_regions(scenes.ignored, predictions, detected)
    neighbours = overlaps(labels, labels)
    neighbours = neighbours.where(neighbours.first != neighbours.second)

    def best(of: Overlaps, strength: FloatArray) -> tuple[FloatArray, IntArray]:
        values = predictions.confidence.take(of.second) * strength
        return best_partner(values, of.first, of.second, len(labels))

    not_a_part = 1 - _square(_square(inside))
    nearest_own = own_class.where(_is_best(own_class, own_class_fit))
    nearest_other = other_class.where(_is_best(other_class, fit))
    close = nearest_own.where(nearest_own.iou >= CLOSE_IOU - TOLERANCE)
    class_support = class_confidence(pairs, labels, predictions) * pairs.iou
    tight_support = best(own_class, own_class.iou * own_class.iou * own_class.iou)
    pieces = {
        "support": best(own_class, own_class.iou),
        "class_support": best_partner(class_support, pairs.first, pairs.second, len(labels)),
        "tight_support": tight_support,
        "close_support": best(close, np.ones_like(close.iou)),
        "contradiction": best(nearest_other, nearest_other.iou),
        "displacement": best(nearest_own, _square(4 * nearest_own.iou * (1 - nearest_own.iou))),
        "repetition": _repetition(labels, neighbours, tight_support[0]),
    }
    confidence = predictions.confidence.take(own_class.second)
    unlabelled = own_class_fit < MATCH_IOU - TOLERANCE
    return Evidence(
        labels={
            **{name: values for name, (values, _) in pieces.items()},
            "fair_support": fair_support(own_class, confidence, len(labels), len(predictions)),
            "crowding": segment_max(neighbours.iou, neighbours.first, len(labels), empty=0.0),
        },
        rows={name: rows for name, (_, rows) in pieces.items()},
        unclaimed=predictions.confidence
        * (1 - _taken(own_class_fit, np.maximum(other_class_fit, region_fit)))
        * not_a_part,
        unlabelled=unlabelled,
        candidate=unlabelled & ~ignored,
    )


def _taken(own_class_fit: FloatArray, other_fit: FloatArray) -> FloatArray:
    """How surely each prediction's object is one that is labelled, (P,) in [0, 1].

    Separate objects overlap too, those of different classes even more: so that a small IoU says
    little, and counts squared; with a label of its class relative to that which finds the label.
    """
    return _square(np.maximum(own_class_fit / MATCH_IOU, other_fit).clip(max=1.0))


def _square(values: FloatArray) -> FloatArray:
    return values * values


def _largest_per_second(values: FloatArray, pairs: Overlaps, size: int) -> FloatArray:
    """Largest value of each of ``size`` second boxes, 0 for one without pairs."""
    return segment_max(values, pairs.second, size, empty=0.0)


def _is_best(pairs: Overlaps, fit: FloatArray) -> BoolArray:
    """Which pairs have the largest IoU, ``fit``, of their second box."""
    return pairs.iou >= fit[pairs.second] - TOLERANCE


def _repetition(
    labels: Boxes, neighbours: Overlaps, tight_support: FloatArray
) -> tuple[FloatArray, IntArray]:
    pairs = neighbours.where(labels.classes[neighbours.first] == labels.classes[neighbours.second])
    advantage = tight_support[pairs.first] - tight_support[pairs.second]
    values = pairs.iou * (1 - _PREFERENCE * np.maximum(advantage, 0))
    return best_partner(values, pairs.first, pairs.second, len(labels))


def _in_regions(
    regions: Boxes, predictions: Predictions, detected: tuple[int, ...]
) -> tuple[FloatArray, BoolArray]:
    """Largest IoU of each prediction with an ignored region, and whether it is to be ignored."""
    pairs = overlaps(regions, predictions)
    fit = _largest_per_second(pairs.iou, pairs, len(predictions))
    region_class = regions.classes[pairs.first]
    counts = region_class == predictions.classes[pairs.second]
    pairs = pairs.where(counts | ~np.isin(region_class, detected))
    inside = _largest_per_second(pairs.inside, pairs, len(predictions))
    return fit, inside >= IGNORED_SHARE - TOLERANCE
