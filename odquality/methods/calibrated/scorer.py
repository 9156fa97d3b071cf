"""The calibrated method: five kinds of label error, each with an estimated probability.

The dataset calibrates the method to its detector. Copies of the labels are corrupted with known
errors, every label and every unmatched prediction is described by few pieces of evidence, and a
small model learns which evidence tells an error; applied to the labels as they are, it gives the
probability of each error. No confidence is too low or too high to count, and none has to be chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from odquality.core.pooling import (
    expected_number,
    image_quality,
    lowest_score,
    missing_score,
    right_probability,
)
from odquality.core.scenes import Scenes
from odquality.kinds import BADLOC, BY_NAME, DUPLICATE, LABEL_KINDS, OVERLOOKED, SPURIOUS, SWAP
from odquality.methods.calibrated.calibration import calibrate
from odquality.methods.calibrated.evidence import gather_evidence
from odquality.methods.calibrated.model import ErrorModel
from odquality.methods.calibrated.sample import Sample
from odquality.methods.interface import Scores

# The piece of evidence that shows what an error is about.
_SHOWN_BY = {
    SWAP: "contradiction",
    BADLOC: "displacement",
    SPURIOUS: "support",
    DUPLICATE: "repetition",
}


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
        it miss others; missing labels add up, for annotators miss several where they miss one, and
        with those that are expected to be hidden from the detector too. Its ``quality`` is the
        product of its lowest label's and its ``overlooked``, to the power of how many labels are
        wrong where any is. 1 without boxes. What a detector sees beyond the probabilities counts
        for the expected number alone.

        Two labels that repeat each other both have a low ``duplicate`` score, the one to keep by a
        little the higher one; they are expected to be one error. Evidence for ``spurious`` is the
        best prediction of the label's class, which speaks against the error, -1 for none.
        """
        evidence = gather_evidence(scenes, self.model.detected, self.model.expectation)
        probabilities = self.model.label_probabilities(evidence)
        missing = self.model.overlooked_probability(evidence)
        label_scores = {kind: 1.0 - probabilities[kind] for kind in LABEL_KINDS}
        quality = right_probability(probabilities.values())
        predictions, counts = scenes.predictions, scenes.labels.counts
        unlabelled = evidence.unlabelled * predictions.confidence
        hidden = expected_number(self.model.hidden * unlabelled, predictions.counts)
        overlooked = missing_score(missing, predictions.counts, hidden)
        shown = np.nan_to_num(missing) + self.model.seen_beyond(evidence, missing)
        return Scores(
            images={
                "quality": image_quality(overlooked, quality, counts, self.model.clustering),
                OVERLOOKED: overlooked,
                **{kind: lowest_score(values, counts) for kind, values in label_scores.items()},
            },
            labels={"quality": quality, **label_scores},
            predictions={OVERLOOKED: 1.0 - missing},
            evidence={kind: evidence.rows[_SHOWN_BY[kind]] for kind in LABEL_KINDS},
            expected_errors={
                OVERLOOKED: expected_number(shown, predictions.counts) + hidden,
                **{
                    kind: expected_number(values / BY_NAME[kind].boxes, counts)
                    for kind, values in probabilities.items()
                },
            },
            clustering=self.model.clustering,
        )
