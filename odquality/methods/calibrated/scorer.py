"""The calibrated method: five kinds of label error, each with an estimated probability.

The dataset calibrates the method to its detector. Copies of the labels are corrupted with known
errors, every label and every unmatched prediction is described by few pieces of evidence, and a
small model learns which evidence tells an error; applied to the labels as they are, it gives the
probability of each error. No confidence is too low or too high to count, and none has to be chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from odquality.core.scenes import Boxes, FloatArray, Scenes
from odquality.core.segments import exact_sums, reduce_runs
from odquality.kinds import LABEL_KINDS, OVERLOOKED
from odquality.methods.calibrated.calibration import calibrate
from odquality.methods.calibrated.evidence import gather_evidence
from odquality.methods.calibrated.model import ErrorModel
from odquality.methods.calibrated.sample import Sample
from odquality.methods.interface import Scores

# The piece of evidence that shows what an error is about.
_SHOWN_BY = {
    "swap": "contradiction",
    "badloc": "displacement",
    "spurious": "support",
    "duplicate": "repetition",
}


# Each of two labels that repeat each other is a half of an error.
_ERRORS_OF_A_LABEL = {"duplicate": 0.5}

# The logarithm of what is left of 1 is finite.
_ALMOST_ONE = 1 - 1e-12


@dataclass(frozen=True)
class Calibrated:
    """Settings of the method.

    Attributes:
        seed: of all that is random. The same images with the same seed give the same scores, in
            whatever order and whatever unit.
        max_images: at most this many randomly drawn images are corrupted and learnt from, which
            bounds memory and time. The scores are of all images.
    """

    seed: int = 51
    max_images: int = 2000

    def observe(self, scenes: Scenes) -> Sample:
        """Draws from these images."""
        return Sample.draw(scenes, self.max_images, self.seed)

    def fit(self, statistics: Sample) -> CalibratedScorer:
        """Learns what errors look like with this detector.

        Where the dataset says little (few images, no labels, no predictions, one class), the fit is
        drawn towards the fixed weights and rates of `odquality.methods.calibrated.model`; with no
        labels at all it is exactly those.
        """
        return CalibratedScorer(calibrate(statistics.scenes, self.seed))


@dataclass(frozen=True)
class CalibratedScorer:
    """The method on one dataset.

    Attributes:
        model: how likely each error is, given the evidence.
    """

    model: ErrorModel

    def score(self, scenes: Scenes) -> Scores:
        """Scores every image and box of ``scenes``: 1 - the probability of each error.

        A label's ``quality`` is 1 - the probability of any error. An image's scores of kinds of
        label errors are the lowest of its labels', for what makes a detector miss one label makes
        it miss others; missing labels add up, for annotators miss several where they miss one. Its
        ``quality`` is the product of its lowest label's and its ``overlooked``. 1 without boxes.

        Two labels that repeat each other both have a low ``duplicate`` score, the one to keep by a
        little the higher one; they are expected to be one error. Evidence for ``spurious`` is the
        best prediction of the label's class, which speaks against the error, -1 for none.
        """
        evidence = gather_evidence(scenes, self.model.detected, self.model.expectation)
        probabilities = self.model.label_probabilities(evidence)
        missing = self.model.overlooked_probability(evidence)
        label_scores = {kind: 1.0 - probabilities[kind] for kind in LABEL_KINDS}
        quality = np.maximum(1.0 - sum(probabilities.values(), np.zeros(len(scenes.labels))), 0.0)
        overlooked = 1.0 - _pooled(missing, scenes.predictions)
        return Scores(
            images={
                "quality": overlooked * _lowest(quality, scenes.labels),
                OVERLOOKED: overlooked,
                **{kind: _lowest(values, scenes.labels) for kind, values in label_scores.items()},
            },
            labels={"quality": quality, **label_scores},
            predictions={OVERLOOKED: 1.0 - missing},
            evidence={kind: evidence.rows[_SHOWN_BY[kind]] for kind in LABEL_KINDS},
            expected_errors={
                OVERLOOKED: _sum(missing, scenes.predictions),
                **{
                    kind: _sum(values * _ERRORS_OF_A_LABEL.get(kind, 1.0), scenes.labels)
                    for kind, values in probabilities.items()
                },
            },
        )


def _lowest(scores: FloatArray, labels: Boxes) -> FloatArray:
    """Lowest score of each image's labels, (N,)."""
    return reduce_runs(np.fmin, scores, labels.counts, empty=1.0)


def _sum(probabilities: FloatArray, boxes: Boxes) -> FloatArray:
    """Sum over each image's boxes, (N,); NaN counts as 0."""
    return exact_sums(np.nan_to_num(probabilities), boxes.counts)


def _pooled(probabilities: FloatArray, predictions: Boxes) -> FloatArray:
    """How suspicious each image is of missing labels, (N,) in [0, 1].

    Between the largest probability, which overlooks that several are worse than one, and that of
    any error, to which many small ones add up: the root of that of any error by their squares.
    """
    squares = np.nan_to_num(probabilities) ** 2
    none = exact_sums(np.log1p(-np.minimum(squares, _ALMOST_ONE)), predictions.counts)
    return np.sqrt(-np.expm1(none))
