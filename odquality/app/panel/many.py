"""Many decisions at a time: what is selected in the grid, or all above a probability."""

from __future__ import annotations

import fiftyone.operators.types as types

from odquality.app.operators.output import escape, table
from odquality.app.panel.parts import Buttons, markdown
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
    kind = "all kinds" if place.kind is None else f"“{BY_NAME[place.kind].title}” only"
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
    for least in LEAST:
        some = [issue for issue in likely if issue.probability >= least]
        wrong = sum(1 - issue.probability for issue in some)
        rows.append([f"{least:.0%}", f"{len(some):,}", f"about {wrong:,.0f}"])
    markdown(panel, "all_says", f"**Accept all from a probability on** ({kind}):\n\n{table(rows)}")
    for start in range(0, len(LEAST), 3):
        row = panel.h_stack(f"least{start}", gap=1)
        for least in LEAST[start : start + 3]:
            name = f"least_{least:.0%}".rstrip("%")
            there = place.moved(least=least)
            buttons.add(row, name, f"{least:.0%} …", "preview", there, does="show")


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
