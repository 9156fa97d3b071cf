"""What fills the panel: the data that go to the page, and the parts that show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import fiftyone.operators.types as types

from odquality.app.panel import cards, many, overview
from odquality.app.panel.parts import Buttons, Handler, in_rows, markdown, say_edits
from odquality.app.panel.pictures import card_urls, example_url
from odquality.app.panel.place import CARDS, MANY, OVERVIEW, Place
from odquality.bridge.review.decide import note_edits
from odquality.bridge.review.outlook import Outlook, outlook, outlooks
from odquality.bridge.review.progress import open_counts
from odquality.bridge.review.queue import Card, next_card
from odquality.bridge.review.runs import RunState
from odquality.bridge.review.stale import edited_issues
from odquality.bridge.store.moment import change_of_moment
from odquality.bridge.store.waiting import PATIENCE

Part = Callable[[types.Object], None]

_TITLES = {OVERVIEW: "Overview", CARDS: "Review", MANY: "Many at once"}


@dataclass(frozen=True)
class Tab:
    """The tab of a place.

    Attributes:
        ctx: of the event; takes the data to the page.
        buttons: make the buttons.
        place: where the reviewer is.
        state: of the run.
        states: of all runs.
        num_edited: how many open issues were settled by hand, where that was counted already.
    """

    ctx: Any
    buttons: Buttons
    place: Place
    state: RunState
    states: list[RunState]
    num_edited: int | None = None

    def prepared(self, clicks: Mapping[str, Handler], *, uri: str) -> Part:
        """Sends the data to the page, and returns what adds the parts.

        Args:
            clicks: what a click on each of the plots does.
            uri: of the panel, by which keys find its handlers.
        """
        if self.place.tab == OVERVIEW:
            content = self._overview(clicks)
        elif self.place.tab == CARDS:
            content = self._choice(uri) if self.place.choosing else self._card(uri)
        else:
            content = self._many()

        def fill(panel: types.Object) -> None:
            self._add_tabs(panel)
            if self.state.note:
                markdown(panel, "note", self.state.note)
            content(panel)

        return fill

    def _overview(self, clicks: Mapping[str, Handler]) -> Part:
        progress = self.state.progress(self.ctx.dataset)
        edited = self._edited()
        plots = overview.plots_of(self.ctx.dataset, self.place.key)
        self.ctx.panel.set_data(plots)
        shown = {name: clicks[name] for name in plots}
        return lambda panel: overview.add_overview(
            panel, self.buttons, self.place, progress, edited, self.state.report, shown
        )

    def _edited(self) -> int | None:
        """How many open issues were settled by hand; None where counting would take long."""
        if self.num_edited is not None:
            return self.num_edited
        try:
            return edited_issues(self.ctx.dataset, self.place.key, within=PATIENCE).number
        except TimeoutError:
            return None

    def _card(self, uri: str) -> Part:
        place, card = self._next()
        buttons = self.buttons
        if card is None:
            return lambda panel: cards.add_nothing_open(panel, buttons, place)
        here = place.moved(sample_id=card.issue.sample_id, issue_id=card.issue.id)
        self.ctx.panel.set_data(card_urls(card))

        def add(panel: types.Object) -> None:
            cards.add_card(panel, buttons, here, card)
            cards.add_order(panel, buttons, here)
            cards.bind_keys(panel, uri, here)

        return add

    def _next(self) -> tuple[Place, Card | None]:
        """The card of the place; what was settled by hand is counted as decided before it."""
        place = self.place
        while True:
            card = next_card(
                self.ctx.dataset,
                place.key,
                order=place.order,
                kind=place.kind,
                of_class=place.of_class,
                sample_id=place.sample_id,
            )
            if card is None or not card.is_edited:
                return place, card
            sample_id = card.issue.sample_id
            with change_of_moment():
                noted = note_edits(self.ctx.dataset, place.key, sample_ids=sample_id)
            if not noted.done:
                return place, card
            say_edits(self.ctx, noted)
            place = place.decided(noted).moved(sample_id=sample_id)

    def _choice(self, uri: str) -> Part:
        counts = open_counts(self.ctx.dataset, self.place.key)
        return lambda panel: cards.add_choice(panel, self.buttons, self.place, counts, uri)

    def _many(self) -> Part:
        dataset, place, buttons = self.ctx.dataset, self.place, self.buttons
        if place.least is None:
            likely = self._likely()
            return lambda panel: many.add_many(panel, buttons, place, likely)
        preview = outlook(
            dataset,
            place.key,
            kinds=place.kind,
            classes=place.of_class,
            min_probability=place.least,
        )
        self.ctx.panel.set_data(
            {
                f"example{slot}": example_url(dataset, place.key, issue)
                for slot, issue in enumerate(preview.examples)
            }
        )
        return lambda panel: many.add_preview(panel, buttons, place, preview)

    def _likely(self) -> dict[float, Outlook] | None:
        """What could be accepted at once; None where counting would take long."""
        place = self.place
        try:
            return outlooks(
                self.ctx.dataset,
                place.key,
                many.LEAST,
                kinds=place.kind,
                classes=place.of_class,
                within=PATIENCE,
            )
        except TimeoutError:
            return None

    def _add_tabs(self, panel: types.Object) -> None:
        row = panel.h_stack("tabs", gap=1)
        for tab, title in _TITLES.items():
            variant = "contained" if tab == self.place.tab else "outlined"
            there = self.place.moved(tab=tab, least=None, choosing=False)
            self.buttons.add(row, f"tab_{tab}", title, None, there, does="show", variant=variant)
        others = [
            state for state in self.states if state.key != self.place.key and state.is_reviewable
        ]
        for row, state in in_rows(panel, "runs", others):
            name, label = f"run_{state.key}", f"Run {state.key}"
            there = Place(state.key)
            self.buttons.add(row, name, label, "swap_horiz", there, does="choose_run")


def add_next_step(
    panel: types.Object, buttons: Buttons, dataset: fo.Dataset, state: RunState | None
) -> None:
    """What is said where nothing can be reviewed, and what to do.

    Args:
        panel: to which it is added.
        buttons: make the buttons.
        dataset: that is shown.
        state: of a run that cannot be reviewed, if there is one.
    """
    if state is not None:
        said = state.note
    elif not len(dataset):
        said = "**This dataset has no images.** Add some, with labels and predictions."
    else:
        said = (
            "**The labels have not been scored.** Score them against a detector's predictions to "
            "see which are wrong."
        )
    markdown(panel, "note", said)
    row = panel.h_stack("start", gap=1)
    place = Place("" if state is None else state.key)
    buttons.add(row, "score", "Compute label quality", "fact_check", place, variant="contained")
    buttons.add(row, "show", "Look again", "refresh", place)
