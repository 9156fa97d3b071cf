"""What is said of label quality: expected errors, and what class probabilities tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import odquality
from odquality.arrays.image_lists import ImageLists
from odquality.arrays.quality import score_all
from odquality.kinds import ANY, KINDS, LABEL_KINDS
from odquality.methods.calibrated.scorer import Calibrated
from odquality.methods.interface import learn
from tests.arrays.scenes import labels_of, random_scenes, rows_of, to_rows


def test_expected_errors_are_of_each_kind_and_any() -> None:
    labels, per_class = random_scenes(4, 40)
    found = odquality.score_labels(labels, to_rows(per_class), method="calibrated")
    expected = found.expected_errors
    assert list(expected) == [ANY, *KINDS]
    np.testing.assert_allclose(expected[ANY], sum(expected[kind] for kind in KINDS))
    counts = [len(of["labels"]) for of in labels]
    for kind in LABEL_KINDS:
        assert expected[kind].shape == (40,)
        half = 0.5 if kind == "duplicate" else 1.0
        sums = [half * (1 - values).sum() for values in found.label_scores[kind]]
        np.testing.assert_allclose(expected[kind], sums, atol=1e-9)
        assert (expected[kind] <= counts).all()
    sums = [np.nansum(1 - values) for values in found.prediction_scores["overlooked"]]
    # What no box shows is as much for each unit of confidence that has no label,
    rest = expected["overlooked"] - sums
    given_rows = to_rows(per_class)
    given = [
        (rows[~np.isnan(values), 4], 1 - values[~np.isnan(values)])
        for rows, values in zip(given_rows, found.prediction_scores["overlooked"], strict=True)
    ]
    objects = np.array([confidence.sum() for confidence, _ in given])
    assert rest.max() > 0
    some = objects > 0
    np.testing.assert_allclose(rest[~some], 0, atol=1e-9)
    hidden = (rest[some] / objects[some]).min() * objects
    # and what the detector sees beyond them counts half, as images lack several labels.
    # Images without any box tell nothing.
    with_boxes = [
        len(of["labels"]) or len(rows) for of, rows in zip(labels, given_rows, strict=True)
    ]
    mean = np.sum(sums) / np.count_nonzero(with_boxes)
    beyond = [np.maximum(confidence - likely, 0).sum() for confidence, likely in given]
    assert (rest >= hidden - 1e-9).all()
    assert (rest <= hidden + (mean / (mean + 1)) ** 2 / 2 * np.array(beyond) + 1e-9).all()


def test_regions_to_ignore_are_no_errors() -> None:
    labels, per_class = random_scenes(4, 40)
    box = np.array([[900.0, 900, 950, 950]])
    ignored: Any = [
        {
            "bboxes": np.vstack([of["bboxes"], box]),
            "labels": np.append(of["labels"], 0),
            "iscrowd": np.append(np.zeros(len(of["labels"]), bool), True),
        }
        for of in labels
    ]
    rows = to_rows(per_class)
    expected = odquality.score_labels(labels, rows, method="calibrated").expected_errors
    found = odquality.score_labels(ignored, rows, method="calibrated")
    assert all(np.isnan(values[-1]) for values in found.label_scores["spurious"])
    assert np.isfinite(found.expected_errors[ANY]).all()
    # The frames of the images are other ones, and so is what is drawn at random.
    total = expected[ANY].sum()
    assert found.expected_errors[ANY].sum() == pytest.approx(total, rel=0.2)


def test_chunks_do_not_change_expected_errors() -> None:
    labels, per_class = random_scenes(5, 30)

    def expected(images_per_chunk: int) -> Any:
        data = ImageLists(labels, to_rows(per_class), images_per_chunk=images_per_chunk)
        return score_all(learn(Calibrated(), data.scenes()), data, "calibrated").expected_errors

    whole = expected(30)
    for kind, values in expected(7).items():
        np.testing.assert_array_equal(values, whole[kind])


def test_methods_without_probabilities_expect_nothing() -> None:
    labels, per_class = random_scenes(4, 5)
    assert odquality.score_labels(labels, per_class).expected_errors == {}


def test_no_images_have_no_expected_errors() -> None:
    expected = odquality.score_labels([], [], method="calibrated").expected_errors
    assert all(values.shape == (0,) for values in expected.values())


def _with_probabilities(rows: list[Any], second: float) -> list[Any]:
    """A probability of ``second`` for the next class after each prediction's own."""
    changed = []
    for image in rows:
        probabilities = image[:, 5:]
        changed.append(
            np.hstack([image[:, :5], probabilities + second * np.roll(probabilities, 1, axis=1)])
        )
    return changed


def test_class_probabilities_tell_what_is_no_wrong_class() -> None:
    """A detector that holds the label's class for nearly as likely contradicts it less."""
    rng = np.random.default_rng(0)
    labels, rows = [], []
    for image in range(60):
        corner = rng.uniform(0, 60, 2)
        box = [*corner, *(corner + rng.uniform(40, 80, 2))]
        label = 1 if image else 2
        labels.append(labels_of([(box, label)])[0])
        rows.append(rows_of((box, 1, 0.9)))

    def swap(predictions: Any) -> float:
        found = odquality.score_labels(labels, predictions, method="calibrated")
        return float(found.label_scores["swap"][0][0])

    certain, doubtful = swap(rows), swap(_with_probabilities(rows, 0.9))
    assert doubtful > certain + 0.05
    # Without probabilities there are no doubts.
    per_class = [[image[image[:, 5 + number] == 1, :5] for number in range(3)] for image in rows]
    assert swap(per_class) == certain


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_probabilities_of_any_type_and_scale(dtype: Any) -> None:
    labels, per_class = random_scenes(6, 30)
    rows = [image.astype(dtype) for image in _with_probabilities(to_rows(per_class), 0.25)]
    doubled = [np.hstack([image[:, :5], image[:, 5:] / 2]) for image in rows]
    found, other = (
        odquality.score_labels(labels, given, method="calibrated") for given in (rows, doubled)
    )
    for kind, values in found.expected_errors.items():
        np.testing.assert_array_equal(other.expected_errors[kind], values)


@pytest.mark.parametrize("unit", [1.0, 1 / 640, 1e-5])
def test_what_is_said_of_boxes_is_the_same_in_any_unit(unit: float) -> None:
    """Small objects of a large image have a ten-thousandth of its sides, as shares of it."""
    rng = np.random.default_rng(5)
    labels, found = [], []
    for _ in range(200):
        corner = 40.0 * rng.permutation(16)[:3, None] + rng.uniform(0, 9, (3, 2))
        boxes = np.hstack([corner, corner + 20]) * unit
        labels.append({"bboxes": boxes, "labels": np.zeros(3, int)})
        found.append(np.hstack([boxes, np.full((3, 1), 0.99), np.ones((3, 1))]))
    quality = odquality.score_labels(labels, found, method="calibrated")
    assert quality.maybe_in_sample
    assert not any("on them" in warning for warning in quality.warnings)
    summary = odquality.summarize_labels(labels, found)
    assert summary.classes.rows[0].average_precision == 1.0
    assert summary.confusions.pairs() == []


def test_methods_that_do_not_use_probabilities_do_not_change_with_them() -> None:
    labels, per_class = random_scenes(6, 30)
    rows = to_rows(per_class)
    found = odquality.get_label_quality_scores(labels, _with_probabilities(rows, 0.5))
    np.testing.assert_array_equal(found, odquality.get_label_quality_scores(labels, rows))


def test_what_labels_repeat_is_told_in_their_order() -> None:
    boxes = np.array([[50, 50, 90, 90], [0, 0, 9, 9], [20, 20, 40, 40], [1, 0, 9, 9]])
    twice = {"bboxes": boxes, "labels": np.zeros(4, int), "iscrowd": np.array([1, 0, 0, 0])}
    once = {"bboxes": boxes[2:3], "labels": np.zeros(1, int)}
    labels, found = [once, twice, once] * 200, [np.zeros((0, 6))] * 600
    repeats = odquality.score_labels(labels, found, method="calibrated").repeats
    assert [one.tolist() for one in repeats] == [[-1], [-1, 3, -1, 1], [-1]] * 200
    assert odquality.score_labels(labels[:3], found[:3], method="objectlab").repeats == []
