"""Many decisions at a time: what is selected in the grid, or all above a probability."""

from __future__ import annotations

import fiftyone.operators.types as types

from odquality.app.operators.output import escape, table
from odquality.app.panel.parts import Buttons, in_rows, markdown, narrowed_to
from odquality.app.panel.place import Place
from odquality.bridge.review.bulk import AcceptPreview
from odquality.bridge.review.issue import ReviewIssue
from odquality.kinds import BY_NAME

LEAST = (0.95, 0.9, 0.8, 0.7, 0.5)


def add_many(
    panel: types.Object, buttons: Buttons, place: Place, likely: list[ReviewIssue]
) -> None:
    """What can be done at once.

    Args:
        panel: to which it is added.
        buttons: make the buttons.
        place: where the reviewer is.
        likely: every open issue of at least the least of `LEAST`.
    """
    markdown(
        panel,
        "selected_says",
        "**Select crops in the grid**, or images for all that is open on them, and decide on them "
        "together. One *Undo* takes all back.",
    )
    row = panel.h_stack("selected", gap=1)
    buttons.add(row, "accept_selected", "Accept selected", "done_all", place, variant="contained")
    buttons.add(row, "dismiss_selected", "Dismiss selected", "clear_all", place)
    row = panel.h_stack("besides", gap=1)
    buttons.add(row, "undo", "Undo", "undo", place)
    buttons.add(row, "crops", "Show crops", "grid_view", place)
    rows = [["From", "Open issues", "No errors among them"]]
    reached = [least for least in LEAST if any(one.probability >= least for one in likely)]
    for least in reached:
        some = [issue for issue in likely if issue.probability >= least]
        wrong = sum(1 - issue.probability for issue in some)
        rows.append([f"{least:.0%}", f"{len(some):,}", f"about {wrong:,.0f}"])
    which = narrowed_to(place) or "all kinds"
    few = f"No open issue has {min(LEAST):.0%} or more."
    text = f"**Accept all from a probability on** ({which}):\n\n{table(rows) if reached else few}"
    markdown(panel, "all_says", text)
    for row, least in in_rows(panel, "least", reached):
        name = f"least_{least:.0%}".rstrip("%")
        buttons.add(row, name, f"{least:.0%} …", "preview", place.moved(least=least), does="show")
    if narrowed_to(place):
        row = panel.h_stack("all", gap=1)
        everything = place.moved(kind=None, of_class=None)
        buttons.add(row, "all", "All kinds and classes", "filter_alt_off", everything, does="show")


def add_preview(
    panel: types.Object, buttons: Buttons, place: Place, preview: AcceptPreview
) -> None:
    """What would be accepted, with examples, before it is."""
    by_kind = ", ".join(
        f"{number:,} {BY_NAME[kind].title}" for kind, number in preview.by_kind.items()
    )
    markdown(
        panel,
        "preview_says",
        f"**{preview.count:,} issues from {place.least or 0:.0%} on** ({by_kind or 'none'}). About "
        f"**{preview.expected_wrong:,.0f}** of them are no errors. Some of them, the likeliest "
        "first:",
    )
    row = panel.h_stack("confirm", gap=1)
    if preview.count:
        label = f"Accept {preview.count:,}"
        buttons.add(row, "accept_all", label, "done_all", place, variant="contained")
    buttons.add(row, "back", "Back", "arrow_back", place.moved(least=None), does="show")
    for slot, issue in enumerate(preview.examples):
        panel.img(f"example{slot}", width="60%", alt_text=issue.evidence)
        markdown(panel, f"example{slot}_says", f"{issue.probability:.0%} {escape(issue.evidence)}")
