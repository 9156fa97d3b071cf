"""Labels of each image stay with their image, and their classes and marks are what was given."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import odquality
from odquality.arrays.labels import flatten_labels
from tests.arrays.scenes import rows_of

BOX = [10.0, 10.0, 60.0, 60.0]
ROWS = rows_of((BOX, 1, 0.99))

# Holds nothing, though its length may be 1.
NOTHING: list[Any] = [
    *([], [[]], [[], []], [[[]], [[]]], (), np.zeros((1, 0)), np.zeros((1, 1, 0))),
    *(np.zeros(0, kind) for kind in ("complex", "U5", "O", "M8[s]", "bool")),
]


def image(**changes: Any) -> dict[str, Any]:
    return {"bboxes": np.array([BOX]), "labels": np.array([1]), **changes}


def badloc(labels: list[dict[str, Any]]) -> list[list[float]]:
    found = odquality.compute_badloc_box_scores(labels, [ROWS] * len(labels))
    return [scores.tolist() for scores in found]


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("name", ["labels", "iscrowd"])
@pytest.mark.parametrize("nothing", NOTHING, ids=repr)
def test_nothing_for_a_box_is_refused(nothing: Any, name: str, position: int) -> None:
    labels = [image(), image(iscrowd=[True]), image()]
    labels[position] = image(**{name: nothing})
    with pytest.raises(ValueError, match=rf"labels\[{position}\]\['{name}'\] has length 0 for 1"):
        badloc(labels)


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("nothing", NOTHING, ids=repr)
def test_nothing_without_boxes_is_no_label(nothing: Any, position: int) -> None:
    labels = [image(iscrowd=[True]), image()]
    labels.insert(position, {"bboxes": nothing, "labels": nothing, "iscrowd": nothing})
    found = badloc(labels)
    assert found.pop(position) == []
    assert np.isnan(found[0]).all()
    assert found[1] == pytest.approx([1.0])


@pytest.mark.parametrize("nothing", NOTHING, ids=repr)
def test_classes_without_boxes_are_refused(nothing: Any) -> None:
    with pytest.raises(ValueError, match=r"labels\[1\]\['labels'\] has length 1 for 0 boxes"):
        badloc([image(), image(bboxes=nothing)])


LARGEST = 2**63 - 1


@pytest.mark.parametrize(
    "classes",
    [
        [2**53 + 1],
        np.array([LARGEST], np.int64),
        np.array([LARGEST], np.uint64),
        np.array([LARGEST], object),
        np.array([1.0]),
        [Fraction(3)],
        [True],
    ],
    ids=repr,
)
# Joined with these, integers would become floats.
@pytest.mark.parametrize("others", [np.array([]), np.array([2.0]), np.array([7], np.uint64)])
def test_classes_are_kept_to_the_last_digit(classes: Any, others: Any) -> None:
    boxes = np.array([BOX] * len(others)).reshape(-1, 4)
    flat = flatten_labels([image(labels=classes), {"bboxes": boxes, "labels": others}], 0)
    assert flat.classes.tolist() == [int(classes[0]), *others.tolist()]
    assert flat.classes.dtype.kind in "iu" or flat.classes.max() < 100


@pytest.mark.parametrize("method", ["objectlab", "calibrated"])
@pytest.mark.parametrize(
    "wrong",
    [
        *(np.array([2**63 + 5], np.uint64), [2**63], [2**64], [10**400], np.array([2.0**63])),
        *([1e300], [2.0**53], [float("inf")], [Fraction(1, 3)]),
    ],
    ids=repr,
)
def test_classes_that_fit_no_integer(wrong: Any, method: str) -> None:
    labels = [image(), image(labels=wrong)]
    with pytest.raises(ValueError, match=r"labels\[1\]\['labels'\]"):
        odquality.score_labels(labels, [ROWS, ROWS], method=method)


YES = [True, 1, 1.0, "true", "True", " yes ", "1", np.float32(1), np.bool_(True)]
NO = [False, 0, 0.0, "false", "No", "0", "", None, float("nan"), np.int8(0)]


@pytest.mark.parametrize("flag", YES + NO, ids=repr)
def test_marks_may_be_numbers_or_words(flag: Any) -> None:
    # A mark means the same whatever those of other images are made of.
    for other in (np.array([False]), ["0"], [None], np.array([0.0])):
        found = badloc([image(iscrowd=other), image(iscrowd=[flag]), image()])
        is_crowd = any(flag is one for one in YES)
        assert np.isnan(found[1][0]) == is_crowd
        assert not np.isnan(found[0] + found[2]).any()


@pytest.mark.parametrize("wrong", ["crowd", b"1", 1j, [1], object()])
def test_marks_that_are_neither(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"labels\[1\]\['iscrowd'\]"):
        badloc([image(), image(iscrowd=[wrong])])


def test_marks_of_another_kind_in_an_array() -> None:
    with pytest.raises(ValueError, match=r"\['iscrowd'\]\[1\] is 'crowd'; expected true or false"):
        badloc([image(bboxes=[BOX] * 2, labels=[1, 1], iscrowd=np.array(["0", "crowd"]))])
