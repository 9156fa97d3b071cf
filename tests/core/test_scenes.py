"""Boxes of images are chosen, arranged, joined and pickled with all that belongs to them."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from odquality.core.scenes import NO_SCENES, Boxes, Predictions, Scenes

COUNTS = np.array([2, 0, 3])


def boxes() -> Boxes:
    return Boxes(np.arange(20.0).reshape(5, 4), np.arange(5), COUNTS)


def predictions() -> Predictions:
    of = boxes()
    return Predictions(of.xyxy, of.classes, of.counts, confidence=np.arange(5) / 10)


def scenes() -> Scenes:
    sizes = np.array([[10.0, 11], [20, 21], [30, 31]])
    return Scenes(boxes(), predictions(), boxes().take(np.array([0, 4])), sizes)


@pytest.mark.parametrize("of", [boxes(), predictions()])
def test_take_keeps_the_images(of: Boxes) -> None:
    taken = of.take(np.array([1, 2, 4]))
    assert type(taken) is type(of)
    assert taken.classes.tolist() == [1, 2, 4]
    assert taken.counts.tolist() == [1, 0, 2]


@pytest.mark.parametrize("of", [boxes(), predictions()])
@pytest.mark.parametrize("rows", [[], [1, 2, 4], [0, 1, 2, 3, 4]])
def test_boxes_of_a_mask(of: Boxes, rows: list[int]) -> None:
    chosen = of.where(np.isin(np.arange(len(of)), rows))
    expected = of.take(np.array(rows, int))
    assert type(chosen) is type(of)
    assert chosen.xyxy.tolist() == expected.xyxy.tolist()
    assert chosen.classes.tolist() == expected.classes.tolist()
    assert chosen.counts.tolist() == expected.counts.tolist()


def test_sides_and_span() -> None:
    of = Boxes(np.array([[-3.0, 1, 4, 2], [5, 6, 5, 9]]), np.zeros(2, int), np.array([2]))
    assert of.sides.tolist() == [[7, 0], [1, 3]]
    assert of.span == (-3.0, 9.0)
    assert of.smallest_side == 0
    none = of.where(np.zeros(2, bool))
    assert none.span == (0.0, 0.0)
    assert none.smallest_side == np.inf


def test_corners_in_the_wrong_order_and_no_numbers_show() -> None:
    inverted = Boxes(np.array([[4.0, 1, -3, 2]]), np.zeros(1, int), np.array([1]))
    assert inverted.smallest_side == -7
    for place in range(4):
        xyxy = np.array([[0.0, 0, 1, 1], [0, 0, 1, 1]])
        xyxy[1, place] = np.nan
        of = Boxes(xyxy, np.zeros(2, int), np.array([2]))
        assert np.isnan([*of.span, of.smallest_side]).any()


def test_images_may_come_in_any_order_and_repeatedly() -> None:
    chosen = predictions().of_images(np.array([2, 1, 0, 2]))
    assert chosen.counts.tolist() == [3, 0, 2, 3]
    assert chosen.classes.tolist() == [2, 3, 4, 0, 1, 2, 3, 4]
    assert (chosen.confidence * 10).round().tolist() == chosen.classes.tolist()
    whole = scenes().of_images(np.array([2, 0]))
    assert whole.ignored.counts.tolist() == [1, 1]
    assert whole.image_sizes is not None
    assert whole.image_sizes[:, 0].tolist() == [30, 10]


def test_joining_is_choosing_backwards() -> None:
    parts = [scenes().of_images(np.array([image])) for image in range(3)]
    joined = Scenes.join(parts)
    np.testing.assert_array_equal(joined.labels.xyxy, scenes().labels.xyxy)
    np.testing.assert_array_equal(joined.predictions.confidence, scenes().predictions.confidence)
    np.testing.assert_array_equal(joined.ignored.counts, scenes().ignored.counts)
    assert joined.image_sizes is not None
    # Half of the sizes are of no use.
    assert Scenes.join([scenes(), NO_SCENES]).image_sizes is None
    assert len(Scenes.join([scenes(), NO_SCENES])) == 3


def test_a_pickle_holds_nothing_that_can_be_computed() -> None:
    of = predictions()
    before = len(pickle.dumps(of))
    assert of.columns.shape == (4, 5)
    assert of.image.tolist() == [0, 0, 2, 2, 2]
    assert len(pickle.dumps(of)) == before
    again = pickle.loads(pickle.dumps(of))
    np.testing.assert_array_equal(again.columns, of.columns)


def with_alternatives(width: int) -> Predictions:
    """Predictions whose alternatives tell the row that they are of."""
    of = predictions()
    rows = np.repeat(np.arange(5)[:, None], width, axis=1)
    return replace(of, alternatives=rows, alternative_confidence=rows / 10)


def test_predictions_without_alternatives_have_none_in_every_row() -> None:
    assert predictions().alternatives.shape == (5, 0)
    assert predictions().alternative_confidence.shape == (5, 0)
    assert NO_SCENES.predictions.alternatives.shape == (0, 0)


@pytest.mark.parametrize("width", [0, 1, 3])
def test_alternatives_stay_with_their_predictions(width: int) -> None:
    of = with_alternatives(width)
    for chosen in (
        of.take(np.array([1, 2, 4])),
        of.of_images(np.array([2, 1, 0, 2])),
        of.of_images(np.array([1])),
        pickle.loads(pickle.dumps(of)),
        Predictions.join([of.of_images(np.array([2])), of.of_images(np.array([0]))]),
    ):
        assert chosen.alternatives.shape == chosen.alternative_confidence.shape
        expected = np.repeat(chosen.classes[:, None], width, axis=1)
        np.testing.assert_array_equal(chosen.alternatives, expected)
        np.testing.assert_array_equal(chosen.alternative_confidence, expected / 10)


def test_predictions_with_more_and_fewer_alternatives_are_joined() -> None:
    parts = [predictions(), with_alternatives(2), NO_SCENES.predictions, with_alternatives(1)]
    joined = Predictions.join(parts)
    assert joined.alternatives.shape == (15, 2)
    expected = np.zeros((15, 2))
    expected[5:10] = with_alternatives(2).alternative_confidence
    expected[10:, :1] = with_alternatives(1).alternative_confidence
    # What fills up a row has a confidence of 0, and so stands for no class.
    np.testing.assert_array_equal(joined.alternative_confidence, expected)
    np.testing.assert_array_equal(joined.alternatives[10:, 0], np.arange(5))
    assert Predictions.join(parts[::2]).alternatives.shape == (5, 0)
