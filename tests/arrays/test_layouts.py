"""Both layouts of predictions are told apart, and what has no meaning is refused by name."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
import pytest

import odquality
from tests.arrays import nasty
from tests.arrays.scenes import labels_of, random_scenes, rows_of, to_rows

BOX = [10.0, 10.0, 60.0, 60.0]
LABELS = labels_of([(BOX, 1)], [(BOX, 1)])
ROWS = rows_of((BOX, 1, 0.9))
PER_CLASS = [np.empty((0, 5)), ROWS[:, :5], np.empty((0, 5))]


def score(labels: Any, predictions: Any) -> Any:
    return odquality.score_labels(labels, predictions).scores["quality"]


def test_layouts_agree() -> None:
    labels, per_class = random_scenes(1, 60)
    assert score(labels, per_class).tolist() == score(labels, to_rows(per_class)).tolist()


@pytest.mark.parametrize(
    "image",
    [
        PER_CLASS,
        tuple(PER_CLASS),
        np.array([*PER_CLASS, None], object)[:3],
        [part.tolist() for part in PER_CLASS],
        [[], ROWS[:, :5], []],
        np.array([ROWS[:, :5]] * 3),
    ],
    ids=["list", "tuple", "object array", "lists", "mixed", "3-D array"],
)
def test_forms_of_the_per_class_layout(image: Any) -> None:
    found = odquality.score_labels(LABELS, [image, PER_CLASS])
    assert found.label_scores["badloc"][0] == pytest.approx([1.0])


def test_classes_with_equally_many_predictions_are_no_rows() -> None:
    """K arrays of one shape fit together as one array, which must not mislead."""
    image = [np.array([[*BOX, 0.9], [0, 0, 5, 5, 0.9]])] * 5
    found = odquality.score_labels(LABELS, [image, image])
    assert [len(scores) for scores in found.prediction_scores["overlooked"]] == [10, 10]


def test_predictions_keep_their_order() -> None:
    rows = rows_of((BOX, 2, 0.1), (BOX, 0, 0.2), ([200, 200, 250, 250], 1, 0.97))
    scores = odquality.compute_overlooked_box_scores(LABELS, [rows, rows[::-1]])
    assert np.isnan(scores[0]).tolist() == [True, True, False]
    assert np.isnan(scores[1]).tolist() == [False, True, True]


def test_the_most_probable_class_is_the_predicted_one() -> None:
    rows = np.array([[*BOX, 0.99, 0.3, 0.6, 0.1]])
    assert score(LABELS, [rows, rows]) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.zeros((2, 3)), r"\[1\]\['bboxes'\] has shape \(2, 3\); expected \(L, 4\)"),
        (np.zeros((2, 5)), r"\[1\]\['bboxes'\] has shape \(2, 5\)"),
        (np.zeros((3, 0)), r"\[1\]\['labels'\] has length 3 for 0 boxes"),
        (BOX, r"\[1\]\['bboxes'\] has shape \(4,\)"),
        (np.zeros((1, 1, 4)), r"\[1\]\['bboxes'\] has shape \(1, 1, 4\)"),
        ([[1, 2, 3, 4], [1, 2]], r"\[1\]\['bboxes'\] has rows of different lengths"),
        ([["a", "b", "c", "d"]], r"\[1\]\['bboxes'\] holds .* values"),
        (None, r"\[1\]\['bboxes'\] is None; expected an array"),
    ],
)
def test_malformed_label_boxes(wrong: Any, message: str) -> None:
    classes = np.zeros(0 if wrong is None else len(wrong), int)
    labels = [LABELS[0], {"bboxes": wrong, "labels": classes}]
    with pytest.raises(ValueError, match="labels" + message):
        score(labels, [ROWS, ROWS])


@pytest.mark.parametrize("name", ["labels", "iscrowd"])
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([1, 1], r"has length 2 for 1 boxes; expected one"),
        ([], r"has length 0 for 1 boxes; expected one"),
        ([[1]], r"has shape \(1, 1\); expected one"),
        (1, r"is 1; expected an array"),
    ],
)
def test_malformed_label_columns(name: str, wrong: Any, message: str) -> None:
    labels = [LABELS[0], {**LABELS[1], name: wrong}]
    with pytest.raises(ValueError, match=rf"labels\[1\]\['{name}'\] {message}"):
        score(labels, [ROWS, ROWS])


def test_columns_of_text() -> None:
    labels = [LABELS[0], {**LABELS[1], "labels": ["cat"]}]
    with pytest.raises(ValueError, match=r"labels\[1\]\['labels'\] holds .* values; expected one"):
        score(labels, [ROWS, ROWS])
    labels = [LABELS[0], {**LABELS[1], "iscrowd": ["cat"]}]
    with pytest.raises(ValueError, match=r"labels\[1\]\['iscrowd'\]\[0\] is 'cat'; expected true"):
        score(labels, [ROWS, ROWS])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([BOX], r"labels\[1\] is a list; expected a dict"),
        (None, r"labels\[1\] is a NoneType; expected a dict"),
        (np.zeros((1, 4)), r"labels\[1\] is a ndarray; expected a dict"),
        ({"labels": [1]}, r"labels\[1\] lacks the key 'bboxes'"),
        ({"bboxes": [BOX]}, r"labels\[1\] lacks the key 'labels'"),
    ],
)
def test_labels_that_are_no_dicts(wrong: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        score([LABELS[0], wrong], [ROWS, ROWS])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (None, r"predictions\[1\] is a NoneType"),
        ({"bboxes": []}, r"predictions\[1\] is a dict"),
        (np.zeros(8), r"predictions\[1\] is 1-D"),
        (np.zeros((1, 3, 5, 5)), r"predictions\[1\] is 4-D"),
        (np.zeros((2, 7)), r"predictions\[1\] has 2 classes; expected 3"),
        (np.zeros((2, 5)), r"predictions\[1\] has 5 columns and so no class probabilities"),
        (np.zeros((2, 4)), r"predictions\[1\] has 4 columns"),
        ([[*BOX, 0.9, 1, 0, 0], [*BOX, 0.9]], r"predictions\[1\] has rows of different lengths"),
        ([["a"] * 8], r"predictions\[1\] holds .* values"),
        (PER_CLASS, r"predictions\[1\] is K arrays \(M, 5\).*, unlike the images before it"),
    ],
)
def test_malformed_rows(wrong: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        score(LABELS, [ROWS, wrong])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (ROWS, r"predictions\[1\] is an array \(P, K \+ 5\).*, unlike the images before it"),
        (PER_CLASS[:2], r"predictions\[1\] has 2 classes; expected 3"),
        ([ROWS[:, :4]] * 3, r"predictions\[1\] has shape \(1, 4\)"),
        ([ROWS[:, :6]] * 3, r"predictions\[1\] has shape \(1, 6\)"),
        ([ROWS[:, :5], ROWS[0, :5], []], r"predictions\[1\] mixes parts of \[1, 2\] dimensions"),
    ],
)
def test_malformed_per_class_arrays(wrong: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        score(LABELS, [PER_CLASS, wrong])


def test_rows_without_class_probabilities_are_refused_everywhere() -> None:
    with pytest.raises(ValueError, match=r"predictions\[0\] has 5 columns"):
        score(LABELS, [ROWS[:, :5], ROWS[:, :5]])


def test_boxes_and_masks_of_mmdetection_are_refused_with_help() -> None:
    masks: Any = [["mask"], [], ["mask", "mask"]]
    message = r"predictions\[0\] seems to be a pair of boxes and masks.*\[boxes for boxes, masks in"
    for pair in ((PER_CLASS, masks), [PER_CLASS, masks], ([ROWS[:, :5]], [np.ones((1, 9, 9))])):
        with pytest.raises(ValueError, match=message):
            score(LABELS, [pair, pair])


def test_nothing_found_with_masks_is_an_image_without_predictions() -> None:
    nothing = ([np.empty((0, 5))] * 3, [[], [], []])
    assert score(LABELS, [PER_CLASS, nothing]) == pytest.approx(1.0)


NOTHING: list[Any] = [
    *([], (), np.array([]), [[], []], [[[]], [[]]], [np.zeros((1, 0))] * 2, [[], [[]], [[[]]]]),
    *(np.empty((0, 5)), np.zeros((1, 1, 0)), np.zeros((4, 0, 5)), np.empty((0, 7)), deque()),
]


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("image", [ROWS, PER_CLASS], ids=["rows", "per class"])
@pytest.mark.parametrize("nothing", NOTHING, ids=repr)
def test_nothing_says_nothing_about_the_layout(nothing: Any, image: Any, position: int) -> None:
    predictions = [image] * 2
    predictions.insert(position, nothing)
    found = odquality.score_labels([LABELS[0]] * 3, predictions)
    assert [len(scores) for scores in found.prediction_scores["overlooked"]] == [
        int(position != image) for image in range(3)
    ]
    assert found.scores["quality"] == pytest.approx(1.0)


@pytest.mark.parametrize("nothing", NOTHING, ids=repr)
def test_nothing_for_a_class_is_no_predictions_of_it(nothing: Any) -> None:
    found = odquality.score_labels(LABELS, [[nothing, ROWS[:, :5], nothing], PER_CLASS])
    assert [len(scores) for scores in found.prediction_scores["overlooked"]] == [1, 1]
    assert found.label_scores["badloc"][0] == pytest.approx([1.0])


def test_tables_and_other_holders_of_rows() -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(ROWS, index=[7])
    classes = pandas.Series([1], index=[7])
    labels = [{"bboxes": table.iloc[:, :4], "labels": classes, "iscrowd": classes == 0}] * 2
    for other in (ROWS, table, deque(ROWS.tolist()), ROWS.tolist()):
        assert score(labels, [table, other]) == pytest.approx(1.0)


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_matrices_are_arrays_of_rows() -> None:
    matrix = np.matrix(np.vstack([ROWS, rows_of(([5, 5, 20, 20], 0, 0.8))]))
    labels = [{"bboxes": np.matrix([BOX]), "labels": [1]}, LABELS[1]]
    expected = odquality.score_labels(LABELS, [np.asarray(matrix), ROWS])
    for other in (ROWS, matrix[:1]):
        found = odquality.score_labels(labels, [matrix, other])
        assert found.scores["quality"].tolist() == expected.scores["quality"].tolist()


HIDDEN = np.ma.array(ROWS, mask=np.eye(1, 8, 2, dtype=bool))


@pytest.mark.parametrize("hidden", [HIDDEN, list(HIDDEN), [list(row) for row in HIDDEN]])
def test_masked_values_are_refused(hidden: Any) -> None:
    with pytest.raises(ValueError, match=r"predictions\[1\] has masked values"):
        score(LABELS, [ROWS, hidden])


def test_arrays_that_cannot_be_read() -> None:
    with pytest.raises(ValueError, match=r"predictions\[1\] is a Unreadable .*another device"):
        score(LABELS, [ROWS, nasty.Unreadable()])
    with pytest.raises(ValueError, match=r"labels\[0\]\['bboxes'\] is a Unreadable .*another"):
        score([{"bboxes": nasty.Unreadable(), "labels": [1]}, LABELS[1]], [ROWS, ROWS])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (iter([ROWS[0]]), "is a list_iterator; expected an array"),
        ("rows", "is a str; expected an array"),
        ({1.0}, "is a set; expected an array"),
        (memoryview(ROWS), "is a memoryview; expected an array"),
        (nasty.endless(), "expected"),
        (ROWS.astype(complex), "holds complex128 values"),
        (ROWS.astype(str), "holds <U32 values"),
        ([[*BOX, 0.9, None, 0, 0]], "holds NoneType values"),
        ([[*BOX, 0.9, 10**400, 0, 0]], "holds a number that is too large"),
        (np.array(None, object), "is 0-D"),
    ],
)
def test_what_holds_no_numbers(wrong: Any, message: str) -> None:
    with pytest.raises(ValueError, match=rf"predictions\[1\] .*{message}"):
        score(LABELS, [ROWS, wrong])
