"""Places for texts."""

from __future__ import annotations

from odquality.drawing.places import Places


def test_a_text_stands_above_its_box() -> None:
    assert Places(100, 100).take((20, 40, 60, 80), (30, 10)) == (20, 30, 50, 40)


def test_a_text_stays_in_the_picture() -> None:
    assert Places(100, 100).take((80, -5, 120, 50), (30, 10)) == (69, 0, 99, 10)


def test_the_second_of_two_texts_finds_another_place() -> None:
    places = Places(100, 100)
    box = (20.0, 40.0, 60.0, 80.0)
    assert places.take(box, (30, 10)) == (20, 30, 50, 40)
    assert places.take(box, (30, 10)) == (20, 80, 50, 90)


def test_where_there_is_no_room_only_what_must_is_written() -> None:
    places = Places(40, 12)
    box = (0.0, 0.0, 40.0, 12.0)
    assert places.take(box, (30, 10)) is not None
    assert places.take(box, (30, 10)) is None
    assert places.take(box, (30, 10), must=True) is not None


def test_a_box_that_is_not_in_the_picture_has_no_text() -> None:
    assert Places(100, 100).take((200, 40, 260, 80), (30, 10), must=True) is None
