"""Malformed input is refused with the argument, the image, the box and what was expected."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import odquality
from tests.arrays.scenes import labels_of, rows_of

BOX = [10.0, 10.0, 60.0, 60.0]


@pytest.fixture
def labels() -> list[dict[str, Any]]:
    """Two images, two labels each."""
    return labels_of([(BOX, 1), ([5, 5, 20, 20], 0)], [(BOX, 1), ([5, 5, 20, 20], 0)])


@pytest.fixture
def predictions() -> list[Any]:
    """Two images, two predictions each."""
    return [rows_of((BOX, 1, 0.9), ([5, 5, 20, 20], 0, 0.8)) for _ in range(2)]


@pytest.fixture(params=["get_label_quality_scores", "score_labels", "find_label_issues"])
def function(request: pytest.FixtureRequest) -> Any:
    return getattr(odquality, request.param)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_coordinate_that_is_not_finite(
    function: Any, labels: Any, predictions: Any, wrong: float
) -> None:
    labels[1]["bboxes"][1, 2] = wrong
    with pytest.raises(ValueError, match=r"labels\[1\]\['bboxes'\]\[1\] is .*; expected finite"):
        function(labels, predictions)
    labels[1]["bboxes"][1, 2] = 20
    predictions[1][0, 0] = wrong
    with pytest.raises(ValueError, match=r"predictions\[1\]\[0\] is .*; expected finite corners"):
        function(labels, predictions)


@pytest.mark.parametrize("corner", [0, 1])
def test_an_inverted_box(function: Any, labels: Any, predictions: Any, corner: int) -> None:
    labels[0]["bboxes"][1, corner] = 90
    with pytest.raises(ValueError, match=r"labels\[0\]\['bboxes'\]\[1\] .* x1 <= x2 and y1 <= y2"):
        function(labels, predictions)
    labels[0]["bboxes"][1, corner] = 5
    predictions[1][1, corner] = 90
    with pytest.raises(ValueError, match=r"predictions\[1\]\[1\] .* x1 <= x2 and y1 <= y2"):
        function(labels, predictions)


def test_normalised_labels(function: Any, labels: Any, predictions: Any) -> None:
    labels = [{**label, "bboxes": label["bboxes"] / 100} for label in labels]
    with pytest.raises(ValueError, match=r"labels: .* normalised to \[0, 1\]; expected pixels"):
        function(labels, predictions)


def test_normalised_predictions(function: Any, labels: Any, predictions: Any) -> None:
    for found in predictions:
        found[:, :4] /= 100
    with pytest.raises(ValueError, match=r"predictions: .* normalised to \[0, 1\]"):
        function(labels, predictions)


@pytest.mark.parametrize("wrong", [-0.1, 1.5, np.nan, np.inf])
def test_a_probability_outside_its_range(
    function: Any, labels: Any, predictions: Any, wrong: float
) -> None:
    predictions[1][1, 4] = wrong
    with pytest.raises(ValueError, match=r"confidence of predictions\[1\]\[1\] is .*\[0, 1\]"):
        function(labels, predictions)
    predictions[1][1, 4] = 0.5
    predictions[1][0, 6] = wrong
    with pytest.raises(ValueError, match=r"probabilities of predictions\[1\]\[0\] is .*\[0, 1\]"):
        function(labels, predictions)


def test_a_probability_outside_its_range_in_the_per_class_layout(labels: Any) -> None:
    # Box indices count over the classes of an image.
    image = [np.array([[*BOX, 0.9]]), np.array([[*BOX, 1.1]])]
    with pytest.raises(ValueError, match=r"confidence of predictions\[0\]\[1\] is 1.1"):
        odquality.score_labels(labels, [image, image])


@pytest.mark.parametrize(
    "confidence", [1.0000001, np.float32(1.0000001), 1 + 1e-6, np.nextafter(1, 2)], ids=repr
)
@pytest.mark.parametrize("method", ["objectlab", "calibrated"])
def test_a_confidence_a_hair_above_one_is_one(
    labels: Any, predictions: Any, confidence: float, method: str
) -> None:
    predictions[1][0, 4] = 1.0
    expected = odquality.score_labels(labels, predictions, method=method)
    predictions[1][0, 4] = confidence
    found = odquality.score_labels(labels, predictions, method=method)
    assert found.scores["quality"].tolist() == expected.scores["quality"].tolist()
    predictions[1][0, 6] = confidence
    found = odquality.score_labels(labels, predictions, method=method)
    assert found.scores["quality"].tolist() == expected.scores["quality"].tolist()


@pytest.mark.parametrize("percent", [97.0, 100, 1.34])
def test_a_confidence_in_percent(
    function: Any, labels: Any, predictions: Any, percent: float
) -> None:
    predictions[1][1, 4] = percent
    with pytest.raises(ValueError, match=r"confidence of .*\[1\]\[1\] .*divide by 100 .*percent"):
        function(labels, predictions)


@pytest.mark.parametrize("confidence", [1.00002, 1.05])
def test_a_confidence_just_above_one_is_not_taken_for_percent(
    function: Any, labels: Any, predictions: Any, confidence: float
) -> None:
    predictions[1][1, 4] = confidence
    with pytest.raises(ValueError, match=r"confidence of .* is 1.0.*; expected .* \[0, 1\]$"):
        function(labels, predictions)


@pytest.mark.parametrize("far", [1.1e9, -2e9, 1e154, 1e308])
def test_a_coordinate_beyond_any_image(
    function: Any, labels: Any, predictions: Any, far: float
) -> None:
    place = 2 if far > 0 else 0
    labels[1]["bboxes"][1, place] = far
    with pytest.raises(ValueError, match=r"labels\[1\]\['bboxes'\]\[1\] .* within 1e\+09 of 0"):
        function(labels, predictions)
    labels[1]["bboxes"][1] = BOX
    predictions[0][1, place] = far
    with pytest.raises(ValueError, match=r"predictions\[0\]\[1\] .* within 1e\+09 of 0"):
        function(labels, predictions)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", [np.float16, np.longdouble])
def test_numbers_too_large_for_their_kind_give_no_warning(
    labels: Any, predictions: Any, kind: Any
) -> None:
    largest = np.finfo(kind).max
    labels[1]["bboxes"] = np.array([[0, 0, 1, 1], [0, 0, largest, largest]], kind)
    if kind == np.longdouble:
        with pytest.raises(ValueError, match=r"labels\[1\]\['bboxes'\]\[1\]"):
            odquality.score_labels(labels, predictions)
    else:
        assert odquality.score_labels(labels, predictions).scores["quality"].shape == (2,)


@pytest.mark.parametrize("wrong", [-1, -1.0, 0.5, np.nan, np.inf])
def test_a_class_that_is_no_class(
    function: Any, labels: Any, predictions: Any, wrong: float
) -> None:
    labels[1]["labels"] = np.array([1, wrong])
    with pytest.raises(ValueError, match=r"labels\[1\]\['labels'\]\[1\] is .*integer of at least"):
        function(labels, predictions)


@pytest.mark.parametrize("length", [0, 1, 3])
def test_different_numbers_of_images(
    function: Any, labels: Any, predictions: Any, length: int
) -> None:
    with pytest.raises(ValueError, match=rf"labels has {length} images and predictions has 2"):
        function((labels * 2)[:length], predictions)


@pytest.mark.parametrize("wrong", [None, 3, "images", {"bboxes": [], "labels": []}])
def test_an_argument_that_is_no_sequence(function: Any, predictions: Any, wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"labels is a .*; expected a sequence"):
        function(wrong, predictions)


def test_the_image_is_counted_over_all_chunks(labels: Any, predictions: Any) -> None:
    labels, predictions = labels[:1] * 1300, predictions[:1] * 1299
    predictions.append(rows_of(([30, 0, 20, 10], 0, 0.5)))
    with pytest.raises(ValueError, match=r"predictions\[1299\]\[0\]"):
        odquality.get_label_quality_scores(labels, predictions)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ([640, 480], r"image_sizes has shape \(2,\); expected \(2, 2\)"),
        ([[640, 480]], r"image_sizes has shape \(1, 2\); expected \(2, 2\)"),
        ([[640, 480], [640, 0]], r"image_sizes\[1\] is \[640.0, 0.0\]; expected a positive"),
        ([[640.0, np.nan], [640, 480]], r"image_sizes\[0\] is .*; expected a positive"),
        ([["a", "b"], ["c", "d"]], r"image_sizes"),
    ],
)
def test_malformed_image_sizes(labels: Any, predictions: Any, sizes: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        odquality.score_labels(labels, predictions, image_sizes=sizes)


def test_image_sizes_are_accepted(labels: Any, predictions: Any) -> None:
    found = odquality.score_labels(labels, predictions, image_sizes=[[640, 480], [64, 64]])
    assert found.scores["quality"].shape == (2,)
