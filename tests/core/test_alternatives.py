"""The other classes of predictions: the likeliest, whatever the classes' order and scale."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odquality.core.alternatives import MAX_ALTERNATIVES, alternatives, with_alternatives
from odquality.core.scenes import FloatArray, Predictions


def _found(probabilities: list[float], confidence: float = 1.0) -> dict[int, float]:
    """Confidence by class of one prediction, of those that it may be of."""
    rows = np.array([probabilities])
    columns, values = alternatives(rows, rows.argmax(axis=1), np.array([confidence]))
    assert columns.shape == values.shape
    assert columns.dtype == np.int64
    assert columns.shape[1] <= MAX_ALTERNATIVES
    pairs = zip(columns[0].tolist(), values[0].tolist(), strict=True)
    return {column: value for column, value in pairs if value > 0}


def test_the_confidence_is_shared_out_by_the_probabilities() -> None:
    assert _found([0.1, 0.8, 0.4], 0.6) == pytest.approx({2: 0.3, 0: 0.075})


@pytest.mark.parametrize("scale", [1e-6, 0.5, 100.0])
def test_the_scale_of_the_probabilities_does_not_matter(scale: float) -> None:
    expected = _found([0.1, 0.8, 0.4], 0.6)
    assert _found([0.1 * scale, 0.8 * scale, 0.4 * scale], 0.6) == pytest.approx(expected)


def test_the_likeliest_are_kept() -> None:
    probabilities = [0.01, 0.02, 0.9, 0.03, 0.04, 0.05, 0.06]
    assert sorted(_found(probabilities)) == [3, 4, 5, 6]


def test_of_equals_all_or_none_are_kept() -> None:
    # There is room for two of three.
    assert sorted(_found([0.9, 0.2, 0.3, 0.2, 0.2])) == [1, 2, 3, 4]
    assert sorted(_found([0.9, 0.2, 0.3, 0.3, 0.2, 0.2])) == [2, 3]
    assert _found([0.9, *[0.2] * (MAX_ALTERNATIVES + 1)]) == {}


@pytest.mark.parametrize("number", range(1, MAX_ALTERNATIVES + 2))
def test_few_classes_are_all_kept(number: int) -> None:
    probabilities = np.linspace(0.9, 0.1, number).tolist()
    assert sorted(_found(probabilities)) == list(range(1, number))


def test_no_alternative_is_likelier_than_the_prediction() -> None:
    """Two classes at the maximum: the other one is as likely, and no more."""
    assert _found([0.7, 0.7], 0.5) == {1: 0.5}
    columns, values = alternatives(np.array([[0.2, 0.8]]), np.array([0]), np.array([0.5]))
    assert (columns.tolist(), values.tolist()) == ([[1]], [[0.5]])


@pytest.mark.parametrize("row", [[0.0] * 3, [np.nan] * 3, [0.0] * 7, [np.nan] * 7, [0.9, 0, 0]])
def test_rows_that_say_nothing_have_none(row: list[float]) -> None:
    with np.errstate(all="raise"):
        assert _found(row) == {}


def test_no_predictions_have_none() -> None:
    nothing = np.zeros(0, np.int64), np.zeros(0)
    for num_classes in (1, 3, 9):
        columns, values = alternatives(np.zeros((0, num_classes)), *nothing)
        assert len(columns) == len(values) == 0


def test_probabilities_may_be_of_any_type_and_stay_as_they_are() -> None:
    rows = np.array([[1, 2, 8]], np.uint8)
    columns, values = alternatives(rows, np.array([2]), np.array([0.8]))
    assert dict(zip(columns[0].tolist(), values[0].tolist(), strict=True)) == {0: 0.1, 1: 0.2}
    assert rows.tolist() == [[1, 2, 8]]
    half = np.array([[0.25, 0.5]], np.float16)
    alternatives(half, np.array([1]), np.array([0.8]))
    assert half.tolist() == [[0.25, 0.5]]


rows = st.integers(1, 9).flatmap(
    lambda number: st.lists(
        st.sampled_from([0.0, 0.1, 0.2, 0.2, 0.3, 0.9]), min_size=number, max_size=number
    )
)


@settings(deadline=None)
@given(rows, st.data())
def test_the_order_of_the_classes_does_not_matter(row: list[float], data: st.DataObject) -> None:
    own = int(np.argmax(row))
    order = data.draw(st.permutations(range(len(row))))

    def found(probabilities: FloatArray, own: int) -> dict[int, float]:
        columns, values = alternatives(probabilities[None], np.array([own]), np.array([0.7]))
        pairs = zip(columns[0].tolist(), values[0].tolist(), strict=True)
        return {column: value for column, value in pairs if value > 0}

    expected = found(np.array(row), own)
    other = found(np.array(row)[order], order.index(own))
    assert {order[column]: value for column, value in other.items()} == expected
    assert own not in expected


def test_predictions_get_them() -> None:
    predictions = Predictions(
        np.zeros((2, 4)), np.array([1, 0]), np.array([2]), confidence=np.array([0.9, 0.5])
    )
    found = with_alternatives(predictions, np.array([[0.3, 0.9], [0.5, 0.0]]))
    assert found.alternatives.tolist()[0] == [0]
    assert found.alternative_confidence.tolist() == [[pytest.approx(0.3)], [0]]
    assert found.confidence is predictions.confidence
