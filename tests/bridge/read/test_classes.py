"""One list of classes for both fields."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import numpy as np
import pytest
from bson import Code, Regex

from odquality.bridge.read.classes import (
    ClassCodes,
    MappedCodes,
    check_class_map,
    check_classes,
    detector_classes,
    read_classes,
    sort_names,
)


def test_names_are_numbered_as_they_turn_up() -> None:
    codes = ClassCodes(["b", "a"])
    assert read_classes(["a", "c", "b", "d", "c"], codes).tolist() == [1, 2, 0, 3, 2]
    assert codes.names == ["b", "a", "c", "d"]


@pytest.mark.parametrize(
    "nothing", [None, 3, 1.5, b"cat", True, [], {}, ["cat"], Code("cat"), Regex("cat")], ids=repr
)
def test_what_is_no_name_has_no_class(nothing: Any) -> None:
    codes = ClassCodes()
    assert read_classes(["cat", nothing, "dog", "cat"], codes).tolist() == [0, -1, 1, 0]
    assert codes.names == ["cat", "dog"]
    mapped = MappedCodes(codes, {"hound": "dog"})
    assert read_classes(["hound", nothing], mapped).tolist() == [1, -1]


def test_predicted_classes_may_be_called_otherwise() -> None:
    codes = ClassCodes(["vehicle"])
    mapped = MappedCodes(codes, {"car": "vehicle", "bus": "vehicle", "hound": "dog"})
    assert read_classes(["car", "cat", "bus", "dog", "hound"], mapped).tolist() == [0, 1, 0, 2, 2]
    assert codes.names == ["vehicle", "cat", "dog"]


def test_final_numbers_depend_on_the_names_alone() -> None:
    codes, order = sort_names(ClassCodes(["b", "c", "a"]))
    assert codes.names == ["a", "b", "c"]
    assert order[np.array([0, 1, 2, -1])].tolist() == [1, 2, 0, -1]
    codes, order = sort_names(ClassCodes())
    assert order[np.array([-1])].tolist() == [-1]


@pytest.mark.parametrize(
    "given",
    [
        ["cat", "dog"],
        ("cat", "dog"),
        {0: "cat", 1: "dog"},
        {1: "dog", 0: "cat"},
        {"1": "dog", "0": "cat"},
        np.array(["cat", "dog"]),
        np.array(["cat", "dog"], object),
    ],
    ids=repr,
)
def test_lists_of_classes(given: Any) -> None:
    assert check_classes(given) == ["cat", "dog"]


def test_many_classes_by_index() -> None:
    names = [f"class {number}" for number in range(12)]
    assert check_classes(dict(reversed(list(enumerate(names))))) == names


@pytest.mark.parametrize(
    "given",
    [
        *("cat", b"cat", 3, {"cat", "dog"}, {1: "cat", 2: "dog"}, {"cat": 0}, {0: 1}, {0.0: "a"}),
        *(["cat", 3], [None], [["cat"]], np.array([["cat"]]), np.array([1, 2]), iter(["cat"])),
        *([], {}, (), ["a", "b", "a"], {0: "a", 1: "a"}, object(), float("nan")),
    ],
)
def test_what_lists_no_classes(given: Any) -> None:
    with pytest.raises(ValueError, match=r"^classes (is|names) .*expected"):
        check_classes(given)


@pytest.mark.parametrize(
    "given", ["car", ["car"], {"car": 1}, {1: "car"}, {"car": None}, 3, {("a",): "b"}], ids=repr
)
def test_what_maps_no_classes(given: Any) -> None:
    with pytest.raises(ValueError, match=r"^class_map is .*expected a dict"):
        check_class_map(given)


def test_no_class_map() -> None:
    assert check_class_map(None) == check_class_map({}) == {}


def test_the_detector_s_classes_come_from_whoever_knows_best(dataset: fo.Dataset) -> None:
    assert detector_classes(dataset, "predictions", None) is None
    dataset.default_classes = ["default"]
    assert detector_classes(dataset, "predictions", None) == ("default",)
    dataset.classes = {"predictions": ["of the field"], "ground_truth": ["x"]}
    assert detector_classes(dataset, "predictions", None) == ("of the field",)
    assert detector_classes(dataset, "predictions", ["said"]) == ("said",)


def test_a_class_is_named_once(dataset: fo.Dataset) -> None:
    with pytest.raises(ValueError, match=r"classes names \['a'\] more than once"):
        detector_classes(dataset, "predictions", ["a", "b", "a"])
