"""The open issues of the image that is open, each with its decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from odquality.app.colors import keep_kind_colors
from odquality.app.modal.open_image import OpenImage
from odquality.app.modal.parts import fill_panel
from odquality.app.modal.refresh import show_as_new
from odquality.app.names import MODAL_PANEL
from odquality.app.panel.base import ReviewPanel
from odquality.app.panel.parts import Buttons, markdown, say_refusals
from odquality.app.panel.place import Place, place_of
from odquality.app.script import add_beside, add_refresh, has_script
from odquality.bridge.review.decide import accept, dismiss, note_edits
from odquality.bridge.review.history import undo
from odquality.bridge.review.outcome import Outcome
from odquality.bridge.review.runs import run_states, run_to_review
from odquality.bridge.store.moment import one_moment

_NOT_SCORED = "The labels have not been scored: **Compute label quality**, above the grid, does it."


class LabelQualityModal(ReviewPanel):
    """Decides on what is suspected of the open image, which shows the boxes."""

    buttons = ("accept", "dismiss", "undo", "take_back", "edited", "refresh", "next")
    unchanged_by = frozenset({"on_change_dataset"})

    @property
    def config(self) -> foo.PanelConfig:
        """What FiftyOne needs to know of the panel."""
        return foo.PanelConfig(
            name=MODAL_PANEL,
            label="Label quality",
            icon="fact_check",
            surfaces="modal",
            help_markdown="Review what is suspected of this image",
        )

    @one_moment()
    def on_load(self, ctx: Any) -> None:
        """The panel was opened; in a page that is being loaded its image may come later."""
        keep_kind_colors(ctx, self._show(ctx, None))

    @one_moment()
    def on_change_dataset(self, ctx: Any) -> None:
        """An image was opened, perhaps of another dataset.

        Another dataset has colours of its own, and the App loads the panel only once in a page.
        """
        keep_kind_colors(ctx, run_to_review(ctx.dataset))

    def on_change_current_sample(self, ctx: Any) -> None:
        """Another image was opened."""
        self._show(ctx, None)

    def accept(self, ctx: Any) -> None:
        """Accepts an issue."""
        self._decide(ctx, accept)

    def dismiss(self, ctx: Any) -> None:
        """Dismisses an issue."""
        self._decide(ctx, dismiss)

    def undo(self, ctx: Any) -> None:
        """Takes back what was decided on this image last."""
        place, image = place_of(ctx), OpenImage.of(ctx)
        latest = [] if image is None else image.decided_last(ctx.dataset, place.key)
        if not latest:
            ctx.ops.notify("There is nothing to undo on this image", variant="info")
            self._show(ctx, place)
            return
        self._after(ctx, place, undo(ctx.dataset, place.key, issues=latest))

    def take_back(self, ctx: Any) -> None:
        """Takes back one decision on this image, whoever made it and whenever."""
        place = place_of(ctx)
        outcome = undo(ctx.dataset, place.key, issues=place.issue_id)
        self._after(ctx, place, outcome)

    def edited(self, ctx: Any) -> None:
        """Counts as decided what was edited by hand."""
        place, image = place_of(ctx), OpenImage.of(ctx)
        if image is None:
            self._show(ctx, place)
            return
        outcome = note_edits(ctx.dataset, place.key, sample_ids=image.sample_id)
        self._after(ctx, place, outcome)

    def refresh(self, ctx: Any) -> None:
        """Shows the image as it is now, where the page could not do so by itself."""
        show_as_new(ctx)
        self._show(ctx, place_of(ctx))

    def next(self, ctx: Any) -> None:
        """Opens the next image with open issues."""
        place, image = place_of(ctx), OpenImage.of(ctx)
        following = None if image is None else image.following(place.key)
        if following is None:
            ctx.ops.notify("No other image of this view has open issues", variant="info")
            self._show(ctx, place)
            return
        ctx.ops.open_sample(id=following)

    @one_moment()
    def _show(self, ctx: Any, place: Place | None) -> str | None:
        """Prepares what `render` shows; returns the run's key, None without a run."""
        states = run_states(ctx.dataset)
        keys = [state.key for state in states if state.is_reviewable]
        if not keys:
            said = states[0].note if states else _NOT_SCORED
            ctx.label_quality = lambda panel: markdown(panel, "note", said)
            return None
        # The run of the page may be deleted or renamed by now.
        here = Place(keys[0]) if place is None or place.key not in keys else place
        image = OpenImage.of(ctx)
        if image is None:
            ctx.label_quality = lambda panel: markdown(panel, "note", "No image is open yet.")
            return here.key
        issues = image.issues(ctx.dataset, here.key)

        def fill(panel: types.Object) -> None:
            fill_panel(panel, Buttons(self.handlers()), here, issues)
            if not has_script():
                return
            add_beside(panel)
            add_refresh(panel, image.documents(ctx.dataset))

        ctx.label_quality = fill
        return here.key

    def show_again(self, ctx: Any) -> None:
        """Shows the image that is open."""
        self._show(ctx, place_of(ctx))

    def _decide(self, ctx: Any, how: Callable[..., Outcome]) -> None:
        place = place_of(ctx)
        outcome = how(ctx.dataset, place.key, place.issue_id)
        self._after(ctx, place, outcome)

    def _after(self, ctx: Any, place: Place, outcome: Outcome) -> None:
        say_refusals(ctx, outcome)
        if outcome.done and not has_script():
            show_as_new(ctx)
        self._show(ctx, place)
