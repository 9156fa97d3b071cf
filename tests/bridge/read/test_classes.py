"""One list of classes for both fields."""

from __future__ import annotations

import fiftyone as fo
import pytest

from odquality.bridge.read.classes import ClassCodes, detector_classes


def test_names_are_numbered_as_they_turn_up() -> None:
    codes = ClassCodes(["b", "a"])
    assert codes.encode(["a", "c", "b", "d", "c"]).tolist() == [1, 2, 0, 3, 2]
    assert codes.names == ["b", "a", "c", "d"]


def test_the_detector_s_classes_come_from_whoever_knows_best(dataset: fo.Dataset) -> None:
    assert detector_classes(dataset, "predictions", None) is None
    dataset.default_classes = ["default"]
    assert detector_classes(dataset, "predictions", None) == ["default"]
    dataset.classes = {"predictions": ["of the field"], "ground_truth": ["x"]}
    assert detector_classes(dataset, "predictions", None) == ["of the field"]
    assert detector_classes(dataset, "predictions", ["said"]) == ["said"]


def test_a_class_is_named_once(dataset: fo.Dataset) -> None:
    with pytest.raises(ValueError, match=r"classes names \['a'\] more than once"):
        detector_classes(dataset, "predictions", ["a", "b", "a"])
