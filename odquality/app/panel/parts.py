"""Parts that every tab of the panel is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import fiftyone.operators.types as types

from odquality.app.operators.output import escape
from odquality.app.panel.place import Place
from odquality.bridge.review.outcome import Outcome
from odquality.kinds import BY_NAME

Handler = Callable[[Any], None]
Item = TypeVar("Item")

# A narrow panel has room for this many buttons.
SIDE_BY_SIDE = 3

# Milliseconds after which a page surely shows what it was sent.
_UNTIL_SHOWN = 100


class Buttons:
    """Makes buttons that carry the place along.

    Args:
        handlers: what buttons do, by name.
    """

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers

    def add(
        self,
        row: types.Object,
        name: str,
        label: str,
        icon: str | None,
        place: Place,
        *,
        does: str | None = None,
        variant: str | None = None,
        color: str | None = None,
    ) -> None:
        """Adds a button.

        Args:
            row: to which it is added; three fit side by side in a narrow panel.
            name: of the button, by which tests find it.
            label: on it.
            icon: on it, one of Material's.
            place: that it carries.
            does: name of its handler; its own name if None.
            variant: ``contained`` or ``outlined``, plain if None.
            color: of its edge, such as the colour of a kind of error.
        """
        look = {} if color is None else {"sx": {"borderLeft": f"6px solid {color}"}}
        row.btn(
            name,
            label=label,
            icon=icon,
            variant=variant,
            on_click=self._handlers[does or name],
            params=place.to_params(),
            componentsProps={"button": {"data-cy": f"label-quality-{name}", **look}},
        )


def add_kinds(
    panel: types.Object, buttons: Buttons, place: Place, counts: Mapping[str, int], *, does: str
) -> None:
    """A button for each kind that has open issues, in its colour.

    Args:
        panel: to which they are added.
        buttons: make them.
        place: that they carry, with their kind.
        counts: how many issues of each kind are open.
        does: name of their handler.
    """
    kinds = [BY_NAME[name] for name, number in counts.items() if number]
    for row, kind in in_rows(panel, "kinds", kinds):
        label = f"{kind.title} {counts[kind.name]:,}"
        there, name = place.moved(kind=kind.name), f"{does}_{kind.name}"
        buttons.add(row, name, label, None, there, does=does, color=kind.color)


def narrowed_to(place: Place) -> str:
    """Which issues are looked at, for people; empty for all."""
    kind = "" if place.kind is None else f"“{BY_NAME[place.kind].title}”"
    of_class = "" if place.of_class is None else f"of class “{escape(place.of_class)}”"
    return " ".join(filter(None, (kind, of_class)))


def in_rows(panel: types.Object, name: str, items: Sequence[Item]) -> Iterator[tuple[Any, Item]]:
    """Items with the rows to add them to: as many in each as a narrow panel has room for."""
    for start in range(0, len(items), SIDE_BY_SIDE):
        row = panel.h_stack(f"{name}{start}", gap=1)
        for item in items[start : start + SIDE_BY_SIDE]:
            yield row, item


def say_refusals(ctx: Any, outcome: Outcome) -> None:
    """Tells why something was not done, each reason once."""
    for reason in dict.fromkeys(refusal.reason for refusal in outcome.refused):
        ctx.ops.notify(f"Not done: {reason}", variant="warning")


def say_edits(ctx: Any, outcome: Outcome) -> None:
    """Tells what was found to be settled by hand."""
    number = len(outcome.done)
    which = "1 issue was" if number == 1 else f"{number:,} issues were"
    ctx.ops.notify(f"{which} settled by hand, which counts as a decision", variant="success")


def add_wait(panel: types.Object, says: str, calls: str, place: Place) -> None:
    """What is waited for. It begins once the page shows this, and what comes of it replaces this.

    Args:
        panel: to which it is added.
        says: what is waited for.
        calls: the URI of the panel's method that does it.
        place: that this gets.
    """
    markdown(panel, "waits_for", says)
    begin = types.TimerView(timeout=_UNTIL_SHOWN, on_timeout=calls, params=place.to_params())
    panel.view("begin", begin)


def markdown(panel: types.Object, name: str, text: str) -> None:
    """A text."""
    panel.md(text, name=name)
