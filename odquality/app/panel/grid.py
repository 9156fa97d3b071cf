"""What the grid beside the panel shows: crops of issues, or whole images."""

from __future__ import annotations

from typing import Any

import fiftyone as fo

from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.review.views import MOST_CROPS, crops


def show_crops(ctx: Any, key: str, **wanted: Any) -> None:
    """Shows open issues of a run as crops, those that `crops` is asked for."""
    # The crops are a copy, made anew: edits of the dataset do not reach one that is there.
    view = crops(ctx.dataset, key, **wanted)
    if len(view) >= MOST_CROPS:
        told = f"The grid shows the likeliest {len(view):,} crops; when they are decided, the next"
        ctx.ops.notify(told, variant="info")
    ctx.ops.set_view(view=view)
    field = ReviewTarget.of(ctx.dataset, key).suggestions
    ctx.ops.set_active_fields([field, f"{field}.title", f"{field}.confidence"])


def show_images(ctx: Any, key: str, view: fo.DatasetView) -> None:
    """Shows images with what they show after a run: crops show less."""
    ctx.ops.set_view(view=view)
    target = ReviewTarget.of(ctx.dataset, key)
    shown = (target.gt_field, target.suggestions, target.record.score_field)
    ctx.ops.set_active_fields([*shown, *filter(None, [target.expected_errors])])
