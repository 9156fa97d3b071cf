"""What a run reads from every sample, as expressions that the database evaluates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from odquality.bridge.read.splits import SPLIT_COLUMNS
from odquality.bridge.store.adopted import SOURCE

_ABSENT = ["missing", "null", "undefined"]


@dataclass(frozen=True)
class Source:
    """What to read from every sample.

    Attributes:
        gt_field: the ground-truth field.
        pred_field: the prediction field.
        in_pixels: whether boxes are scaled by the size in the sample's metadata.
        needs_confidence: whether predictions without a confidence are left out; else they have
            the confidence 1.
        probability_attributes: attributes of predictions that may hold class probabilities.
        alternatives: whether the other classes that a prediction may be of are kept of these.
        crowd_attribute: attribute of labels that marks regions to ignore, or None.
        adopted: whether labels may tell that they were taken over from the predictions.
        classes: class names in the order of the probabilities, or None where nobody knows it.
        class_map: class name among the labels for class names of the predictions that differ.
        chosen: those of these attributes that somebody named, by argument: they should be there.
        score_unannotated: whether a sample without a value in the ground-truth field is one
            without labels; else it is unscored.
    """

    gt_field: str
    pred_field: str
    in_pixels: bool
    needs_confidence: bool
    probability_attributes: tuple[str, ...] = ()
    alternatives: bool = False
    crowd_attribute: str | None = None
    adopted: bool = False
    classes: tuple[str, ...] | None = None
    class_map: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)
    score_unannotated: bool = False

    def columns(self) -> dict[str, Any]:
        """MongoDB expression of each column that is read, whatever the documents hold.

        A column of an attribute is a list with a value for every detection, None for one that
        lacks it; or None where there is no list of detections.
        """
        columns: dict[str, Any] = {
            "modified": "$last_modified_at",
            **SPLIT_COLUMNS,
            "label list": _state(self.gt_field),
            "prediction list": _state(self.pred_field),
            # One number a sample tells whether labels have what only predictions should have.
            "label confidence": {"$max": f"${self.gt_field}.detections.confidence"},
        }
        if self.in_pixels:
            columns |= {"width": "$metadata.width", "height": "$metadata.height"}
        labels = _detections(self.gt_field, self.score_unannotated)
        for attribute in ("_id", "label", "bounding_box"):
            columns[column("label", attribute)] = _map(labels, attribute)
        predictions = _detections(self.pred_field)
        for attribute in ("_id", "label", "bounding_box", "confidence"):
            columns[column("prediction", attribute)] = _map(predictions, attribute)
        own = (SOURCE,) if self.adopted else ()
        for attribute in (*self.crowd_attributes(), *own):
            columns[column("label", attribute)] = _map_rare(self.gt_field, labels, attribute)
        for attribute in self.probability_attributes:
            columns[column("prediction", attribute)] = _map_rare(
                self.pred_field, predictions, attribute
            )
        return columns

    def in_unit_squares(self) -> Source:
        """The same, with boxes relative to their images and samples of unknown size."""
        return replace(self, in_pixels=False)

    def crowd_attributes(self) -> tuple[str, ...]:
        """Where the mark of a region to ignore may stand: also where older FiftyOnes put it."""
        if not self.crowd_attribute:
            return ()
        return self.crowd_attribute, f"attributes.{self.crowd_attribute}.value"


def column(side: str, attribute: str) -> str:
    """Name of the column of an attribute of the labels or predictions."""
    # A dot would make a document within the document.
    return f"{side} {attribute.replace('.', '/')}"


def _is_list(name: str) -> dict[str, Any]:
    is_object = {"$eq": [{"$type": f"${name}"}, "object"]}
    return {"$and": [is_object, {"$isArray": f"${name}.detections"}]}


def _is_absent(name: str) -> dict[str, Any]:
    is_object = {"$eq": [{"$type": f"${name}"}, "object"]}
    value = {"$cond": [is_object, f"${name}.detections", f"${name}"]}
    return {"$in": [{"$type": value}, _ABSENT]}


def _state(name: str) -> dict[str, Any]:
    """``list`` for a field that holds a list of detections, ``none`` or ``other``."""
    return {"$cond": [_is_list(name), "list", {"$cond": [_is_absent(name), "none", "other"]}]}


def _detections(name: str, none_is_empty: bool = False) -> dict[str, Any]:
    """The list of detections of a field; None where it has none."""
    otherwise: Any = {"$cond": [_is_absent(name), [], None]} if none_is_empty else None
    return {"$cond": [_is_list(name), f"${name}.detections", otherwise]}


def _map(detections: dict[str, Any], attribute: str) -> dict[str, Any]:
    value = {"$ifNull": [f"$$detection.{attribute}", None]}
    return {"$map": {"input": detections, "as": "detection", "in": value}}


def _map_rare(name: str, detections: dict[str, Any], attribute: str) -> dict[str, Any]:
    """As `_map`, but None if no detection has the attribute: that is quick to read."""
    having = {"$ifNull": [f"${name}.detections.{attribute}", []]}
    return {"$cond": [{"$eq": [having, []]}, None, _map(detections, attribute)]}
