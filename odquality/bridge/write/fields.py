"""The names of what a run writes, and what users read about it in the App."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import fiftyone as fo

from odquality.bridge.store.field_names import FieldNames
from odquality.bridge.store.schema import FieldSpec
from odquality.kinds import BY_NAME
from odquality.methods.interface import MethodInfo

_SCALE = "in [0, 1], lower = more likely mislabelled"

_QUALITY = "the labels are right"

_TITLES = ", ".join(kind.label for kind in BY_NAME.values())

_ACTIONS = ", ".join(dict.fromkeys(kind.action for kind in BY_NAME.values()))

_TEXT: Mapping[str, Any] = {"ftype": fo.StringField}
_NUMBER: Mapping[str, Any] = {"ftype": fo.FloatField}
_BOX: Mapping[str, Any] = {"ftype": fo.ListField, "subfield": fo.FloatField}

# Attributes of a suggestion: what people read about them, and their types.
SUGGESTION_ATTRIBUTES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "kind": (f"What is wrong: {_TITLES}", _TEXT),
    "title": ("What is wrong, in words", _TEXT),
    "action": (f"What mends it ({_ACTIONS} a label)", _TEXT),
    "label_id": ("Id of the label that is wrong", _TEXT),
    "given_label": ("Class of that label when it was scored", _TEXT),
    "given_box": ("Box of that label when it was scored", _BOX),
    "prediction_id": ("Id of the prediction that shows it", _TEXT),
    "detector_confidence": ("Confidence of that prediction", _NUMBER),
    "probability": ("How likely it is an error, before any decision", _NUMBER),
}


@dataclass(frozen=True)
class RunFields(FieldNames):
    """Paths of the fields of one run.

    Attributes:
        gt_field: path of the ground-truth field.
        pred_field: path of the prediction field.
        method: what the run's method gives.
    """

    gt_field: str
    pred_field: str
    method: MethodInfo

    @property
    def label_path(self) -> str:
        """Path of the ground-truth labels."""
        return f"{self.gt_field}.detections"

    @property
    def prediction_path(self) -> str:
        """Path of the predictions."""
        return f"{self.pred_field}.detections"

    @property
    def sort_paths(self) -> list[str]:
        """Fields of a sample by which people sort."""
        return [self.key, self.expected_errors] if self.method.gives_issues else [self.key]

    @property
    def review_ranks(self) -> list[str]:
        """Numbers of a sample by which images with issues are reviewed."""
        return [self.num_issues, self.expected_errors]

    @property
    def shown_paths(self) -> list[str]:
        """What to show first: labels beside what is suggested, not dozens of predictions."""
        if not self.method.gives_issues:
            return self.sort_paths
        return [self.gt_field, self.suggestions, *self.sort_paths]

    @property
    def sidebar_paths(self) -> list[str]:
        """Fields of a sample to show together, the suggestions left with the other labels."""
        scores = [self.score(name) for name in self.method.image_scores]
        if not self.method.gives_issues:
            return scores
        return [*scores, self.expected_errors, self.num_issues]

    def specs(self) -> list[FieldSpec]:
        """Every field that the run writes."""
        owners = (
            ("Image", "", self.method.image_scores),
            ("Label", f"{self.label_path}.", self.method.label_scores),
            ("Prediction", f"{self.prediction_path}.", self.method.prediction_scores),
        )
        specs = [
            _spec(
                f"{path}{self.score(name)}",
                f"{_title(name)}{owner}: how likely {_certainty(name)}; {_SCALE}",
                ftype=fo.FloatField,
            )
            for owner, path, names in owners
            for name in names
        ]
        return specs + self._issue_specs() if self.method.gives_issues else specs

    def _issue_specs(self) -> list[FieldSpec]:
        return [
            _spec(
                self.expected_errors,
                "Image: number of its errors, in expectation; review those with most first",
                ftype=fo.FloatField,
            ),
            _spec(self.num_issues, "Image: number of likely errors", ftype=fo.IntField),
            _spec(
                self.suggestions,
                "Likely errors of the labels as the boxes that would correct them",
                ftype=fo.EmbeddedDocumentField,
                embedded_doc_type=fo.Detections,
            ),
            *(
                FieldSpec(
                    f"{self.suggestions}.detections.{name}", description, arguments, is_part=True
                )
                for name, (description, arguments) in SUGGESTION_ATTRIBUTES.items()
            ),
            _spec(
                f"{self.label_path}.{self.issue}",
                f"Label: kind of its likely error: {_TITLES}",
                ftype=fo.StringField,
            ),
            _spec(
                f"{self.label_path}.{self.suggested_label}",
                "Label: the class that it should have",
                ftype=fo.StringField,
            ),
        ]

    def paths(self) -> list[str]:
        """Path of everything that the run writes; what is in the suggestions goes with them."""
        return [spec.path for spec in self.specs() if not spec.is_part]


def _title(name: str) -> str:
    return f"{BY_NAME[name].label}. " if name in BY_NAME else ""


def _certainty(name: str) -> str:
    return BY_NAME[name].certainty if name in BY_NAME else _QUALITY


def _spec(path: str, description: str, **arguments: Any) -> FieldSpec:
    return FieldSpec(path, description, arguments)
