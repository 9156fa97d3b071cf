"""Parts that every tab of the panel is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import fiftyone.operators.types as types

from odquality.app.panel.place import Place

Handler = Callable[[Any], None]


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
        """
        row.btn(
            name,
            label=label,
            icon=icon,
            variant=variant,
            on_click=self._handlers[does or name],
            params=place.to_params(),
            componentsProps={"button": {"data-cy": f"label-quality-{name}"}},
        )


def markdown(panel: types.Object, name: str, text: str) -> None:
    """A text."""
    panel.md(text, name=name)
