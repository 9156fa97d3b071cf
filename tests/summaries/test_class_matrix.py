"""How often one class stands for another."""

from __future__ import annotations

from odquality.summaries.class_matrix import ClassMatrix, swap_matrix

MATRIX = ClassMatrix.of("Title", {("dog", "cat"): 3, ("cat", "cat"): 9, ("cat", "bird"): 1200})


def test_it_has_the_classes_that_occur() -> None:
    assert MATRIX.names == ("bird", "cat", "dog")
    assert MATRIX.counts == ((0, 0, 0), (1200, 9, 0), (0, 3, 0))


def test_pairs_differ_and_the_most_frequent_comes_first() -> None:
    assert MATRIX.pairs() == [("cat", "bird", 1200), ("dog", "cat", 3)]


def test_it_is_printed_as_a_square() -> None:
    assert str(MATRIX).splitlines() == [
        "Title",
        "         bird  cat  dog",
        "  bird      .    .    .",
        "  cat   1,200    9    .",
        "  dog       .    3    .",
    ]


def test_many_classes_are_printed_pair_by_pair() -> None:
    counts = {(f"class {number}", "cat"): number for number in range(1, 20)}
    lines = str(swap_matrix(counts)).splitlines()
    assert len(lines) == 13
    assert lines[1].split() == ["class", "19", "->", "cat", "19"]


def test_nothing_is_printed_as_none() -> None:
    assert str(ClassMatrix.of("Title", {})) == "Title: none"
