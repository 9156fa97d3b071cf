"""Rows become columns piece by piece, and none is lost between the pieces."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.arrays.columns import (
    PIECE_NUMBERS,
    first_equal,
    iter_columns,
    join_columns,
    largest_and_range,
)

WIDTH = 7


def pieces(arrays: list[np.ndarray]) -> list[np.ndarray]:
    counts = np.array([len(array) for array in arrays])
    found = []
    for piece in iter_columns(arrays, counts, WIDTH):
        assert piece.flags.c_contiguous
        found.append(piece.copy())
    return found


def rows(number: int, dtype: type = np.float64) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 100, (number, WIDTH)).astype(dtype)


def test_columns_of_all_rows() -> None:
    arrays = [rows(number) for number in [0, 18_000, 1, 0, 8_000, 16_000, 60_000, 0]]
    found = pieces(arrays)
    assert len(found) > 3
    np.testing.assert_array_equal(np.concatenate(found, axis=1), np.concatenate(arrays).T)


def test_pieces_are_small_unless_an_array_is_large() -> None:
    sizes = [piece.size for piece in pieces([rows(100) for _ in range(1_000)])]
    assert max(sizes) < 1.1 * PIECE_NUMBERS
    assert len(pieces([rows(PIECE_NUMBERS)])) == 1


@pytest.mark.parametrize(
    ("dtypes", "expected"),
    [((np.float32, np.float32), np.float32), ((np.float32, np.int64, np.float64), np.float64)],
)
def test_types_that_differ(dtypes: tuple[type, ...], expected: type) -> None:
    arrays = [rows(5, dtype) for dtype in dtypes]
    (found,) = pieces(arrays)
    assert found.dtype == expected
    np.testing.assert_array_equal(found, np.concatenate(arrays).T)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int64, bool])
def test_joined_columns_are_those_of_all_rows(dtype: type) -> None:
    arrays = [rows(0), rows(3, dtype), np.zeros((0, 2), "U1"), rows(1, dtype), rows(0)]
    joined = join_columns(arrays, WIDTH)
    assert joined is not None
    columns, counts = joined
    assert counts.tolist() == [0, 3, 0, 1, 0]
    assert columns.dtype == np.float64
    assert columns.flags.c_contiguous
    np.testing.assert_array_equal(columns, np.concatenate([arrays[1], arrays[3]]).T)


@pytest.mark.parametrize(
    "wrong",
    [
        *(rows(2).astype(dtype) for dtype in (complex, object, "U9")),
        *(rows(2).astype("i8").astype(dtype) for dtype in ("M8[s]", "m8[s]")),
        *(
            rows(2)[:, 1:],
            rows(2)[0],
            rows(2)[None],
            np.float64(1),
            np.array(1.0),
            np.zeros((2, 0)),
        ),
        *([], "", None, rows(2).tolist(), rows(2).view(np.ma.MaskedArray)),
    ],
    ids=repr,
)
def test_nothing_else_than_arrays_of_rows_is_joined(wrong: object) -> None:
    assert join_columns([rows(2), wrong], WIDTH) is None
    assert join_columns([wrong], WIDTH) is None


@pytest.mark.parametrize("arrays", [[], [rows(0)]])
def test_no_rows_are_not_joined(arrays: list[np.ndarray]) -> None:
    assert join_columns(arrays, WIDTH) is None


@pytest.mark.parametrize("number", [1, 2, 20, 255, 256, 300])
def test_first_of_equal_columns(number: int) -> None:
    columns = np.random.default_rng(number).integers(0, 4, (number, 500)).astype(float)
    largest = columns.max(axis=0)
    assert first_equal(columns, largest).tolist() == columns.argmax(axis=0).tolist()


def test_rows_without_the_value_have_no_column() -> None:
    columns = np.array([[1.0, np.nan], [2.0, 0.5]])
    assert first_equal(columns, columns.max(axis=0)).tolist() == [1, 2]
    assert first_equal(columns, np.array([3.0, 0.5])).tolist() == [2, 1]


def test_no_rows() -> None:
    assert first_equal(np.zeros((3, 0)), np.zeros(0)).shape == (0,)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int64, np.uint8, bool])
@pytest.mark.parametrize("least", [-3, 0, 2])
def test_largest_of_each_row_and_range_of_all(dtype: type, least: int) -> None:
    columns = np.random.default_rng(0).integers(least, 9, (4, 60)).astype(dtype)
    columns[:, :2] = [[0], [0], [0], [1]]
    largest, lowest, highest = largest_and_range(columns)
    assert highest == columns.max()
    assert largest.dtype == columns.dtype
    assert largest.tolist() == columns.max(axis=0).tolist()
    assert lowest == min(0.0, float(columns.min()))


@pytest.mark.parametrize("value", [np.nan, -np.nan, -0.0, -np.inf, np.inf, -1e-300])
def test_values_that_are_no_probabilities_show(value: float) -> None:
    columns = np.full((3, 4), 0.5)
    columns[1, 2] = value
    largest, lowest, highest = largest_and_range(columns)
    np.testing.assert_array_equal(largest, columns.max(axis=0))
    np.testing.assert_array_equal(highest, columns.max())
    assert np.isnan(value) or lowest == min(value, 0.0)
    assert [len(one) for one in (largest_and_range(columns[:, :0])[0], largest)] == [0, 4]
