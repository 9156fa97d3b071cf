"""Makes the App show a sample as it is now: it keeps those that it has loaded.

The plugin's script does it in place. Without the script only another view makes the App ask again.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import fiftyone as fo
from fiftyone.server.utils.json import serialize

from odquality.app.names import PLUGIN


def refresh_sample(ctx: Any, sample_id: str) -> None:
    """Shows a sample as it is now, in the grid and open, by the plugin's script."""
    sample = ctx.dataset[sample_id]
    ctx.trigger(f"{PLUGIN}/refresh_samples", {"samples": [serialize(sample)]})


def show_as_new(ctx: Any) -> None:
    """Shows all samples as they are now, by a view that differs from the last one in a comment."""
    view = ctx.view
    kept = [stage for stage in view._stages if not _is_comment(stage)]
    plain = ctx.dataset.view()
    for stage in kept:
        plain = plain.add_stage(stage)
    ctx.ops.set_view(view=plain.mongo([{"$match": {"$comment": uuid4().hex}}]))


def _is_comment(stage: Any) -> bool:
    return isinstance(stage, fo.Mongo) and "$comment" in str(stage.pipeline)
