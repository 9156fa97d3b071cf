"""The table of the kinds of error."""

from __future__ import annotations

from odquality.kinds import BY_NAME, KINDS, LABEL_KINDS, OVERLOOKED


def test_kinds_are_told_apart_by_name_and_title() -> None:
    assert len({kind.title for kind in BY_NAME.values()}) == len(KINDS) == 5
    assert (OVERLOOKED, *LABEL_KINDS) == KINDS


def test_every_kind_asks_a_question_and_has_a_remedy() -> None:
    for kind in BY_NAME.values():
        assert kind.question.endswith("?")
        assert kind.action in ("add", "relabel", "move", "remove")
