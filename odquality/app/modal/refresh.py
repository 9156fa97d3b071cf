"""Makes the App show samples as they are now where the plugin's script cannot do it in place.

The App keeps the samples that it has loaded; only another view makes it ask again.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import fiftyone as fo

from odquality.bridge.store.samples import is_generated, stages_of


def show_as_new(ctx: Any) -> None:
    """Shows all samples as they are now, by a view that differs from the last one in a comment.

    Crops are copies, which no view shows as the dataset is now.
    """
    view = ctx.view
    if is_generated(view):
        return
    kept = [stage for stage in stages_of(view) if not _is_comment(stage)]
    plain = ctx.dataset.view()
    for stage in kept:
        plain = plain.add_stage(stage)
    ctx.ops.set_view(view=plain.mongo([{"$match": {"$comment": uuid4().hex}}]))


def _is_comment(stage: Any) -> bool:
    return isinstance(stage, fo.Mongo) and "$comment" in str(stage.pipeline)
