"""What the panel of an open image shows: what is suspected of it, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence

import fiftyone.operators.types as types

from odquality.app.operators.output import escape
from odquality.app.panel.parts import Buttons, markdown
from odquality.app.panel.place import Place
from odquality.bridge.review.issue import OPEN, ReviewIssue
from odquality.kinds import BY_NAME

_LEGEND = (
    "What is suggested has the colour of its *Accept*, a suspected label is darker, and other "
    "labels are grey."
)


def fill_panel(
    panel: types.Object, buttons: Buttons, place: Place, issues: Sequence[ReviewIssue]
) -> None:
    """Adds what there is to decide, and below it what was decided, each with its undo.

    Args:
        panel: to which it is added.
        buttons: make the buttons.
        place: where the reviewer is.
        issues: of the image, open or decided.
    """
    row = panel.h_stack("besides", gap=1)
    buttons.add(row, "next", "Next image", "skip_next", place, variant="contained")
    buttons.add(row, "undo", "Undo", "undo", place)
    buttons.add(row, "edited", "I have edited it", "done", place)
    still_open = [issue for issue in issues if issue.status == OPEN]
    nothing = "**No open issues on this image.**"
    markdown(panel, "says", _LEGEND if still_open else nothing)
    for number, issue in enumerate(still_open):
        _add_open(panel, buttons, place.moved(issue_id=issue.id), issue, number)
    decided = [issue for issue in issues if issue.status != OPEN]
    if decided:
        markdown(panel, "decided_says", "**Decided on this image:**")
    for number, issue in enumerate(decided):
        there = place.moved(issue_id=issue.id)
        markdown(panel, f"decided{number}", _decision(issue))
        row = panel.h_stack(f"take_back_row{number}", gap=1)
        buttons.add(row, f"take_back{number}", "Undo", "undo", there, does="take_back")
    row = panel.h_stack("page", gap=1)
    buttons.add(row, "refresh", "Refresh the image", "refresh", place)


def _add_open(
    panel: types.Object, buttons: Buttons, there: Place, issue: ReviewIssue, number: int
) -> None:
    text = f"**{issue.title}** {issue.probability:.0%}: {escape(issue.evidence)}"
    markdown(panel, f"says{number}", text)
    row = panel.h_stack(f"decide{number}", gap=1)
    color = BY_NAME[issue.kind].color
    buttons.add(row, f"accept{number}", "Accept", "check", there, does="accept", color=color)
    buttons.add(row, f"dismiss{number}", "Dismiss", "close", there, does="dismiss")


def _decision(issue: ReviewIssue) -> str:
    who = "" if issue.decided_by is None else f" by {escape(issue.decided_by)}"
    return f"{issue.title}, {issue.status}{who}: {escape(issue.evidence)}"
