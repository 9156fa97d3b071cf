"""How often values lie between edges."""

from __future__ import annotations

import numpy as np
import pytest

from odquality.summaries.histogram import (
    COUNT_EDGES,
    Histogram,
    bin_of,
    count_bins,
    count_bins_by,
    image_numbers,
)

EDGES = (0.0, 0.1, 0.5, 1.0)


def test_a_bin_begins_with_its_lower_edge() -> None:
    values = np.array([0.0, 0.0999, 0.1, 0.49, 0.5, 1.0])
    assert bin_of(values, EDGES).tolist() == [0, 0, 1, 1, 2, 2]


def test_values_beyond_the_edges_are_in_the_outermost_bins() -> None:
    assert bin_of(np.array([-3.0, 7.0]), EDGES).tolist() == [0, 2]


def test_bins_are_counted() -> None:
    bins = np.array([2, 0, 2])
    assert count_bins(bins, EDGES) == (1, 0, 2)
    assert count_bins(bins[:0], EDGES) == (0, 0, 0)
    assert count_bins_by(np.array([7, 3, 3]), bins, EDGES) == {3: (1, 0, 1), 7: (0, 0, 1)}
    assert count_bins_by(bins[:0], bins[:0], EDGES) == {}


def test_single_numbers_of_boxes_have_bins_of_their_own() -> None:
    numbers = np.arange(11.0)
    assert bin_of(numbers, COUNT_EDGES).tolist() == numbers.tolist()


@pytest.mark.parametrize(
    ("counts", "lines"),
    [
        ({"cat": (0, 1200, 0)}, ["Sizes", "               cat", "  0.1 to 0.5  1,200"]),
        ({"cat": (0, 0, 0)}, ["Sizes", "  cat"]),
        ({}, ["Sizes", ""]),
    ],
)
def test_it_is_printed_without_what_is_empty_at_its_ends(
    counts: dict[str, tuple[int, ...]], lines: list[str]
) -> None:
    printed = str(Histogram("Sizes", EDGES, counts)).splitlines()
    assert [line.strip() for line in printed] == [line.strip() for line in lines]


def test_many_names_stand_one_below_the_other() -> None:
    counts = {f"class {number}": (number, 1, 0) for number in range(7)}
    lines = str(Histogram("Sizes", EDGES, counts)).splitlines()
    assert lines[1].split() == ["0", "to", "0.1", "0.1", "to", "0.5"]
    assert lines[-1].split() == ["class", "6", "6", "1"]


def test_whole_numbers_are_printed_as_such() -> None:
    counts = count_bins(bin_of(np.array([9.0, 12.0]), COUNT_EDGES), COUNT_EDGES)
    lines = str(image_numbers({"labels": counts})).splitlines()
    assert [line.split() for line in lines[2:]] == [["9", "1"], ["10", "to", "14", "1"]]
