"""The Label quality panel beside the grid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import fiftyone.operators as foo

from odquality.app.colors import keep_kind_colors, restore_my_colors
from odquality.app.names import COMPUTE, PANEL
from odquality.app.panel import overview
from odquality.app.panel.clicks import PlotClicks
from odquality.app.panel.grid import show_crops, show_images
from odquality.app.panel.long_work import LongWork
from odquality.app.panel.parts import Buttons, say_refusals
from odquality.app.panel.place import MANY, Place, place_of
from odquality.app.panel.tabs import Tab, add_next_step
from odquality.bridge.review.decide import accept, dismiss, skip
from odquality.bridge.review.outcome import Outcome
from odquality.bridge.review.runs import run_states
from odquality.bridge.run.worst import worst_first
from odquality.bridge.store.moment import one_moment


class LabelQualityPanel(LongWork, PlotClicks):
    """Shows what a run suspects, and decides on it: one click or key a decision."""

    buttons = (
        "show", "choose_run", "accept", "dismiss", "skip", "undo", "edit", "count", "count_edits",
        "finish", "restore", "score", "worst", "crops", "accept_selected", "dismiss_selected",
        "accept_all",
    )  # fmt: skip
    unchanged_by = frozenset(
        {"finish", "restore", "score", "worst", *(f"click_{plot}" for plot in overview.PLOTS)}
    )

    @property
    def config(self) -> foo.PanelConfig:
        """What FiftyOne needs to know of the panel."""
        return foo.PanelConfig(
            name=PANEL,
            label="Label quality",
            icon="fact_check",
            surfaces="grid",
            category=foo.Categories.CURATE,
            help_markdown="Review and fix suspected label errors",
        )

    # Another dataset closes the panel, so that an `on_change_dataset` would only load it twice: the
    # App also calls it whenever the panel opens.
    @one_moment()
    def on_load(self, ctx: Any) -> None:
        """The panel was opened, or the page was loaded again."""
        keep_kind_colors(ctx, self.show_place(ctx, None))

    def show(self, ctx: Any) -> None:
        """Goes to a place."""
        self.show_place(ctx, place_of(ctx))

    @one_moment()
    def choose_run(self, ctx: Any) -> None:
        """Goes to another run."""
        keep_kind_colors(ctx, self.show_place(ctx, place_of(ctx)))

    def accept(self, ctx: Any) -> None:
        """Accepts the issue of the card."""
        self._decide(ctx, accept)

    def dismiss(self, ctx: Any) -> None:
        """Dismisses the issue of the card."""
        self._decide(ctx, dismiss)

    def skip(self, ctx: Any) -> None:
        """Puts the issue of the card aside."""
        self._decide(ctx, skip)

    def edit(self, ctx: Any) -> None:
        """Opens the image of the card where labels are edited by hand."""
        place = place_of(ctx)
        ctx.panel.set_state("editing", place.to_params())
        ctx.trigger("open_sample", {"id": place.sample_id, "mode": "annotate"})
        self.show_place(ctx, place)

    def on_change_current_sample(self, ctx: Any) -> None:
        """An image that was opened to be edited is closed: its card is looked at again."""
        place = Place.of_params(ctx.panel.state.get("editing") or {}, "")
        ctx.panel.set_state("editing", None)
        self.show_place(ctx, place.moved(issue_id=None))

    def execute(self, ctx: Any) -> Any:
        """An event. Images that are opened and closed otherwise change nothing here."""
        is_image = ctx.params.get("__method__") == self.on_change_current_sample.__name__
        if is_image and (ctx.current_sample or not ctx.panel.state.get("editing")):
            return None
        return super().execute(ctx)

    def finish(self, ctx: Any) -> None:
        """Shows in the grid what was decided."""
        ctx.ops.reload_dataset()

    def restore(self, ctx: Any) -> None:
        """Gives the boxes the colours that the user had."""
        restore_my_colors(ctx)

    def score(self, ctx: Any) -> None:
        """Opens the form that scores labels."""
        ctx.prompt(COMPUTE)

    def worst(self, ctx: Any) -> None:
        """Shows the worst images in the grid."""
        key = place_of(ctx).key
        show_images(ctx, key, worst_first(ctx.dataset, key))

    def crops(self, ctx: Any) -> None:
        """Shows the open issues of a kind, or of all, as crops in the grid."""
        place = place_of(ctx)
        show_crops(ctx, place.key, kind=place.kind, about=place.of_class)
        self.show_place(ctx, place.moved(tab=MANY))

    @one_moment()
    def show_place(
        self, ctx: Any, place: Place | None, *, num_edited: int | None = None
    ) -> str | None:
        """Prepares what `render` shows at a place; returns the run's key, None without a run."""
        buttons = Buttons(self.handlers())
        states = run_states(ctx.dataset)
        chosen = (
            None
            if place is None
            else next((state for state in states if state.key == place.key), None)
        )
        state = chosen or (states[0] if states else None)
        if state is None or not state.is_reviewable:
            ctx.label_quality = lambda panel: add_next_step(panel, buttons, ctx.dataset, state)
            return None
        if place is None or chosen is None:
            place = Place(state.key)
        clicks = {plot: getattr(self, f"click_{plot}") for plot in overview.PLOTS}
        tab = Tab(ctx, buttons, place, state, states, num_edited)
        ctx.label_quality = tab.prepared(clicks, uri=self.uri)
        return place.key

    def show_again(self, ctx: Any) -> None:
        """Shows the place of the event, or the overview of another run where its own is gone."""
        self.show_place(ctx, place_of(ctx))

    def _decide(self, ctx: Any, how: Callable[..., Outcome]) -> None:
        place = place_of(ctx)
        if place.issue_id is None:
            self.show_place(ctx, place)
            return
        outcome = how(ctx.dataset, place.key, place.issue_id)
        say_refusals(ctx, outcome)
        self.show_place(ctx, place.decided(outcome))
