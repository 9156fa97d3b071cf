"""Are a method's probabilities true? Of the boxes given .8, about 80% should be wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.evaluation import label_truth, matches
from benchmarks.accuracy.suspicion import Suspicion
from odquality.core.scenes import BoolArray, FloatArray
from odquality.demo.injection.labels import Corrupted
from odquality.kinds import ANY, LABEL_KINDS

NUM_BINS = 10
# The name of the curve of images; those of labels are named by the kind of error.
IMAGES = "images"


@dataclass(frozen=True)
class ReliabilityBin:
    """The boxes whose probability lies in [low, high), or up to 1 in the last bin.

    Attributes:
        low: least probability.
        high: probability that is not reached.
        mean_probability: of the boxes.
        error_share: share of the boxes that are wrong.
        count: number of boxes, at least 1.
    """

    low: float
    high: float
    mean_probability: float
    error_share: float
    count: int


def reliability_curve(
    is_error: BoolArray, probability: FloatArray, num_bins: int = NUM_BINS
) -> list[ReliabilityBin]:
    """Holds probabilities against what was observed.

    Args:
        is_error: (n,) what is wrong.
        probability: (n,) in [0, 1]; boxes with NaN are left out.
        num_bins: number of bins of equal width; empty ones are left out.
    """
    scored = ~np.isnan(probability)
    wrong, estimate = is_error[scored], probability[scored]
    place = np.minimum((estimate * num_bins).astype(np.int64), num_bins - 1)
    return [
        ReliabilityBin(
            low=number / num_bins,
            high=(number + 1) / num_bins,
            mean_probability=float(estimate[place == number].mean()),
            error_share=float(wrong[place == number].mean()),
            count=int(np.count_nonzero(place == number)),
        )
        for number in np.unique(place).tolist()
    ]


def calibration_error(is_error: BoolArray, probability: FloatArray) -> float:
    """Expected calibration error: mean distance of probability and share of errors, over the bins.

    Args:
        is_error: (n,) what is wrong.
        probability: (n,) in [0, 1]; NaN counts as 0, for what is not scored is called right.
    """
    return error_of(reliability_curve(is_error, np.nan_to_num(probability)))


def error_of(curve: list[ReliabilityBin]) -> float:
    """The expected calibration error of a curve; NaN for one without bins."""
    if not curve:
        return np.nan
    distances = [abs(each.mean_probability - each.error_share) for each in curve]
    return float(np.average(distances, weights=[each.count for each in curve]))


def reliability_by_kind(
    data: DetectionData, corrupted: Corrupted, suspicion: Suspicion
) -> dict[str, list[ReliabilityBin]]:
    """The curves of images, of labels by kind and of any, and of predictions (``overlooked``).

    Args:
        data: the images.
        corrupted: the labels that were scored.
        suspicion: probabilities of errors.
    """
    bad = np.isin(np.arange(len(data)), corrupted.errors.image)
    curves = {IMAGES: reliability_curve(bad, suspicion.images[ANY])}
    for kind in (ANY, *LABEL_KINDS):
        wrong, counts = label_truth(corrupted, kind)
        curves[kind] = reliability_curve(wrong[counts], suspicion.labels[kind][counts])
    found = matches(data.predictions, corrupted.errors.dropped(len(data)))
    curves["overlooked"] = reliability_curve(found, suspicion.predictions)
    return curves
