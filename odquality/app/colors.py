"""Kinds of error in their own colours, in the grid and in the open image, and the way back.

The App colours boxes by a scheme of the session. What the user had chosen there is kept beside the
dataset before the kinds take over, and the dataset's own saved scheme stays as it is; fields that
either colours keep their colours.
"""

from __future__ import annotations

from typing import Any

import fiftyone as fo

from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.store import app_colors
from odquality.kinds import BY_NAME

# Labels of which nothing is suspected, and what a value that is missing is called.
UNSUSPECTED, _MISSING = "#9aa0a6", "none"

_BY_KIND = "kind"


def kind_colors(dataset: fo.Dataset, gt_field: str, suggestions: str, issue: str) -> dict[str, Any]:
    """The parameters of the App's ``set_color_scheme``; remembers the colours of the session.

    Args:
        dataset: whose own scheme is kept.
        gt_field: of the labels.
        suggestions: field with the suggestions.
        issue: attribute of the labels with the kind of their open issue.
    """
    mine = app_colors.session_colors(dataset)
    if any(one.get("colorByAttribute") == _BY_KIND for one in mine.get("fields", ())):
        mine = app_colors.remembered(dataset) or {}
    else:
        app_colors.remember(dataset, mine)
    colors = [{"value": kind.name, "color": kind.color} for kind in BY_NAME.values()]
    ours = {
        suggestions: {"colorByAttribute": _BY_KIND, "valueColors": colors},
        gt_field: {
            "colorByAttribute": issue,
            "valueColors": [*colors, {"value": _MISSING, "color": UNSUSPECTED}],
        },
    }
    given = mine.get("fields", [])
    taken = {one.get("path") for one in given}
    added = [{"path": path, **how} for path, how in ours.items() if path not in taken]
    return {**mine, "color_by": "value", "fields": [*given, *added]}


def show_kind_colors(ctx: Any, key: str) -> None:
    """Colours labels and suggestions of a run by the kind of their error.

    Raises:
        ValueError: there is no such run, or it has no suggestions.
    """
    target = ReviewTarget.of(ctx.dataset, key)
    colors = kind_colors(target.dataset, target.gt_field, target.suggestions, target.issue)
    app_colors.note_choice(ctx.dataset, are_mine=False)
    ctx.trigger("set_color_scheme", colors)


def keep_kind_colors(ctx: Any, key: str | None) -> None:
    """Colours boxes by kind if there is a run, unless the user took their own colours back."""
    if key is not None and not app_colors.are_mine(ctx.dataset):
        show_kind_colors(ctx, key)


def restore_my_colors(ctx: Any) -> bool:
    """Gives the session the colours that the user had; whether any were remembered.

    Where none were, these are the dataset's own, or FiftyOne's.
    """
    mine = app_colors.remembered(ctx.dataset)
    # What the user's scheme does not name is FiftyOne's again.
    ctx.trigger("reset_color_scheme")
    if mine:
        ctx.trigger("set_color_scheme", {"fields": [], **mine})
    app_colors.note_choice(ctx.dataset, are_mine=True)
    return mine is not None
