"""The kinds of label error: the one table that forms, fields, reports and documents read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TypeVar

Summand = TypeVar("Summand")


@dataclass(frozen=True)
class Kind:
    """A kind of label error.

    Attributes:
        name: by which fields, arguments and results know it.
        title: in plain words, for people.
        question: what one asks of a box to find out; yes means that the label is wrong.
        action: what mends it: ``add``, ``relabel``, ``move`` or ``remove`` a label.
        certainty: completes "how likely ..." for a score, of which 1 means that nothing is wrong.
        color: ``#rrggbb`` wherever the kind is drawn. Colour-blind people tell the kinds apart by
            it, and it stands out on white and on dark grey.
        boxes: on how many boxes one error shows.
    """

    name: str
    title: str
    question: str
    action: str
    certainty: str
    color: str
    boxes: int = 1

    @property
    def label(self) -> str:
        """The title with the name, for columns and tables: ``Wrong box (badloc)``."""
        return f"{self.title} ({self.name})"


# Stands for an error of whatever kind.
ANY = "any"

# An object without a label. The detector's prediction shows it, so its score is a prediction's.
OVERLOOKED = "overlooked"

# A label of another class than its object.
SWAP = "swap"

# A label whose box fits its object badly.
BADLOC = "badloc"

# A label where there is nothing of its class.
SPURIOUS = "spurious"

# An object with two labels. Which is one too many may be a matter of taste: it shows on both.
DUPLICATE = "duplicate"

BY_NAME: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            OVERLOOKED,
            title="Missing",
            question="Is there an object that has no label?",
            action="add",
            certainty="no object lacks a label",
            color="#00a5a5",
        ),
        Kind(
            SWAP,
            title="Wrong class",
            question="Is the object of another class?",
            action="relabel",
            certainty="the class is right",
            color="#d22dff",
        ),
        Kind(
            BADLOC,
            title="Wrong box",
            question="Does the box fit the object badly?",
            action="move",
            certainty="the box is in the right place",
            color="#e17800",
        ),
        Kind(
            SPURIOUS,
            title="No object",
            question="Is there nothing of this class at all?",
            action="remove",
            certainty="there is an object",
            color="#d22d4b",
        ),
        Kind(
            DUPLICATE,
            title="Duplicate",
            question="Does the object have another label already?",
            action="remove",
            certainty="the object is labelled once",
            color="#0078a5",
            # On the label that is one too many, and on the one that it repeats.
            boxes=2,
        ),
    )
}

KINDS = tuple(BY_NAME)

# A label of the wrong class, in the wrong place, on nothing, or on an object that has one already.
LABEL_KINDS = tuple(name for name in KINDS if name != OVERLOOKED)


def label_of(name: str) -> str:
    """A kind as people read it; any other name, ``quality`` for one, stands for itself."""
    return BY_NAME[name].label if name in BY_NAME else name


def in_order(names: Iterable[str]) -> list[str]:
    """Names in the order of the table; what is no kind comes last, by the alphabet."""
    ranks = {name: rank for rank, name in enumerate(KINDS)}
    return sorted(names, key=lambda name: (ranks.get(name, len(ranks)), name))


def with_total(numbers: Mapping[str, Summand]) -> dict[str, Summand]:
    """Numbers by kind, or arrays of them, and their sum as ``any``; empty if there are none."""
    return {ANY: reduce(add, numbers.values()), **numbers} if numbers else {}
