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
from odquality.core.segments import reduce_runs
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

        An image's score is the lowest of its boxes', 1 without boxes, and ``quality`` the lowest
        score of any kind. Two labels that repeat each other both have a low ``duplicate`` score,
        the one to keep by a little the higher one. Evidence for ``spurious`` is the best prediction
        of the label's class, which speaks against the error, -1 for none.
        """
        evidence = gather_evidence(scenes, self.model.detected)
        probabilities = self.model.label_probabilities(evidence)
        labels = {kind: 1.0 - probabilities[kind] for kind in LABEL_KINDS}
        overlooked = 1.0 - self.model.overlooked_probability(evidence)
        import os
        pool = _none if "nor" in os.environ.get("VARIANT", "").split(",") else _lowest
        images = {OVERLOOKED: pool(overlooked, scenes.predictions)}
        images |= {kind: pool(values, scenes.labels) for kind, values in labels.items()}
        if pool is _none:
            images["duplicate"] = np.sqrt(images["duplicate"])
        return Scores(
            images={"quality": np.prod(list(images.values()), axis=0) if pool is _none else np.min(list(images.values()), axis=0), **images},
            labels={"quality": np.min(list(labels.values()), axis=0), **labels},
            predictions={OVERLOOKED: overlooked},
            evidence={kind: evidence.rows[_SHOWN_BY[kind]] for kind in LABEL_KINDS},
        )


def _none(scores: FloatArray, boxes: Boxes) -> FloatArray:
    import os
    c = float(os.environ.get("TAIL", "0"))
    q = 1 - np.nan_to_num(scores, nan=1.0)
    q = q * q / (q + c + 1e-12)
    return reduce_runs(np.multiply, 1 - q, boxes.counts, empty=1.0)


def _lowest(scores: FloatArray, boxes: Boxes) -> FloatArray:
    """Lowest score of each image's boxes, (N,); NaN counts as absent."""
    return reduce_runs(np.fmin, np.nan_to_num(scores, nan=1.0), boxes.counts, empty=1.0)
