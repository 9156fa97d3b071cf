"""Kinds of error in their own colours, in the grid and in the open image.

The App colours boxes by a scheme of the session. The dataset's own scheme, if it has one, stays as
it is and goes before: fields that it colours keep their colours.
"""

from __future__ import annotations

from typing import Any

import fiftyone as fo

from odquality.kinds import BY_NAME

# Labels of which nothing is suspected, and what a value that is missing is called.
UNSUSPECTED, _MISSING = "#9aa0a6", "none"


def kind_colors(dataset: fo.Dataset, gt_field: str, suggestions: str, issue: str) -> dict[str, Any]:
    """The parameters of the App's ``set_color_scheme``.

    Args:
        dataset: whose own scheme is kept.
        gt_field: of the labels.
        suggestions: field with the suggestions.
        issue: attribute of the labels with the kind of their open issue.
    """
    colors = [{"value": kind.name, "color": kind.color} for kind in BY_NAME.values()]
    ours = {
        suggestions: {"colorByAttribute": "kind", "valueColors": colors},
        gt_field: {
            "colorByAttribute": issue,
            "valueColors": [*colors, {"value": _MISSING, "color": UNSUSPECTED}],
        },
    }
    own = dataset.app_config.color_scheme
    given = [] if own is None else list(own.fields or ())
    taken = {one.get("path") for one in given}
    added = [{"path": path, **how} for path, how in ours.items() if path not in taken]
    scheme: dict[str, Any] = {"color_by": "value", "fields": [*given, *added]}
    if own is not None:
        values = {
            "color_pool": own.color_pool,
            "opacity": own.opacity,
            "multi_color_keypoints": own.multicolor_keypoints,
            "show_keypoint_skeletons": own.show_skeletons,
        }
        scheme |= {name: value for name, value in values.items() if value is not None}
    return scheme
