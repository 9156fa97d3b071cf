"""What is selected in the App: tiles of a grid, or boxes in one."""

from __future__ import annotations

from typing import Any

from odquality.bridge.review.issue import ReviewIssue
from odquality.bridge.review.listing import issues_of
from odquality.bridge.review.views import images_of, selected_issues

NOTHING_SELECTED = "Nothing is selected: select crops, images or boxes first, or give ids of issues"
NOTHING_OPEN = "Nothing that is selected has an open issue of this run"


def is_anything_selected(ctx: Any) -> bool:
    """Whether tiles or boxes are selected."""
    return bool(ctx.selected or ctx.selected_labels)


def chosen_issues(ctx: Any, key: str) -> list[ReviewIssue]:
    """The open issues of what is selected.

    Of a crop or a box it is the issue that it shows or that its label has, of an image all.

    Raises:
        ValueError: there is no such run, or it has no suggestions.
    """
    found = selected_issues(ctx.view, key, ctx.selected or ())
    boxes = {str(one["label_id"]) for one in ctx.selected_labels or ()}
    shown = sorted({str(one["sample_id"]) for one in ctx.selected_labels or ()})
    images = {*images_of(ctx.view, shown), *shown} if shown else set()
    of_boxes = [
        issue
        for issue in (issues_of(ctx.dataset, key, sorted(images)) if images else ())
        if {issue.suggestion_id, issue.label_id} & boxes
    ]
    return list({issue.id: issue for issue in [*found, *of_boxes]}.values())
