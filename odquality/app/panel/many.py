"""Many decisions at a time: what is selected in the grid, or all above a probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import fiftyone.operators.types as types

from odquality.app.operators.output import escape, table
from odquality.app.panel.parts import Buttons, in_rows, markdown, narrowed_to
from odquality.app.panel.place import Place
from odquality.bridge.review.outlook import Outlook
from odquality.kinds import BY_NAME

LEAST = (0.95, 0.9, 0.8, 0.7, 0.5)


def add_many(
    panel: types.Object, buttons: Buttons, place: Place, likely: Mapping[float, Outlook] | None
) -> None:
    """What can be done at once.

    Args:
        panel: to which it is added.
        buttons: make the buttons.
        place: where the reviewer is.
        likely: what accepting all from each of `LEAST` on would do; None where that is not counted.
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
    reached = [least for least in LEAST if likely is None or likely[least].count]
    which = narrowed_to(place) or "all kinds"
    told = _table(likely, reached)
    markdown(panel, "all_says", f"**Accept all from a probability on** ({which}):\n\n{told}")
    for row, least in in_rows(panel, "least", reached):
        name = f"least_{least:.0%}".rstrip("%")
        buttons.add(row, name, f"{least:.0%} …", "preview", place.moved(least=least), does="show")
    if narrowed_to(place):
        row = panel.h_stack("all", gap=1)
        everything = place.moved(kind=None, of_class=None)
        buttons.add(row, "all", "All kinds and classes", "filter_alt_off", everything, does="show")


def _table(likely: Mapping[float, Outlook] | None, reached: Sequence[float]) -> str:
    if likely is None:
        return "There are too many open issues to count them at once; each button counts its own."
    if not reached:
        return f"No open issue has {min(LEAST):.0%} or more."
    rows = [["From", "Open issues", "No errors among them"]]
    for least in reached:
        wrong = f"about {likely[least].expected_wrong:,.0f}"
        rows.append([f"{least:.0%}", f"{likely[least].count:,}", wrong])
    return table(rows)


def add_preview(panel: types.Object, buttons: Buttons, place: Place, preview: Outlook) -> None:
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
