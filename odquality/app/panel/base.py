"""What the panels have in common."""

from __future__ import annotations

import logging
from abc import abstractmethod
from typing import Any, ClassVar

import fiftyone.operators as foo
import fiftyone.operators.types as types

from odquality.app.colors import settle_colors
from odquality.app.panel.parts import Handler
from odquality.app.script import add_colors, has_script
from odquality.bridge.review import learn

_LOGGER = logging.getLogger(__name__)


class ReviewPanel(foo.Panel):
    """A panel that draws itself anew only where an event changes what it shows.

    Attributes:
        buttons: names of the methods that its buttons call.
        unchanged_by: names of the methods after which it shows what it did before.
    """

    buttons: ClassVar[tuple[str, ...]]
    unchanged_by: ClassVar[frozenset[str]]

    def execute(self, ctx: Any) -> Any:
        """An event, which does not wait for what is learnt from decisions.

        What the page shows may be no more: its run may be deleted or renamed, or be another one.
        An error that reached the page would take the panel's place there, so it is told, and the
        panel shows what there is now.
        """
        name = ctx.params.get("__method__")
        is_unchanged = name in {self.settle_colors.__name__, *self.unchanged_by}
        with learn.in_background():
            try:
                return getattr(self, name)(ctx) if is_unchanged else super().execute(ctx)
            except ValueError as error:
                _LOGGER.info("%s failed", name, exc_info=error)
                ctx.ops.notify(str(error), variant="error")
                self.show_again(ctx)
                ctx.ops.show_panel_output(self.render(ctx))
        return None

    @abstractmethod
    def show_again(self, ctx: Any) -> None:
        """Prepares what `render` shows where the event came from."""

    def settle_colors(self, ctx: Any) -> None:
        """The page has its colours, perhaps by kind, or has others now."""
        settle_colors(ctx, has_kinds=bool(ctx.params.get("by_kind")))

    def handlers(self) -> dict[str, Handler]:
        """The methods of the buttons by name."""
        return {name: getattr(self, name) for name in self.buttons}

    def render(self, ctx: Any) -> types.Property:
        """What the event has left with the context as ``label_quality``."""
        panel = types.Object()
        shown = getattr(ctx, "label_quality", None)
        if shown is not None:
            shown(panel)
            if has_script():
                add_colors(panel, f"{self.uri}#{self.settle_colors.__name__}")
        view = types.GridView(orientation="vertical", gap=1, pad=2, align_x="left")
        return types.Property(panel, view=view)
