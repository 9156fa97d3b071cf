"""The table of the kinds of error."""

from __future__ import annotations

from pathlib import Path

from odquality.kinds import BY_NAME, KINDS, LABEL_KINDS, OVERLOOKED, in_order, label_of

ROOT = Path(__file__).parents[1]


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


def test_people_read_titles_with_names() -> None:
    assert label_of("badloc") == BY_NAME["badloc"].label == "Wrong box (badloc)"
    assert label_of("quality") == "quality"


def test_kinds_have_an_order_and_other_names_come_last() -> None:
    assert in_order(["quality", "duplicate", "another", "swap"]) == [
        *("swap", "duplicate"),
        *("another", "quality"),
    ]


def test_the_documents_tell_the_same_table() -> None:
    lines = (ROOT / "docs" / "method.md").read_text().splitlines()
    start = lines.index("| kind | title | question | what mends it |")
    rows = [
        f"| {kind.name} | {kind.title} | {kind.question} | {kind.action} |"
        for kind in BY_NAME.values()
    ]
    assert lines[start + 2 : start + 2 + len(rows) + 1] == [*rows, ""]
