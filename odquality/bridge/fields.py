"""The names of what a run writes, and what users read about it in the App."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SCALE = "in [0, 1], lower = more likely mislabelled"

_ABOUT = {
    "quality": "how likely the labels are right",
    "overlooked": "how likely no object lacks a label",
    "swap": "how likely the class is right",
    "badloc": "how likely the box is in the right place",
}


@dataclass(frozen=True)
class RunFields:
    """Paths of the fields of one run.

    Attributes:
        key: the run's key, with which all of its fields begin.
        gt_field: path of the ground-truth field.
        pred_field: path of the prediction field.
        image_scores: names of the scores of a sample, ``quality`` first.
        label_scores: names of the scores of a ground-truth label.
        prediction_scores: names of the scores of a prediction.
    """

    key: str
    gt_field: str
    pred_field: str
    image_scores: tuple[str, ...]
    label_scores: tuple[str, ...]
    prediction_scores: tuple[str, ...]

    def name(self, score: str) -> str:
        """Field or attribute that holds a score: the key itself for ``quality``."""
        return self.key if score == "quality" else f"{self.key}_{score}"

    @property
    def sample_fields(self) -> list[str]:
        """Names of the fields of a sample."""
        return [self.name(score) for score in self.image_scores]

    @property
    def label_path(self) -> str:
        """Path of the ground-truth labels."""
        return f"{self.gt_field}.detections"

    @property
    def prediction_path(self) -> str:
        """Path of the predictions."""
        return f"{self.pred_field}.detections"

    def described(self) -> Mapping[str, str]:
        """Every path that the run writes, with a description for the App."""
        owners = (
            ("Image", "", self.image_scores),
            ("Label", f"{self.label_path}.", self.label_scores),
            ("Prediction", f"{self.prediction_path}.", self.prediction_scores),
        )
        return {
            f"{path}{self.name(score)}": f"{owner}: {_ABOUT[score]}; {SCALE}"
            for owner, path, scores in owners
            for score in scores
        }
