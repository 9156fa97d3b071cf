"""The evidence for and against each label and each prediction.

Few pieces, each of which can only raise or only lower the suspicion of one kind of error, made of
confidences and overlaps alone. None has a threshold to tune or depends on the unit of the boxes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from odquality.core.scenes import (
    IGNORED_SHARE,
    BoolArray,
    Boxes,
    FloatArray,
    IntArray,
    Predictions,
    Scenes,
)
from odquality.core.segments import segment_max
from odquality.methods.calibrated.overlap import TOLERANCE, Overlaps, best_partner, overlaps

# A prediction with at least this IoU to a label of its class has found that label (PASCAL VOC).
MATCH_IOU = 0.5

# How much the better supported one of two labels for an object is preferred: so little that between
# pairs of labels their IoU decides.
_PREFERENCE = 0.02


@dataclass(frozen=True)
class Evidence:
    """What speaks for and against errors; every value lies in [0, 1].

    Attributes:
        labels: per piece of evidence, (L,) float64:
            ``support``, of any prediction of the label's class: confidence x IoU;
            ``tight_support``, the same with IoU^3, which a badly placed label lacks;
            ``contradiction``, of any prediction of another class that fits this label best:
            confidence x IoU;
            ``displacement``, of any prediction of the label's class that fits this label best:
            confidence x (4 IoU (1 - IoU))^2, largest for one that half overlaps;
            ``repetition``, of any other label of the same class: IoU, a little less for the one of
            the two that has more tight support.
        rows: per piece of evidence, (L,) int64: the prediction (for ``repetition``, the label)
            that its value comes from, -1 where the value is 0.
        unclaimed: (P,) float64 confidence x (1 - largest IoU with any label or ignored region) x
            (1 - (largest share inside a label of its class)^4): a part of an object is no other
            object.
        candidate: (P,) bool, whether a prediction may be a missing label at all: it has found no
            label, and does not lie mostly in an ignored region that counts for its class.
    """

    labels: Mapping[str, FloatArray]
    rows: Mapping[str, IntArray]
    unclaimed: FloatArray
    candidate: BoolArray


def height(s):
    return np.log(1 + s / 0.003) / np.log(1 + 1 / 0.003)


def covariates(labels, frames_):
    image = labels.image
    fr = frames_[:, image]
    a = (labels.columns[2:] - labels.columns[:2]).prod(0) / np.maximum((fr[2:] - fr[:2]).prod(0), 1e-12)
    a = np.log(np.maximum(a, 1e-6))
    p = overlaps(labels, labels)
    p = p.where(p.first != p.second)
    crowd = segment_max(p.iou, p.first, len(labels), empty=0.0)
    touch = ((labels.columns[:2] <= fr[:2]).any(0) | (labels.columns[2:] >= fr[2:]).any(0)).astype(float)
    return np.stack([np.ones(len(a)), a, a * a, crowd, touch], 1)


def others(labels, r):
    total = np.bincount(labels.image, r, minlength=len(labels.counts))[labels.image] - r
    n = labels.counts[labels.image] - 1
    return total / (n + 2)


class Expected:
    def __init__(self, beta, classes, effects, lo, hi):
        self.beta, self.classes, self.effects, self.lo, self.hi = beta, classes, effects, lo, hi

    @classmethod
    def fit(cls, scenes, y):
        from odquality.methods.calibrated.frames import image_frames
        X = covariates(scenes.labels, image_frames(scenes))
        lo, hi = np.quantile(X, .02, axis=0), np.quantile(X, .98, axis=0)
        X = X.clip(lo, hi)
        beta = np.linalg.solve(X.T @ X + np.diag([1e-9, 1, 1, 5, 5]), X.T @ y)
        r = y - X @ beta
        classes, inv = np.unique(scenes.labels.classes, return_inverse=True)
        effects = np.bincount(inv, r) / (np.bincount(inv) + 10)
        out = cls(beta, classes, effects, lo, hi)
        out.gamma = 0.0
        import os
        if "peer" in os.environ.get("VARIANT", ""):
            r = y - out.predict(scenes, y)
            o = others(scenes.labels, r)
            out.gamma = float((o * r).sum() / ((o * o).sum() + 1e-3))
        if os.environ.get("SHOW"): print("gamma", out.gamma, "beta", out.beta.round(2), out.effects.round(2)[:5])
        return out

    def predict(self, scenes, h):
        from odquality.methods.calibrated.frames import image_frames
        X = covariates(scenes.labels, image_frames(scenes)).clip(self.lo, self.hi)
        e = np.append(self.effects, 0.0)
        at = np.searchsorted(self.classes, scenes.labels.classes).clip(max=len(self.classes) - 1)
        ok = self.classes[at] == scenes.labels.classes
        m = (X @ self.beta + np.where(ok, e[at], 0)).clip(0, 1)
        if self.gamma:
            m = (m + self.gamma * others(scenes.labels, h - m)).clip(0, 1)
        return m


EXPECTED = [None]


def gather_evidence(scenes: Scenes, detected: tuple[int, ...]) -> Evidence:
    """Describes every label and every prediction of ``scenes``.

    Args:
        scenes: the images.
        detected: the classes that the detector knows. An ignored region of one of them (a crowd)
            counts for predictions of that class, any other ("don't care") for all.
    """
    labels, predictions = scenes.labels, scenes.predictions
    pairs = overlaps(labels, predictions)
    same = labels.classes[pairs.first] == predictions.classes[pairs.second]
    fit = _largest_per_second(pairs.iou, pairs, len(predictions))
    own_class, other_class = pairs.where(same), pairs.where(~same)
    own_class_fit = _largest_per_second(own_class.iou, own_class, len(predictions))
    inside = _largest_per_second(own_class.inside, own_class, len(predictions))
    region_fit, ignored = _in_regions(scenes.ignored, predictions, detected)

    def best(of: Overlaps, strength: FloatArray) -> tuple[FloatArray, IntArray]:
        values = predictions.confidence.take(of.second) * strength
        return best_partner(values, of.first, of.second, len(labels))

    profile = {}
    own_support = _own_confidence(pairs, labels, predictions) * pairs.iou
    not_a_part = 1 - _square(_square(inside))
    nearest_own = own_class.where(_is_best(own_class, own_class_fit))
    nearest_other = other_class.where(_is_best(other_class, fit))
    tight_support = best(own_class, own_class.iou * own_class.iou * own_class.iou)
    none = np.full(len(labels), -1)
    profile = _profile(nearest_own if "near" in __import__("os").environ.get("VARIANT","") else own_class, predictions.confidence, len(labels))
    dis = best(nearest_own, _square(4 * nearest_own.iou * (1 - nearest_own.iou)))[0]
    profile |= {f"net_{k}": dis * (1 - profile[f"at_{k}"]) for k in (60, 70, 80, 90)}
    pieces = {
        "support": best(own_class, own_class.iou),
        "tight_support": tight_support,
        "contradiction": best(nearest_other, nearest_other.iou),
        "displacement": best(nearest_own, _square(4 * nearest_own.iou * (1 - nearest_own.iou))),
        "repetition": _repetition(labels, tight_support[0]),
        "class_support": best_partner(own_support, pairs.first, pairs.second, len(labels)),
        "matched": (_matched(own_class, predictions.confidence, len(labels), len(predictions)), none),
        **{name: (values, none) for name, values in profile.items()},
    }
    if EXPECTED[0] is not None:
        h = height(pieces["matched"][0])
        m = EXPECTED[0].predict(scenes, h)
        from odquality.methods.calibrated.frames import image_frames
        la = (covariates(labels, image_frames(scenes))[:, 1] + 14) / 14
        pieces["area"] = (la, none)
        pieces["areashort"] = (la * (1 - h), none)
        pieces["shortfall"] = (np.maximum(m - h, 0), none)
        pieces["logshort"] = (m * (1 - h), none)
        pieces["missrate"] = (-np.log(np.maximum(1 - m, .02)) / 4 * (1 - h), none)
    return Evidence(
        labels={name: values for name, (values, _) in pieces.items()},
        rows={name: rows for name, (_, rows) in pieces.items()},
        unclaimed=predictions.confidence * (1 - np.maximum(fit, region_fit)) * not_a_part,
        candidate=(own_class_fit < MATCH_IOU - TOLERANCE) & ~ignored,
    )


PROFILE = (0.3, 0.6, 0.7, 0.8, 0.9)


def _profile(pairs: Overlaps, confidence: FloatArray, size: int) -> dict[str, FloatArray]:
    out = {}
    for least in PROFILE:
        keep = np.flatnonzero(pairs.iou >= least)
        values = segment_max(
            confidence[pairs.second[keep]], pairs.first[keep], size, empty=0.0
        )
        out[f"at_{int(100 * least)}"] = values
    return out


def _own_confidence(pairs: Overlaps, labels: Boxes, predictions: Predictions) -> FloatArray:
    """How confident the second box of each pair is of the first one's class."""
    wanted = labels.classes[pairs.first]
    same = wanted == predictions.classes[pairs.second]
    other = predictions.alternatives[pairs.second] == wanted[:, None]
    possible = np.where(other, predictions.alternative_confidence[pairs.second], 0.0)
    return np.where(same, predictions.confidence[pairs.second], possible.max(axis=1, initial=0.0))


def _matched(
    pairs: Overlaps, confidence: FloatArray, num_labels: int, num_predictions: int
) -> FloatArray:
    """Support of each label by a prediction of its own: one to one, the strongest pairs first."""
    first, second = pairs.first, pairs.second
    value = confidence[second] * pairs.iou
    matched = np.zeros(num_labels)
    while len(first):
        best_of_first = segment_max(value, first, num_labels, empty=0.0)
        best_of_second = segment_max(value, second, num_predictions, empty=0.0)
        mutual = (value >= best_of_first[first]) & (value >= best_of_second[second])
        if not mutual.any():
            break
        matched[first[mutual]] = value[mutual]
        taken_first = np.zeros(num_labels, bool)
        taken_first[first[mutual]] = True
        taken_second = np.zeros(num_predictions, bool)
        taken_second[second[mutual]] = True
        left = np.flatnonzero(~taken_first[first] & ~taken_second[second] & (value > 0))
        first, second, value = first[left], second[left], value[left]
    return matched


def _square(values: FloatArray) -> FloatArray:
    return values * values


def _largest_per_second(values: FloatArray, pairs: Overlaps, size: int) -> FloatArray:
    """Largest value of each of ``size`` second boxes, 0 for one without pairs."""
    return segment_max(values, pairs.second, size, empty=0.0)


def _is_best(pairs: Overlaps, fit: FloatArray) -> BoolArray:
    """Which pairs have the largest IoU, ``fit``, of their second box."""
    return pairs.iou >= fit[pairs.second] - TOLERANCE


def _repetition(labels: Boxes, tight_support: FloatArray) -> tuple[FloatArray, IntArray]:
    pairs = overlaps(labels, labels)
    repeated = (pairs.first != pairs.second) & (
        labels.classes[pairs.first] == labels.classes[pairs.second]
    )
    pairs = pairs.where(repeated)
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
