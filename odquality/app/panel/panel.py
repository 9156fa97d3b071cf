"""The Label quality panel beside the grid."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo

from odquality.app.colors import keep_kind_colors, restore_my_colors
from odquality.app.names import COMPUTE, PANEL
from odquality.app.panel import overview
from odquality.app.panel.base import ReviewPanel
from odquality.app.panel.grid import show_crops, show_images
from odquality.app.panel.parts import Buttons, say_edits, say_refusals
from odquality.app.panel.place import MANY, Place
from odquality.app.panel.tabs import Tab, add_next_step
from odquality.bridge.review.bulk import preview_accept_all
from odquality.bridge.review.decide import accept, dismiss, note_edits, skip
from odquality.bridge.review.history import undo
from odquality.bridge.review.outcome import Outcome
from odquality.bridge.review.runs import run_states
from odquality.bridge.review.stale import edited_issues
from odquality.bridge.review.views import images_between, selected_issues
from odquality.bridge.run.worst import worst_first
from odquality.summaries.histogram import AREA_EDGES, SCORE_EDGES


class LabelQualityPanel(ReviewPanel):
    """Shows what a run suspects, and decides on it: one click or key a decision."""

    buttons = (
        "show", "choose_run", "accept", "dismiss", "skip", "undo", "edit", "count_edits", "finish",
        "restore", "score", "worst", "crops", "accept_selected", "dismiss_selected", "accept_all",
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
    def on_load(self, ctx: Any) -> None:
        """The panel was opened, or the page was loaded again."""
        keep_kind_colors(ctx, self._show(ctx, None))

    def show(self, ctx: Any) -> None:
        """Goes to a place."""
        self._show(ctx, self._place(ctx))

    def choose_run(self, ctx: Any) -> None:
        """Goes to another run."""
        keep_kind_colors(ctx, self._show(ctx, self._place(ctx)))

    def accept(self, ctx: Any) -> None:
        """Accepts the issue of the card."""
        self._decide(ctx, accept)

    def dismiss(self, ctx: Any) -> None:
        """Dismisses the issue of the card."""
        self._decide(ctx, dismiss)

    def skip(self, ctx: Any) -> None:
        """Puts the issue of the card aside."""
        self._decide(ctx, skip)

    def undo(self, ctx: Any) -> None:
        """Takes back the last thing that was decided here, or before the page was loaded."""
        place = self._place(ctx)
        batch = place.batches[-1] if place.batches else None
        outcome = undo(ctx.dataset, place.key, batch=batch)
        there = place.moved(batches=place.batches[:-1])
        if outcome.done:
            there = there.moved(sample_id=outcome.done[0].sample_id)
        elif not outcome.refused:
            ctx.ops.notify("There is nothing to undo", variant="info")
        say_refusals(ctx, outcome)
        self._show(ctx, there)

    def edit(self, ctx: Any) -> None:
        """Opens the image of the card where labels are edited by hand."""
        place = self._place(ctx)
        ctx.panel.set_state("editing", place.to_params())
        ctx.trigger("open_sample", {"id": place.sample_id, "mode": "annotate"})
        self._show(ctx, place)

    def on_change_current_sample(self, ctx: Any) -> None:
        """An image that was opened to be edited is closed: its card is looked at again."""
        place = Place.of_params(ctx.panel.state.get("editing") or {}, "")
        ctx.panel.set_state("editing", None)
        self._show(ctx, place.moved(issue_id=None))

    def execute(self, ctx: Any) -> Any:
        """An event. Images that are opened and closed otherwise change nothing here."""
        is_image = ctx.params.get("__method__") == self.on_change_current_sample.__name__
        if is_image and (ctx.current_sample or not ctx.panel.state.get("editing")):
            return None
        return super().execute(ctx)

    def count_edits(self, ctx: Any) -> None:
        """Counts as decided what was settled by hand."""
        place = self._place(ctx)
        found = edited_issues(ctx.dataset, place.key)
        outcome = note_edits(ctx.dataset, place.key, sample_ids=found.sample_ids)
        say_edits(ctx, outcome)
        self._show(ctx, place.decided(outcome.batch))

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
        key = self._place(ctx).key
        show_images(ctx, key, worst_first(ctx.dataset, key))

    def crops(self, ctx: Any) -> None:
        """Shows the open issues of a kind, or of all, as crops in the grid."""
        place = self._place(ctx)
        show_crops(ctx, place.key, kind=place.kind, about=place.of_class)
        self._show(ctx, place.moved(tab=MANY))

    def accept_selected(self, ctx: Any) -> None:
        """Accepts what is selected in the grid."""
        self._decide_selected(ctx, accept)

    def dismiss_selected(self, ctx: Any) -> None:
        """Dismisses what is selected in the grid."""
        self._decide_selected(ctx, dismiss)

    def accept_all(self, ctx: Any) -> None:
        """Accepts what the preview showed."""
        place = self._place(ctx)
        preview = preview_accept_all(
            ctx.dataset,
            place.key,
            kinds=place.kind,
            classes=place.of_class,
            min_probability=place.least or 1.0,
        )
        outcome = accept(ctx.dataset, place.key, preview.issues)
        ctx.ops.notify(str(outcome).splitlines()[0], variant="success")
        self._after_many(ctx, place.moved(least=None), outcome)

    def click_scores(self, ctx: Any) -> None:
        """Shows the images of a bar of the scores."""
        key = self._place(ctx).key
        low, high = _around(float(ctx.params["x"]), SCORE_EDGES)
        show_images(ctx, key, images_between(ctx.dataset, key, low, high))

    def click_matrix(self, ctx: Any) -> None:
        """Shows the labels of a cell of the matrix."""
        given, suggested = str(ctx.params["x"]), str(ctx.params["y"])
        show_crops(ctx, self._place(ctx).key, kind="swap", given_label=given, label=suggested)

    def click_classes(self, ctx: Any) -> None:
        """Shows the issues of a bar of the classes."""
        self._click_bar(ctx, of_class=str(ctx.params["x"]))

    def click_sizes(self, ctx: Any) -> None:
        """Shows the issues of a bar of the sizes."""
        slot = int(ctx.params["idx"])
        self._click_bar(ctx, min_area=AREA_EDGES[slot], max_area=AREA_EDGES[slot + 1])

    def _place(self, ctx: Any) -> Place:
        return Place.of_params(ctx.params, "")

    def _show(self, ctx: Any, place: Place | None) -> str | None:
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
        tab = Tab(ctx, buttons, place, state, states)
        ctx.label_quality = tab.prepared(clicks, uri=self.uri)
        return place.key

    def _decide(self, ctx: Any, how: Any) -> None:
        place = self._place(ctx)
        if place.issue_id is None:
            self._show(ctx, place)
            return
        outcome = how(ctx.dataset, place.key, place.issue_id)
        say_refusals(ctx, outcome)
        self._show(ctx, place.decided(outcome.batch))

    def _decide_selected(self, ctx: Any, how: Any) -> None:
        place = self._place(ctx)
        issues = selected_issues(ctx.view, place.key, ctx.selected)
        if not issues:
            ctx.ops.notify("Select crops or images with open issues first", variant="info")
            self._show(ctx, place)
            return
        outcome = how(ctx.dataset, place.key, issues)
        ctx.ops.notify(str(outcome).splitlines()[0], variant="success")
        self._after_many(ctx, place, outcome)

    def _after_many(self, ctx: Any, place: Place, outcome: Outcome) -> None:
        say_refusals(ctx, outcome)
        ctx.ops.clear_selected_samples()
        show_crops(ctx, place.key, kind=place.kind, about=place.of_class)
        self._show(ctx, place.decided(outcome.batch))

    def _click_bar(self, ctx: Any, **wanted: Any) -> None:
        kind = overview.kind_of_title(str(ctx.params.get("trace")))
        name = None if kind is None else kind.name
        show_crops(ctx, self._place(ctx).key, kind=name, **wanted)


def _around(middle: float, edges: Any) -> tuple[float, float]:
    """The edges of the bin that has a number in it."""
    slot = max(row for row, edge in enumerate(edges[:-1]) if edge <= middle or row == 0)
    return float(edges[slot]), float(edges[slot + 1])
