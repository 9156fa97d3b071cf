"""The table of the kinds of error."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from odquality.kinds import (
    ANY,
    BY_NAME,
    KINDS,
    LABEL_KINDS,
    OVERLOOKED,
    in_order,
    label_of,
    with_total,
)

ROOT = Path(__file__).parents[1]

# What people without one sort of cones see, as matrices on linear RGB (Machado et al. 2009).
EYES = {
    "all": np.eye(3),
    "no red": np.array(
        [[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]]
    ),
    "no green": np.array(
        [[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]]
    ),
    "no blue": np.array(
        [[1.2555, -0.0767, -0.1788], [-0.0784, 0.9308, 0.1476], [0.0047, 0.6914, 0.3039]]
    ),
}
# From linear RGB to OKLab, in which distances are what people see (Ottosson 2020).
TO_CONES = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]])
TO_LAB = np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])


def linear(color: str) -> np.ndarray:
    """Linear RGB of ``#rrggbb``."""
    values = np.array([int(color[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(color: str, background: str) -> float:
    """The ratio of WCAG 2, from 1 to 21."""
    dark, light = sorted(linear(one) @ [0.2126, 0.7152, 0.0722] for one in (color, background))
    return (light + 0.05) / (dark + 0.05)


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


@pytest.mark.parametrize("background", ["#ffffff", "#262626"])
def test_colors_stand_out_on_light_and_dark(background: str) -> None:
    assert min(contrast(kind.color, background) for kind in BY_NAME.values()) >= 3


@pytest.mark.parametrize("eyes", EYES)
def test_everybody_tells_the_colors_apart(eyes: str) -> None:
    seen = [np.clip(EYES[eyes] @ linear(kind.color), 0, 1) for kind in BY_NAME.values()]
    points = [TO_LAB @ np.cbrt(TO_CONES @ one) for one in seen]
    # A just noticeable difference is about .02.
    assert min(np.linalg.norm(one - other) for one, other in combinations(points, 2)) > 0.1


def test_the_total_goes_first_and_is_none_of_nothing() -> None:
    assert list(with_total({"swap": 1.5, "badloc": 2.0}).items()) == [
        (ANY, 3.5),
        ("swap", 1.5),
        ("badloc", 2.0),
    ]
    of_images = with_total({"swap": np.array([1.0, 0.0]), "badloc": np.array([0.5, 2.0])})
    assert of_images[ANY].tolist() == [1.5, 2.0]
    assert with_total({}) == {}
