"""The model of five kinds of label error: how likely each is, given the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from odquality.core.scenes import FloatArray
from odquality.kinds import BADLOC, DUPLICATE, KINDS, LABEL_KINDS, OVERLOOKED, SPURIOUS, SWAP
from odquality.methods.calibrated.annotators import Annotators
from odquality.methods.calibrated.density_ratio import DensityRatio, Term
from odquality.methods.calibrated.error_rate import PRIOR_RATE
from odquality.methods.calibrated.evidence import Evidence
from odquality.methods.calibrated.expectation import NOTHING_EXPECTED, Expectation

# How close a probability comes to its share before it bends to stay below 1: a share of 1 is a
# probability of .84.
_SHARPNESS = 4

# The kinds of label error that the detector tells, and all of them.
DETECTED_KINDS = tuple(kind for kind in LABEL_KINDS if kind != DUPLICATE)

# What is known of an error before seeing data: which evidence speaks for it or against it, and how
# strongly, rounded from fits to PASCAL VOC 2007 with a YOLOv2.
PRIOR_RATIOS: Mapping[str, DensityRatio] = {
    OVERLOOKED: DensityRatio((Term("unclaimed", 0.4, log=True), Term("unclaimed", 5.5)), 0.0),
    SWAP: DensityRatio(
        (Term("contradiction", 0.6, log=True), Term("class_support", -1.6, log=True)), -5.0
    ),
    BADLOC: DensityRatio(
        (
            Term("displacement", 6.5),
            Term("tight_support", -1.2, log=True),
            Term("close_support", -0.3, log=True),
        ),
        -7.5,
    ),
    SPURIOUS: DensityRatio(
        (
            Term("fair_support", -0.5, log=True),
            # What another class contradicts is a wrong class: there is an object.
            Term("contradiction", -5.0),
            Term("shortfall", 2.0),
            Term("unsupported_size", 3.0),
        ),
        -4.0,
    ),
    DUPLICATE: DensityRatio((Term("repetition", 10.0),), -5.0),
}


@dataclass(frozen=True)
class ErrorModel:
    """Density ratios and rates of the kinds of error.

    Attributes:
        ratios: per kind, how many times as frequent evidence is among boxes with the error as among
            boxes as they are.
        rates: per kind, the share of the boxes that have it: of the labels, or for ``overlooked``
            of the predictions that are candidates.
        detected: the classes that the detector knows.
        expectation: how much support labels have.
        annotators: what they miss, None if nothing is known of it.
        hidden: number of missing labels that no prediction shows, for each object that the detector
            sees and no label marks (`hidden.hidden_per_object`).
        detector_weight: how far the detector is believed where it sees more missing labels than
            their probabilities say (`hidden.detector_weight`).
        clustering: how many labels are wrong in an image that has a wrong one, both of two that
            repeat each other among them (`pooling.number_where_any`).
        one_class: whether the labels and predictions that were learnt from are all of one class.
    """

    ratios: Mapping[str, DensityRatio]
    rates: Mapping[str, float]
    detected: tuple[int, ...]
    expectation: Expectation
    annotators: Annotators | None
    hidden: float = 0.0
    detector_weight: float = 0.0
    clustering: float = 1.0
    one_class: bool = False

    def label_probabilities(self, evidence: Evidence) -> dict[str, FloatArray]:
        """Probability of each kind of label error, (L,) each; a label has one error at most.

        A duplicate is told by the labels alone, and so before the other kinds. Its probability is
        that of the label and the one that it repeats being one too many, whichever is to go.
        """
        (duplicate,) = self._shares((DUPLICATE,), evidence.labels).values()
        duplicate = duplicate * _bounding(duplicate)
        shares = self._shares(DETECTED_KINDS, evidence.labels)
        total = np.sum(list(shares.values()), axis=0)
        scale = (1.0 - duplicate) * _bounding(total)
        probabilities = {kind: shares[kind] * scale for kind in DETECTED_KINDS}
        if self.one_class:
            # What is of no other class that anybody knows is no object of this dataset.
            known = evidence.labels["contradiction"] > 0
            swap = np.where(known, probabilities[SWAP], 0.0)
            probabilities[SPURIOUS] += probabilities[SWAP] - swap
            probabilities[SWAP] = swap
        return probabilities | {DUPLICATE: duplicate}

    def overlooked_probability(self, evidence: Evidence) -> FloatArray:
        """Probability that each prediction is a missing label, (P,); NaN for no candidate.

        Labels may be missing at random, or where objects are hard to see; the density ratio tells
        the former and `Annotators` the latter.
        """
        (share,) = self._shares((OVERLOOKED,), {"unclaimed": evidence.unclaimed}).values()
        probability = share * _bounding(share)
        if self.annotators is not None:
            probability = np.maximum(probability, self.annotators.missed(evidence.unclaimed))
        return np.where(evidence.candidate, probability, np.nan)

    def seen_beyond(self, evidence: Evidence, missing: FloatArray) -> FloatArray:
        """Expected number of missing labels at each prediction beyond its probability, (P,).

        Args:
            evidence: of the predictions.
            missing: (P,) their `overlooked_probability`.
        """
        seen = evidence.unlabelled * evidence.unclaimed
        return self.detector_weight * np.maximum(seen - np.nan_to_num(missing), 0.0)

    def _shares(
        self, kinds: tuple[str, ...], pieces: Mapping[str, FloatArray]
    ) -> dict[str, FloatArray]:
        """Rate x density ratio of each kind, (n,) each.

        By Bayes' rule this is the share of wrong boxes among the boxes as they are with the same
        evidence: the ratio is to all of those, wrong ones included. As an estimate it may exceed 1.
        """
        return {kind: self.rates[kind] * np.exp(self.ratios[kind].log(pieces)) for kind in kinds}


def _bounding(share: FloatArray) -> FloatArray:
    """The factor that takes a share from [0, inf) into [0, 1], and changes small ones little."""
    return (1.0 + share**_SHARPNESS) ** (-1.0 / _SHARPNESS)


PRIOR_MODEL = ErrorModel(PRIOR_RATIOS, dict.fromkeys(KINDS, PRIOR_RATE), (), NOTHING_EXPECTED, None)
