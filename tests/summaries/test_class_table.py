"""What there is of each class."""

from __future__ import annotations

from odquality.summaries.class_table import ClassRow, ClassTable

CAT = ClassRow("cat", 2, errors={"swap": 1})
DOG = ClassRow("dog", 1500, predictions=3, quality=0.5, errors={"overlooked": 2, "swap": 2})
BIRD = ClassRow("bird", 2)


def test_the_class_with_the_most_labels_comes_first() -> None:
    assert ClassTable.of([CAT, DOG, BIRD]).rows == (DOG, BIRD, CAT)


def test_or_the_one_with_the_most_errors() -> None:
    assert ClassTable.of([BIRD, CAT, DOG]).worst_first() == (DOG, CAT, BIRD)


def test_it_is_printed_with_what_is_known() -> None:
    assert str(ClassTable.of([CAT, DOG])).splitlines() == [
        "Classes, with suspected errors by kind",
        "       labels  predictions  quality  Missing  Wrong class",
        "  dog   1,500            3    0.500        2            2",
        "  cat       2                              0            1",
    ]
    assert str(ClassTable.of([BIRD])).splitlines() == [
        "Classes",
        "        labels",
        "  bird       2",
    ]
    assert str(ClassTable.of([])).splitlines() == ["Classes", "    labels"]
