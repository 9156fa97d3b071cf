"""The open issues of the image that is open, each with its decisions."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from odquality.app.modal.open_image import OpenImage
from odquality.app.modal.refresh import add_refresh, has_script, show_as_new
from odquality.app.names import MODAL_PANEL
from odquality.app.operators.output import escape
from odquality.app.panel.parts import Buttons, Handler, markdown
from odquality.app.panel.place import Place
from odquality.bridge.review.decide import accept, dismiss, note_edits
from odquality.bridge.review.history import undo
from odquality.bridge.review.issue import ReviewIssue
from odquality.bridge.review.listing import issues_of
from odquality.bridge.review.outcome import Outcome
from odquality.bridge.review.runs import run_states


class LabelQualityModal(foo.Panel):
    """Decides on what is suspected of the open image, which shows the boxes."""

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

    def on_load(self, ctx: Any) -> None:
        """The panel was opened."""
        self._show(ctx, None)

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
        """Takes back what was decided here last."""
        place = Place.of_params(ctx.params, "")
        if not place.batches:
            ctx.ops.notify("There is nothing to undo on this image", variant="info")
            self._show(ctx, place)
            return
        outcome = undo(ctx.dataset, place.key, batch=place.batches[-1])
        self._after(ctx, place.moved(batches=place.batches[:-1]), outcome)

    def edited(self, ctx: Any) -> None:
        """Counts as decided what was edited by hand."""
        place, image = Place.of_params(ctx.params, ""), OpenImage.of(ctx)
        if image is None:
            self._show(ctx, place)
            return
        outcome = note_edits(ctx.dataset, place.key, sample_ids=image.sample_id)
        self._after(ctx, place.decided(outcome.batch), outcome)

    def refresh(self, ctx: Any) -> None:
        """Shows the image as it is now, where the page could not do so by itself."""
        show_as_new(ctx)
        self._show(ctx, Place.of_params(ctx.params, ""))

    def next(self, ctx: Any) -> None:
        """Opens the next image with open issues."""
        place, image = Place.of_params(ctx.params, ""), OpenImage.of(ctx)
        following = None if image is None else image.following(ctx.dataset, place.key)
        if following is None:
            ctx.ops.notify("No other image of this view has open issues", variant="info")
            self._show(ctx, place)
            return
        ctx.ops.open_sample(id=following)

    def render(self, ctx: Any) -> types.Property:
        """What `_show` has left with the context."""
        panel = types.Object()
        shown = getattr(ctx, "label_quality", None)
        if shown is not None:
            shown(panel)
        return types.Property(panel, view=types.GridView(orientation="vertical", gap=1, pad=2))

    def _show(self, ctx: Any, place: Place | None, *, is_changed: bool = False) -> None:
        states = [state for state in run_states(ctx.dataset) if state.is_reviewable]
        image = OpenImage.of(ctx)
        if not states or image is None:
            said = "The labels have not been scored, or are being scored right now."
            ctx.label_quality = lambda panel: markdown(panel, "note", said)
            return
        here = Place(states[0].key) if place is None or not place.key else place
        issues = issues_of(ctx.dataset, here.key, image.sample_id)
        handlers: dict[str, Handler] = {
            name: getattr(self, name)
            for name in ("accept", "dismiss", "undo", "edited", "refresh", "next")
        }

        def fill(panel: types.Object) -> None:
            _fill(panel, Buttons(handlers), here, issues)
            if is_changed and has_script():
                add_refresh(panel, ctx.dataset, image)

        ctx.label_quality = fill

    def _decide(self, ctx: Any, how: Any) -> None:
        place = Place.of_params(ctx.params, "")
        outcome = how(ctx.dataset, place.key, place.issue_id)
        self._after(ctx, place.decided(outcome.batch), outcome)

    def _after(self, ctx: Any, place: Place, outcome: Outcome) -> None:
        for reason in dict.fromkeys(refusal.reason for refusal in outcome.refused):
            ctx.ops.notify(f"Not done: {reason}", variant="warning")
        if outcome.done and not has_script():
            show_as_new(ctx)
        self._show(ctx, place, is_changed=bool(outcome.done))


def _fill(panel: types.Object, buttons: Buttons, place: Place, issues: list[ReviewIssue]) -> None:
    row = panel.h_stack("besides", gap=1)
    buttons.add(row, "next", "Next image", "skip_next", place, variant="contained")
    buttons.add(row, "undo", "Undo", "undo", place)
    buttons.add(row, "edited", "I have edited it", "done", place)
    if not issues:
        markdown(panel, "says", "**No open issues on this image.**")
    for number, issue in enumerate(issues):
        text = f"**{issue.title}** {issue.probability:.0%}: {escape(issue.evidence)}"
        markdown(panel, f"says{number}", text)
        row = panel.h_stack(f"decide{number}", gap=1)
        there = place.moved(issue_id=issue.id)
        buttons.add(row, f"accept{number}", "Accept", "check", there, does="accept")
        buttons.add(row, f"dismiss{number}", "Dismiss", "close", there, does="dismiss")
    row = panel.h_stack("page", gap=1)
    buttons.add(row, "refresh", "Refresh the image", "refresh", place)
