"""Makes the App show a sample as it is now: it keeps those that it has loaded.

The plugin's script does it in place. Where there is no script, only another view makes the App ask
again.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import fiftyone as fo
import fiftyone.operators.types as types
import fiftyone.plugins as fop

from odquality.app.modal.open_image import OpenImage
from odquality.app.names import PLUGIN
from odquality.bridge.store.database import is_generated

# The script's part that shows documents as they are now.
_REFRESH = "LabelQualityRefresh"
# That which puts the panel beside the image.
_BESIDE = "LabelQualityBeside"


def has_script() -> bool:
    """Whether the plugin's script is where the App looks for it."""
    return bool(fop.get_plugin(PLUGIN).has_js)


def add_refresh(panel: types.Object, dataset: fo.Dataset, image: OpenImage) -> None:
    """Lets the page show an image as it is now, in the grid and open, by the plugin's script.

    A part of the panel and no operator: at one that it does not know the page breaks.
    """
    documents = image.documents(dataset)
    panel.view("shown", types.ComponentView(_REFRESH, samples=documents, nonce=uuid4().hex))


def add_beside(panel: types.Object) -> None:
    """Lets the script put the panel beside the image, once a page; the user may move it."""
    panel.view("beside", types.ComponentView(_BESIDE))


def show_as_new(ctx: Any) -> None:
    """Shows all samples as they are now, by a view that differs from the last one in a comment.

    Crops are copies, which no view shows as the dataset is now.
    """
    view = ctx.view
    if is_generated(view):
        return
    kept = [stage for stage in view._stages if not _is_comment(stage)]
    plain = ctx.dataset.view()
    for stage in kept:
        plain = plain.add_stage(stage)
    ctx.ops.set_view(view=plain.mongo([{"$match": {"$comment": uuid4().hex}}]))


def _is_comment(stage: Any) -> bool:
    return isinstance(stage, fo.Mongo) and "$comment" in str(stage.pipeline)
