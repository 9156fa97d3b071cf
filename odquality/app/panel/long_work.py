"""What may take long: the panel says what is waited for, and then it is done."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from odquality.app.panel.base import ReviewPanel
from odquality.app.panel.grid import show_crops
from odquality.app.panel.parts import Handler, add_wait, say_edits, say_refusals
from odquality.app.panel.place import Place, place_of
from odquality.bridge.review.batches import number_to_undo
from odquality.bridge.review.bulk import accept_all
from odquality.bridge.review.decide import accept, dismiss, note_edits
from odquality.bridge.review.history import undo
from odquality.bridge.review.outcome import Outcome
from odquality.bridge.review.outlook import outlooks
from odquality.bridge.review.stale import edited_issues
from odquality.bridge.review.views import selected_issues
from odquality.bridge.store.waiting import PATIENCE

# From this many decisions on people wait for them.
_MANY_DECISIONS = 500

_COMPARING = "Comparing the labels of all images that have open issues with what was scored …"


class LongWork(ReviewPanel):
    """The part of the panel whose answers may take long.

    What ends in ``_now`` is what the page calls once it shows what is waited for.
    """

    @abstractmethod
    def show_place(
        self, ctx: Any, place: Place | None, *, num_edited: int | None = None
    ) -> str | None:
        """Prepares what `render` shows at a place; returns the run's key, None without a run."""

    def accept_all(self, ctx: Any) -> None:
        """Accepts what the preview showed."""
        place = place_of(ctx)
        least = _least(place)
        told = outlooks(ctx.dataset, place.key, [least], kinds=place.kind, classes=place.of_class)
        number = told[least].count
        if number < _MANY_DECISIONS:
            self.accept_all_now(ctx)
        else:
            self._soon(ctx, f"Accepting {number:,} issues, one by one …", self.accept_all_now)

    def accept_all_now(self, ctx: Any) -> None:
        """Accepts it."""
        place = place_of(ctx)
        outcome = accept_all(
            ctx.dataset,
            place.key,
            min_probability=_least(place),
            kinds=place.kind,
            classes=place.of_class,
        )
        ctx.ops.notify(str(outcome).splitlines()[0], variant="success")
        self.after_many(ctx, place.moved(least=None), outcome)

    def accept_selected(self, ctx: Any) -> None:
        """Accepts what is selected in the grid."""
        self._decide_selected(ctx, accept, first="Accepting", then=self.accept_selected_now)

    def accept_selected_now(self, ctx: Any) -> None:
        """Accepts it."""
        self._decide_selected(ctx, accept)

    def dismiss_selected(self, ctx: Any) -> None:
        """Dismisses what is selected in the grid."""
        self._decide_selected(ctx, dismiss, first="Dismissing", then=self.dismiss_selected_now)

    def dismiss_selected_now(self, ctx: Any) -> None:
        """Dismisses it."""
        self._decide_selected(ctx, dismiss)

    def undo(self, ctx: Any) -> None:
        """Takes back the last thing that was decided here, or before the page was loaded."""
        place = place_of(ctx)
        if place.batches:
            _, number = place.batches[-1]
        else:
            number = number_to_undo(ctx.dataset, place.key)
        if number < _MANY_DECISIONS:
            self.undo_now(ctx)
        else:
            self._soon(ctx, f"Taking {number:,} decisions back, one by one …", self.undo_now)

    def undo_now(self, ctx: Any) -> None:
        """Takes it back."""
        place = place_of(ctx)
        batch = place.batches[-1][0] if place.batches else None
        outcome = undo(ctx.dataset, place.key, batch=batch)
        there = place.moved(batches=place.batches[:-1])
        if outcome.done:
            there = there.moved(sample_id=outcome.done[0].sample_id)
        elif not outcome.refused:
            ctx.ops.notify("There is nothing to undo", variant="info")
        say_refusals(ctx, outcome)
        self.show_place(ctx, there)

    def count(self, ctx: Any) -> None:
        """Counts what was settled by hand."""
        self._soon(ctx, _COMPARING, self.count_now)

    def count_now(self, ctx: Any) -> None:
        """Counts it."""
        place = place_of(ctx)
        self.show_place(ctx, place, num_edited=edited_issues(ctx.dataset, place.key).number)

    def count_edits(self, ctx: Any) -> None:
        """Counts as decided what was settled by hand."""
        try:
            self._count_edits(ctx, within=PATIENCE)
        except TimeoutError:
            self._soon(ctx, _COMPARING, self.count_edits_now)

    def count_edits_now(self, ctx: Any) -> None:
        """Counts it as decided."""
        self._count_edits(ctx, within=None)

    def after_many(self, ctx: Any, place: Place, outcome: Outcome) -> None:
        """Shows what is left after many decisions."""
        say_refusals(ctx, outcome)
        ctx.ops.clear_selected_samples()
        show_crops(ctx, place.key, kind=place.kind, about=place.of_class)
        self.show_place(ctx, place.decided(outcome))

    def _decide_selected(
        self, ctx: Any, how: Callable[..., Outcome], *, first: str = "", then: Handler | None = None
    ) -> None:
        """Decides on what is selected; of many it first says so, where it is told what follows."""
        place = place_of(ctx)
        issues = selected_issues(ctx.view, place.key, ctx.selected)
        if not issues:
            ctx.ops.notify("Select crops or images with open issues first", variant="info")
            self.show_place(ctx, place)
            return
        if then is not None and len(issues) >= _MANY_DECISIONS:
            self._soon(ctx, f"{first} {len(issues):,} issues, one by one …", then)
            return
        outcome = how(ctx.dataset, place.key, issues)
        ctx.ops.notify(str(outcome).splitlines()[0], variant="success")
        self.after_many(ctx, place, outcome)

    def _count_edits(self, ctx: Any, *, within: float | None) -> None:
        place = place_of(ctx)
        found = edited_issues(ctx.dataset, place.key, within=within)
        outcome = note_edits(ctx.dataset, place.key, sample_ids=found.sample_ids)
        say_edits(ctx, outcome)
        # Whatever there was to count is counted.
        self.show_place(ctx, place.decided(outcome), num_edited=0)

    def _soon(self, ctx: Any, says: str, does: Handler) -> None:
        """Says what is waited for, and has the page call what does it."""
        place, calls = place_of(ctx), f"{self.uri}#{does.__name__}"
        ctx.label_quality = lambda panel: add_wait(panel, says, calls, place)


def _least(place: Place) -> float:
    return place.least or 1.0
