"""The public functions: what is legal, how images depend on each other, what is returned."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

import odquality
from tests.arrays.scenes import labels_of, random_scenes, rows_of, to_rows

BOX = [10.0, 10.0, 60.0, 60.0]
RIGHT = rows_of((BOX, 1, 0.99))

# A label and a prediction far apart, which make the smallest similarity of a dataset small.
FAR_LABEL = ([0, 0, 10, 10], 1)
FAR = rows_of(([300, 0, 310, 10], 1, 0.1))


def quality(labels: Any, predictions: Any, **settings: Any) -> Any:
    return odquality.get_label_quality_scores(labels, predictions, verbose=False, **settings)


def test_right_labels_score_near_one() -> None:
    assert quality(labels_of([(BOX, 1)]), [RIGHT]) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("kind", "labels", "found"),
    [
        ("overlooked", [([300, 300, 350, 350], 1)], [(BOX, 1, 0.99)]),
        ("swap", [(BOX, 0)], [(BOX, 1, 0.99)]),
        ("badloc", [([10, 10, 30, 20], 1)], [(BOX, 1, 0.99)]),
    ],
)
def test_each_kind_of_error_lowers_its_own_score(kind: str, labels: Any, found: Any) -> None:
    scores = odquality.score_labels(labels_of(labels, [FAR_LABEL]), [rows_of(*found), FAR]).scores
    of_image = {name: values[0] for name, values in scores.items()}
    assert of_image.pop(kind) < 0.2
    assert of_image.pop("quality") < 0.6
    assert list(of_image.values()) == pytest.approx([1.0, 1.0], abs=0.01)


def test_no_images_have_no_scores() -> None:
    assert quality([], []).shape == (0,)
    found = odquality.score_labels([], [])
    assert list(found.scores) == ["quality", "overlooked", "swap", "badloc"]
    assert all(values.shape == (0,) for values in found.scores.values())
    assert odquality.compute_swap_box_scores([], []) == []
    assert odquality.pool_box_scores_per_image([]).shape == (0,)
    assert odquality.issues_from_scores([]).shape == (0,)


@pytest.mark.parametrize(("ranked", "kind"), [(False, "b"), (True, "i")])
@pytest.mark.parametrize("num_images", [0, 3])
def test_nothing_to_find_issues_in(num_images: int, ranked: bool, kind: str) -> None:
    labels, predictions = labels_of(*[[]] * num_images), [[]] * num_images
    found = odquality.find_label_issues(labels, predictions, return_indices_ranked_by_score=ranked)
    assert found.dtype.kind == kind
    assert found.shape == ((0,) if ranked else (num_images,))
    assert not found.any()


EMPTY_PREDICTIONS = {
    "list": [],
    "rows": np.empty((0, 8)),
    "rows of float32": np.empty((0, 8), np.float32),
    "one-dimensional": np.array([]),
    "list of empty arrays": [np.empty((0, 5))] * 3,
    "tuple of empty lists": ([], [], []),
}
EMPTY_LABELS = {
    "(0, 4)": {"bboxes": np.empty((0, 4)), "labels": np.empty(0, int)},
    "lists": {"bboxes": [], "labels": []},
    "(0,)": {"bboxes": np.array([]), "labels": np.array([])},
}


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("empty", EMPTY_PREDICTIONS)
def test_an_image_without_predictions_anywhere(empty: str, position: int) -> None:
    if empty in ("list of empty arrays", "tuple of empty lists"):
        predictions: list[Any] = [[np.empty((0, 5)), RIGHT[:, :5], np.empty((0, 5))]] * 2
    else:
        predictions = [RIGHT] * 2
    predictions.insert(position, EMPTY_PREDICTIONS[empty])
    scores = quality(labels_of(*[[(BOX, 1)]] * 3), predictions)
    assert scores == pytest.approx(1.0)


@pytest.mark.parametrize("empty", EMPTY_PREDICTIONS)
def test_no_image_has_predictions(empty: str) -> None:
    labels = labels_of([(BOX, 1)], [])
    assert quality(labels, [EMPTY_PREDICTIONS[empty]] * 2).tolist() == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("empty", EMPTY_LABELS)
def test_an_image_without_labels_anywhere(empty: str, position: int) -> None:
    labels = labels_of([(BOX, 1)], [(BOX, 1)])
    labels.insert(position, EMPTY_LABELS[empty])
    scores = quality(labels, [RIGHT] * 3)
    assert scores[position] < 0.6
    assert np.delete(scores, position) == pytest.approx(1.0)


@pytest.mark.parametrize("empty", EMPTY_LABELS)
def test_no_image_has_labels(empty: str) -> None:
    found = odquality.score_labels([EMPTY_LABELS[empty]] * 2, [RIGHT, []])
    # The smallest similarity of a dataset without pairs is 1.
    assert found.scores["overlooked"].tolist() == pytest.approx([1 - 0.99, 1.0])
    assert [len(scores) for scores in found.label_scores["swap"]] == [0, 0]


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64, np.float16, np.float32])
@pytest.mark.parametrize("side", ["labels", "predictions"])
def test_other_numbers_score_like_float64(dtype: type, side: str) -> None:
    labels, per_class = random_scenes(5, 20, size=150.0)
    for image in range(20):
        labels[image]["bboxes"] = labels[image]["bboxes"].round().clip(0)
        for found in per_class[image]:
            # Exact in every type, though the sum of two uint8 corners is not.
            found[:, :4] = found[:, :4].round().clip(0)
            found[:, 4] = found[:, 4].round()
    predictions: list[Any] = to_rows(per_class)
    expected = quality(labels, predictions)
    if side == "labels":
        labels = [{**label, "bboxes": label["bboxes"].astype(dtype)} for label in labels]
    else:
        predictions = [found.astype(dtype) for found in predictions]
    assert quality(labels, predictions).tolist() == expected.tolist()


def test_plain_lists_score_like_arrays() -> None:
    labels, per_class = random_scenes(6, 10)
    predictions = to_rows(per_class)
    plain = [{name: value.tolist() for name, value in label.items()} for label in labels]
    expected = quality(labels, predictions).tolist()
    assert quality(plain, [found.tolist() for found in predictions]).tolist() == expected
    per_class_lists = [[found.tolist() for found in image] for image in per_class]
    assert quality(plain, per_class_lists).tolist() == expected


def test_whole_float_classes_count_as_integers() -> None:
    labels = [{"bboxes": [BOX], "labels": np.array([1.0])}]
    assert quality(labels, [RIGHT]) == pytest.approx(1.0)


def test_boxes_without_area_have_iou_zero() -> None:
    point = [20.0, 20.0, 20.0, 20.0]
    labels = labels_of([(point, 1), ([10, 30, 60, 30], 1), (BOX, 1)])
    found = odquality.score_labels(labels, [rows_of((point, 1, 0.99), (BOX, 1, 0.99))])
    # Nothing overlaps a box without area, so nothing tells about where it is.
    assert found.label_scores["badloc"][0].tolist() == pytest.approx([1.0, 1.0, 1.0])
    assert found.prediction_scores["overlooked"][0][0] > 0
    assert np.isfinite(found.scores["quality"]).all()


def test_padding_is_no_sign_of_normalised_boxes() -> None:
    assert quality(labels_of([([0, 0, 0, 0], 1)]), [RIGHT]).shape == (1,)


def test_a_class_that_the_detector_lacks() -> None:
    labels, predictions = labels_of([(BOX, 7)], [(BOX, 1)], [FAR_LABEL]), [RIGHT, RIGHT, FAR]
    assert quality(labels, predictions)[0] < 0.1
    assert odquality.find_label_issues(labels, predictions).tolist() == [True, False, False]


def test_class_numbers_may_be_identifiers() -> None:
    labels = labels_of([(BOX, 2**50)], [(BOX, 1)])
    assert quality(labels, [RIGHT, RIGHT]) == pytest.approx(1.0)


def test_memory_does_not_grow_with_class_numbers() -> None:
    labels, predictions = labels_of([(BOX, 10**6)], [(BOX, 1)], [FAR_LABEL]), [RIGHT, RIGHT, FAR]
    tracemalloc.start()
    try:
        flagged = odquality.find_label_issues(labels, predictions)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert flagged.tolist() == [True, False, False]
    assert peak < 20e6


def test_a_class_without_any_right_prediction_is_flagged() -> None:
    labels = labels_of([(BOX, 0)], [(BOX, 0)], [(BOX, 1)], [FAR_LABEL])
    flagged = odquality.find_label_issues(labels, [RIGHT, RIGHT, RIGHT, FAR])
    assert flagged.tolist() == [True, True, False, False]


def test_regions_to_ignore_are_not_reviewed() -> None:
    crowd = [100.0, 100.0, 300.0, 300.0]
    labels = labels_of([(crowd, 0), (BOX, 1)])
    labels[0]["iscrowd"] = np.array([1, 0])
    found = odquality.score_labels(labels, [rows_of((BOX, 1, 0.99), (crowd, 2, 0.99))])
    for scores in found.label_scores.values():
        assert np.isnan(scores[0][0])
        assert scores[0][1] == pytest.approx(1.0)
    assert found.scores["quality"] == pytest.approx(1.0)


@pytest.mark.parametrize(("shift", "is_candidate"), [(0, False), (49, False), (51, True)])
def test_a_prediction_mostly_in_an_ignored_region_is_no_missing_label(
    shift: float, is_candidate: bool
) -> None:
    labels = labels_of([([100, 100, 200, 200], 0)])
    labels[0]["iscrowd"] = [True]
    predictions = [rows_of(([100 + shift, 100, 200 + shift, 200], 1, 0.99))]
    overlooked = odquality.compute_overlooked_box_scores(labels, predictions)[0]
    assert np.isfinite(overlooked[0]) == is_candidate


def test_only_some_images_need_the_ignore_marks() -> None:
    labels = labels_of([(BOX, 1)], [(BOX, 0)])
    labels[1]["iscrowd"] = [1]
    assert quality(labels, [RIGHT, RIGHT]) == pytest.approx(1.0)


def test_an_image_changes_others_through_the_smallest_similarity_alone() -> None:
    labels, per_class = random_scenes(8, 30)
    predictions = to_rows(per_class)
    # A far pair makes the smallest similarity what it is, whatever the other images hold.
    labels += labels_of([([0, 0, 10, 10], 0)])
    predictions += [rows_of(([366, 0, 376, 10], 0, 0.1))]
    before = quality(labels, predictions)
    for image in (3, 17):
        labels[image] = labels_of([(BOX, 2)])[0]
        predictions[image] = RIGHT
    after = quality(labels, predictions)
    unchanged = np.delete(np.arange(31), [3, 17])
    assert after[unchanged].tolist() == before[unchanged].tolist()
    assert (after[[3, 17]] != before[[3, 17]]).all()


def test_order_of_images_does_not_matter() -> None:
    labels, predictions = random_scenes(9, 40)
    order = np.random.default_rng(9).permutation(40)
    shuffled = quality([labels[i] for i in order], [predictions[i] for i in order])
    assert shuffled.tolist() == quality(labels, predictions)[order].tolist()


def test_scores_lie_between_zero_and_one() -> None:
    found = odquality.score_labels(*random_scenes(10, 100))
    for values in found.scores.values():
        assert ((values >= 0) & (values <= 1)).all()


def test_input_is_left_as_it_is() -> None:
    labels, per_class = random_scenes(11, 20)
    predictions = to_rows(per_class)
    copies = [label["bboxes"].copy() for label in labels], [found.copy() for found in predictions]
    odquality.find_label_issues(labels, predictions)
    odquality.score_labels(labels, predictions)
    for label, found, boxes, rows in zip(labels, predictions, *copies, strict=True):
        np.testing.assert_array_equal(label["bboxes"], boxes)
        np.testing.assert_array_equal(found, rows)


def test_verbose_says_what_was_scored(capsys: pytest.CaptureFixture[str]) -> None:
    odquality.get_label_quality_scores(labels_of([(BOX, 1)]), [RIGHT])
    assert "scored 1 images" in capsys.readouterr().out
    quality(labels_of([(BOX, 1)]), [RIGHT])
    assert capsys.readouterr().out == ""


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(ValueError, match="method is 'best'; expected one of"):
        odquality.score_labels([], [], method="best")


@pytest.mark.parametrize("temperature", [0, -1.0, float("nan")])
def test_a_temperature_must_be_positive(temperature: float) -> None:
    with pytest.raises(ValueError, match=r"temperature is .*; expected a number above 0"):
        odquality.pool_box_scores_per_image([], temperature=temperature)


def test_box_scores_must_be_one_dimensional() -> None:
    with pytest.raises(ValueError, match=r"box_scores\[1\] has shape \(2, 2\)"):
        odquality.pool_box_scores_per_image([[1.0], np.ones((2, 2))])


def test_ranked_issues_come_worst_first() -> None:
    labels, predictions = random_scenes(12, 60)
    ranked = odquality.find_label_issues(labels, predictions, return_indices_ranked_by_score=True)
    scores = quality(labels, predictions)[ranked]
    assert ranked.dtype == np.int64
    assert scores.tolist() == sorted(scores)
    flagged = odquality.find_label_issues(labels, predictions)
    assert sorted(ranked) == np.flatnonzero(flagged).tolist()


SPOILED: dict[str, Any] = {
    "classes in another order": lambda rows: np.hstack([rows[:, :5], np.roll(rows[:, 5:], 1, 1)]),
    "boxes that begin with the centre": lambda rows: np.hstack(
        [rows[:, :4] + np.tile((rows[:, 2:4] - rows[:, :2]) / 2, 2), rows[:, 4:]]
    ),
}


@pytest.mark.parametrize("method", ["objectlab", "calibrated"])
@pytest.mark.parametrize("kind", SPOILED)
def test_what_does_not_fit_together_is_said(kind: str, method: str) -> None:
    rng = np.random.default_rng(0)
    start = rng.uniform(0, 300, (30, 2))
    boxes = np.hstack([start, start + rng.uniform(50, 200, (30, 2))])
    classes = rng.integers(0, 3, 30)
    labels = labels_of(*([one] for one in zip(boxes, classes, strict=True)))
    rows = [rows_of((box + 1, number, 0.9)) for box, number in zip(boxes, classes, strict=True)]
    assert odquality.score_labels(labels, rows, method=method).warnings == ()
    spoiled = [SPOILED[kind](one) for one in rows]
    (warning,) = odquality.score_labels(labels, spoiled, method=method).warnings
    assert warning.startswith("only 0% of the")
    # No class in common, and numbers that are no indices.
    far = [{**one, "labels": one["labels"] + 2**62} for one in labels]
    (warning,) = odquality.score_labels(far, rows, method=method).warnings
    assert "do both mean the same by each class" in warning


@pytest.mark.parametrize("method", ["objectlab", "calibrated"])
def test_a_detector_that_repeats_the_labels_is_asked_about(method: str) -> None:
    boxes = np.array([[60.0 * row, 10, 60.0 * row + 40, 50] for row in range(10)])
    labels = [{"bboxes": boxes, "labels": np.zeros(10, int)}] * 60
    found = np.column_stack([boxes + 1, np.full(10, 0.9), np.ones(10)])
    quality = odquality.score_labels(labels, [found] * 60, method=method)
    assert quality.maybe_in_sample
    (warning,) = quality.warnings
    assert "was the detector trained on these labels?" in warning
    few = odquality.score_labels(labels[:40], [found] * 40, method=method)
    assert (few.maybe_in_sample, few.warnings) == (False, ())
