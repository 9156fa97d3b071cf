"""Class names of labels and predictions that do not fit together."""

from __future__ import annotations

from typing import Any

import pytest

from odquality.core.class_names import compare_class_names, listed


def compare(labels: dict[str, int], predictions: dict[str, int]) -> list[str]:
    return compare_class_names(labels, predictions, gt_name="gt", pred_name="pred")


@pytest.mark.parametrize(
    ("labels", "predictions"),
    [
        ({"cat": 5, "dog": 3}, {"cat": 9, "dog": 1}),
        ({"cat": 5, "dog": 3}, {"cat": 9}),
        ({"cat": 5}, {"cat": 9, "dog": 9}),
        ({}, {"cat": 1}),
        ({"cat": 1}, {}),
        ({}, {}),
    ],
    ids=str,
)
def test_names_that_fit(labels: Any, predictions: Any) -> None:
    assert compare(labels, predictions) == []


@pytest.mark.parametrize(
    ("label", "predicted"),
    [("Car", "car"), ("car ", "car"), ("traffic light", "Traffic_Light"), ("t-shirt", "T Shirt")],
)
def test_names_that_differ_only_in_writing(label: str, predicted: str) -> None:
    (sentence,) = compare({label: 5, "dog": 4}, {predicted: 5, "dog": 3})
    assert f"pass class_map={ {predicted: label} } to take them for the same" in sentence


def test_the_argument_to_pass_can_be_copied() -> None:
    (sentence,) = compare({"Car": 1, "Bus": 1, "Van": 1}, {"car": 1, "bus": 1, "van": 1})
    argument = sentence.partition("class_map=")[2].partition(" to take")[0]
    assert eval(argument) == {"bus": "Bus", "car": "Car", "van": "Van"}


def test_labels_that_differ_only_in_writing_among_themselves() -> None:
    sentences = compare({"Car": 5, "car": 4}, {"car": 9})
    assert sentences == [
        "gt has class names that differ only by case, blanks, hyphens or underscores and count as "
        "different classes: ('Car', 'car')",
        "56% of gt are of classes that pred has not: 'Car'",
    ]


def test_nothing_in_common() -> None:
    (sentence,) = compare({"cat": 5, "dog": 1}, {"0": 5, "1": 3})
    assert "no class name in common (gt: 'cat', 'dog'; pred: '0', '1')" in sentence
    assert "pass class_map={'0': 'cat', ...}" in sentence


def test_predictions_of_no_class_in_particular() -> None:
    (sentence,) = compare({"cat": 5, "dog": 1}, {"object": 5})
    assert sentence.startswith("all of pred are of the one class 'object', which no label of gt")
    assert "a detector that tells no classes apart" in sentence
    (sentence,) = compare({"cat": 5}, {"object": 5})
    assert "pass class_map={'object': 'cat'}" in sentence


def test_little_in_common() -> None:
    (sentence,) = compare({"cat": 1, "dog": 9}, {"cat": 9, "bird": 2})
    assert sentence == "90% of gt are of classes that pred has not: 'dog'"
    (sentence,) = compare({"cat": 9}, {"cat": 1, "bird": 4})
    assert sentence == "80% of pred are of classes that gt has not: 'bird'"


def test_long_lists_are_cut_short() -> None:
    assert listed(map(str, range(10))) == "'0', '1', '2', '3', '4', '5', '6', '7' and 2 more"
    assert len(listed(["x" * 10_000])) < 100
