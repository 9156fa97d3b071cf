"""Where labels that decisions removed go back: between the same ones as before.

A decision names the labels that were around its own, those among them that other decisions had
removed, so that neither the order in which all of these come back nor what else happens to the list
matters: positions would shift, and times do not tell which of two calls came first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from odquality.bridge.decisions.field import LABELS_AFTER, LABELS_BEFORE
from odquality.bridge.decisions.reading import standing

Document = dict[str, Any]

# A decision names this many on each side.
_NAMED = 64


def names_of(labels: Iterable[Mapping[str, Any]]) -> list[str]:
    """The ids of labels, by which decisions name them."""
    return [str(label.get("_id")) for label in labels]


def with_removed(labels: Iterable[Mapping[str, Any]], decisions: Iterable[Document]) -> list[str]:
    """Names of labels in order, with those that standing decisions removed in their places."""
    names = names_of(labels)
    for decision in standing(decisions):
        if _is_removal(decision) and (name := _name(decision)) not in names:
            names.insert(_place(decision, names), name)
    return names


def around(name: str, names: Sequence[str]) -> dict[str, list[str]]:
    """What a decision keeps of the labels around the one that it removes, the nearest first.

    Args:
        name: of the label.
        names: as `with_removed` gives them.
    """
    row = names.index(name)
    before, after = names[max(0, row - _NAMED) : row], names[row + 1 : row + 1 + _NAMED]
    return {LABELS_BEFORE: list(before[::-1]), LABELS_AFTER: list(after)}


def place_to_return(decision: Document, labels: Iterable[Mapping[str, Any]]) -> int:
    """The place at which the label that a decision removed goes back into the list as it is now."""
    return _place(decision, names_of(labels))


def _place(decision: Document, names: Sequence[str]) -> int:
    place = {name: row for row, name in enumerate(names)}
    for name in decision.get(LABELS_BEFORE) or ():
        if name in place:
            return place[name] + 1
    for name in decision.get(LABELS_AFTER) or ():
        if name in place:
            return place[name]
    # Nothing of what was around it is left, or an earlier version decided.
    noted = decision.get("label_place")
    return min(noted, len(names)) if isinstance(noted, int) and noted >= 0 else len(names)


def _is_removal(decision: Document) -> bool:
    return bool(decision.get("before")) and not decision.get("after")


def _name(decision: Document) -> str:
    return str(decision.get("label_id"))
