"""The table of the kinds of error."""

from __future__ import annotations

from odquality.kinds import BY_NAME, KINDS, LABEL_KINDS, OVERLOOKED


def test_kinds_are_told_apart_by_name_and_title() -> None:
    assert len({kind.title for kind in BY_NAME.values()}) == len(KINDS) == 5
    assert (OVERLOOKED, *LABEL_KINDS) == KINDS


def test_every_kind_asks_a_question() -> None:
    assert [kind.name for kind in BY_NAME.values() if kind.question.endswith("?")] == list(KINDS)


def test_every_kind_has_its_remedy() -> None:
    assert {kind.name: kind.action for kind in BY_NAME.values()} == {
        "overlooked": "add",
        "swap": "relabel",
        "badloc": "move",
        "spurious": "remove",
        "duplicate": "remove",
    }
