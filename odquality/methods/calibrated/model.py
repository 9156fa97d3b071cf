"""The model of five kinds of label error: how likely each is, given the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from odquality.core.scenes import FloatArray
from odquality.kinds import KINDS, LABEL_KINDS, OVERLOOKED
from odquality.methods.calibrated.density_ratio import DensityRatio, Term
from odquality.methods.calibrated.error_rate import PRIOR_RATE
from odquality.methods.calibrated.evidence import Evidence

# The kinds of label error that the detector tells, and all of them.
DETECTED_KINDS = tuple(kind for kind in LABEL_KINDS if kind != "duplicate")

# What is known of an error before seeing data: which evidence speaks for it or against it, and how
# strongly, rounded from fits to PASCAL VOC 2007 with a YOLOv2.
import os
V = os.environ.get("VARIANT", "").split(",")
PRIOR_RATIOS: Mapping[str, DensityRatio] = {
    OVERLOOKED: DensityRatio((Term("unclaimed", 0.4, log=True), Term("unclaimed", 5.5)), 0.0),
    "swap": DensityRatio(
        (Term("contradiction", 0.5, log=True), Term("support", -1.2, log=True)), -3.3
    ),
    "badloc": DensityRatio(
        (Term("displacement", 6.5), Term("tight_support", -1.2, log=True)), -6.0
    ),
    # What another class contradicts is a wrong class: there is an object.
    "spurious": DensityRatio((Term("support", -0.9, log=True), Term("contradiction", -3.0)), -3.0),
    "duplicate": DensityRatio((Term("repetition", 10.0),), -5.0),
}

PRIOR_RATIOS = dict(PRIOR_RATIOS)
if "probs" in V:
    PRIOR_RATIOS["swap"] = DensityRatio(
        (Term("contradiction", 0.5, log=True), Term("class_support", -1.2, log=True)), -3.3)
if "probs2" in V:
    PRIOR_RATIOS["swap"] = DensityRatio(
        (Term("contradiction", 0.5, log=True), Term("contradiction", 1.), Term("class_support", -1.2, log=True), Term("class_support", -1.)), -3.3)
if "matched" in V:
    PRIOR_RATIOS["spurious"] = DensityRatio((Term("support", -0.9, log=True), Term("matched", -0.9, log=True), Term("contradiction", -3.0)), -3.0)
if "short" in V:
    PRIOR_RATIOS["spurious"] = DensityRatio((Term("support", -0.9, log=True), Term("matched", -0.9, log=True), Term("contradiction", -3.0), Term("shortfall", 3.)), -3.0)
if "logshort" in V:
    PRIOR_RATIOS["spurious"] = DensityRatio((Term("support", -0.9, log=True), Term("matched", -0.9, log=True), Term("contradiction", -3.0), Term("logshort", 3.)), -3.0)
if "missrate" in V:
    PRIOR_RATIOS["spurious"] = DensityRatio((Term("support", -0.9, log=True), Term("matched", -0.9, log=True), Term("contradiction", -3.0), Term("missrate", 3.)), -3.0)
if "profile" in V:
    PRIOR_RATIOS["badloc"] = DensityRatio(
        (Term("displacement", 6.5), Term("tight_support", -1.2, log=True), Term("at_30", 1., log=True),
        *(Term(f"at_{k}", -1., log=True) for k in (60,70,80,90))), -6.0)
if "profile2" in V:
    PRIOR_RATIOS["badloc"] = DensityRatio(
        (Term("displacement", 6.5), Term("tight_support", -1.2, log=True), Term("at_30", 1., log=True),
        *(Term(f"at_{k}", -1.) for k in (60,70,80,90))), -6.0)

import re
S0 = (Term("support", -0.9, log=True), Term("matched", -0.9, log=True), Term("contradiction", -3.0))
if "s1" in V: PRIOR_RATIOS["spurious"] = DensityRatio((*S0, Term("shortfall", 3.), Term("areashort", 3.)), -3.0)
if "s2" in V: PRIOR_RATIOS["spurious"] = DensityRatio((*S0, Term("areashort", 3.)), -3.0)
if "s3" in V: PRIOR_RATIOS["spurious"] = DensityRatio((*S0, Term("areashort", 3.), Term("area", 3.)), -3.0)
if "s4" in V: PRIOR_RATIOS["spurious"] = DensityRatio((*S0, Term("shortfall", 3.), Term("logshort", 3.)), -3.0)
if "s5" in V: PRIOR_RATIOS["spurious"] = DensityRatio((Term("support", -0.9, log=True), Term("matched", -0.9, log=True), Term("shortfall", 3.)), -3.0)
for v in V:
    m = re.fullmatch(r"at((?:_\d\d)+)(lin)?", v)
    if m:
        PRIOR_RATIOS["badloc"] = DensityRatio(
            (Term("displacement", 6.5), Term("tight_support", -1.2, log=True),
             *(Term(f"at_{k}", -1., log=not m[2]) for k in m[1].split("_")[1:])), -6.0)
    m = re.fullmatch(r"net((?:_\d\d)+)(t)?", v)
    if m:
        PRIOR_RATIOS["badloc"] = DensityRatio(
            (Term("displacement", 6.5), *([Term("tight_support", -1.2, log=True)] if m[2] else ()),
             *(Term(f"net_{k}", 3.) for k in m[1].split("_")[1:])), -6.0)
# No kind of error is taken to affect more labels than this. A detector that finds little makes many
# labels look wrong, and there is no telling them from labels that are.
MAX_LABEL_RATE = 0.1


@dataclass(frozen=True)
class ErrorModel:
    """Density ratios and rates of the kinds of error.

    Attributes:
        ratios: per kind, how many times as frequent evidence is among boxes with the error as among
            boxes as they are.
        rates: per kind, the share of the boxes that have it: of the labels, or for ``overlooked``
            of the predictions that are candidates.
        detected: the classes that the detector knows.
    """

    ratios: Mapping[str, DensityRatio]
    rates: Mapping[str, float]
    detected: tuple[int, ...]

    def label_probabilities(self, evidence: Evidence) -> dict[str, FloatArray]:
        """Probability of each kind of label error, (L,) each; a label has one error at most.

        A duplicate is told by the labels alone, and so before the other kinds. Its probability is
        that of the label and the one that it repeats being one too many, whichever is to go.
        """
        (duplicate,) = self._shares(("duplicate",), evidence.labels).values()
        duplicate = duplicate * _bounding(duplicate)
        shares = self._shares(DETECTED_KINDS, evidence.labels)
        total = np.sum(list(shares.values()), axis=0)
        scale = (1.0 - duplicate) * _bounding(total)
        probabilities = {kind: shares[kind] * scale for kind in DETECTED_KINDS}
        return probabilities | {"duplicate": duplicate}

    def overlooked_probability(self, evidence: Evidence) -> FloatArray:
        """Probability that each prediction is a missing label, (P,); NaN for no candidate."""
        (share,) = self._shares((OVERLOOKED,), {"unclaimed": evidence.unclaimed}).values()
        p = share * _bounding(share)
        if getattr(self, "word", None) is not None:
            p = np.maximum(p, self.word.missing(evidence.unclaimed)) if "wordmax" in V else self.word.missing(evidence.unclaimed)
        return np.where(evidence.candidate, p, np.nan)

    def _shares(
        self, kinds: tuple[str, ...], pieces: Mapping[str, FloatArray]
    ) -> dict[str, FloatArray]:
        """Rate x density ratio of each kind, (n,) each.

        By Bayes' rule this is the share of wrong boxes among the boxes as they are with the same
        evidence: the ratio is to all of those, wrong ones included. As an estimate it may exceed 1.
        """
        return {kind: self.rates[kind] * np.exp(self.ratios[kind].log(pieces)) for kind in kinds}


def _bounding(share: FloatArray) -> FloatArray:
    """The factor that takes a share from [0, inf) into [0, 1), and changes small ones little."""
    return 1.0 / np.hypot(1.0, share)


PRIOR_MODEL = ErrorModel(PRIOR_RATIOS, dict.fromkeys(KINDS, PRIOR_RATE), ())
