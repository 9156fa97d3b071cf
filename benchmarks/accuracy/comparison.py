"""What is wrong in labels, told by corrected labels of the same images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.overlaps import Pairs, largest, match_one_to_one, overlapping_pairs
from odquality.core.scenes import BoolArray, Boxes, FloatArray, IntArray
from odquality.kinds import ANY, LABEL_KINDS, OVERLOOKED

# Boxes that overlap less are not of one object, however badly it was placed.
SAME_OBJECT_IOU = 0.1
# A label without an object of its own that overlaps one of its class by so much is there twice, and
# one that overlaps a left-over object of another class has the wrong class.
MATCH_IOU = 0.5
NO_ROW = -1


@dataclass(frozen=True)
class Rules:
    """What counts as an error in a data set.

    Attributes:
        misplaced_iou: a label whose IoU with its corrected box is below this is badly placed.
        border: a missing object that comes so near to the border of its image, in pixels, is no
            error but a policy of the annotators, and neither right nor wrong to find; None if such
            objects count like the others.
    """

    misplaced_iou: float = 0.5
    border: float | None = None


@dataclass(frozen=True)
class RealErrors:
    """The errors of the labels of N images.

    Attributes:
        missing: the objects that lack a label.
        uncounted: objects without a label that are no errors either, by `Rules.border`.
        regions: regions to ignore of the corrected labels.
        kind: (number of labels,) kind of the label's error, "" if it has none.
        counts: (number of labels,) false for regions to ignore and for labels of which another one
            is the duplicate: either may be called the one too many.
    """

    missing: Boxes
    uncounted: Boxes
    regions: Boxes
    kind: NDArray[np.str_]
    counts: BoolArray
    _label_image: IntArray

    def of_labels(self, kind: str) -> tuple[BoolArray, BoolArray]:
        """Which labels have an error of a kind (or ``any``), and which count."""
        wrong = self.kind == kind if kind != ANY else self.kind != ""
        return wrong & self.counts, self.counts & (wrong | (self.kind == ""))

    def per_image(self, kind: str) -> IntArray:
        """(N,) number of errors of a kind (or ``any``) of each image."""
        if kind == OVERLOOKED:
            return self.missing.counts
        wrong, _ = self.of_labels(kind)
        of_labels = np.bincount(self._label_image[wrong], minlength=len(self.missing.counts))
        return of_labels + self.missing.counts if kind == ANY else of_labels

    def seen_in_image(self) -> IntArray:
        """(N,) number of errors that whoever opens an image sees, those by policy too."""
        return self.per_image(ANY) + self.uncounted.counts

    def numbers(self) -> Mapping[str, int]:
        """How many errors there are of each kind that there is."""
        numbers = {kind: int(self.per_image(kind).sum()) for kind in (OVERLOOKED, *LABEL_KINDS)}
        return {kind: number for kind, number in numbers.items() if number}


def compare(original: DetectionData, corrected: DetectionData, rules: Rules) -> RealErrors:
    """Finds the errors of original labels.

    Labels and corrected boxes, regions to ignore among them, are matched one to one within a class,
    the largest IoU first, if it is at least .1. Of labels that are left over, those that overlap
    an object by half are duplicates, or have the wrong class if that object is left over too;
    those that touch a corrected region to ignore are not judged, and the others show nothing.
    Corrected boxes that are left over are missing.

    Args:
        original: images with labels as annotated.
        corrected: the same images with the labels as they should be.
        rules: what counts.
    """
    labels, truth = original.labels, corrected.labels
    pairs = overlapping_pairs(labels, truth)
    one_object = pairs.same_class & (pairs.iou >= SAME_OBJECT_IOU)
    partner, iou = match_one_to_one(pairs, pairs.iou * one_object, len(labels))
    found = np.zeros(len(truth), bool)
    found[partner[partner != NO_ROW]] = True
    left_over = (partner == NO_ROW) & ~original.iscrowd

    object_pairs = pairs.iou >= MATCH_IOU
    object_pairs &= left_over[pairs.first] & ~corrected.iscrowd[pairs.second]
    may_be_swap = object_pairs & ~pairs.same_class & ~found[pairs.second]
    swapped, _ = match_one_to_one(pairs, pairs.iou * may_be_swap, len(labels))
    is_swap = swapped != NO_ROW
    found[swapped[is_swap]] = True
    repeats = _where(pairs, object_pairs & pairs.same_class & ~is_swap[pairs.first])

    kind = np.full(len(labels), "", dtype="U10")
    matched = partner != NO_ROW
    # No partner is the last of these.
    to_object = np.append(~corrected.iscrowd, False)[partner]
    kind[to_object & (iou < rules.misplaced_iou)] = "badloc"
    kind[left_over] = "spurious"
    kind[is_swap] = "swap"
    kind[repeats.first] = "duplicate"

    region = pairs.iou * corrected.iscrowd[pairs.second]
    in_region = largest(region, pairs.first, len(labels)) >= SAME_OBJECT_IOU
    not_judged = original.iscrowd | ((kind == "spurious") & in_region) | (matched & ~to_object)
    not_judged[np.isin(partner, repeats.second) & matched] = True
    kind[not_judged] = ""

    missing = ~found & ~corrected.iscrowd
    policy = missing & _near_border(truth, corrected.image_sizes, rules.border)
    return RealErrors(
        truth.take(np.flatnonzero(missing & ~policy)),
        truth.take(np.flatnonzero(policy)),
        truth.take(np.flatnonzero(corrected.iscrowd)),
        kind,
        ~not_judged,
        labels.image,
    )


def _where(pairs: Pairs, keep: BoolArray) -> Pairs:
    return Pairs(pairs.first[keep], pairs.second[keep], pairs.iou[keep], pairs.same_class[keep])


def _near_border(boxes: Boxes, sizes: FloatArray, margin: float | None) -> BoolArray:
    if margin is None:
        return np.zeros(len(boxes), bool)
    distance = np.hstack([boxes.xyxy[:, :2], sizes[boxes.image] - boxes.xyxy[:, 2:]])
    near: BoolArray = distance.min(1, initial=np.inf) <= margin
    return near
