"""What a click on a plot of the overview shows in the grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from odquality.app.panel.grid import show_crops, show_images
from odquality.app.panel.overview import kind_of_title
from odquality.app.panel.place import place_of
from odquality.bridge.review.views import images_between
from odquality.kinds import SWAP
from odquality.summaries.histogram import AREA_EDGES, SCORE_EDGES


class PlotClicks:
    """The part of the panel that the plots call."""

    def click_scores(self, ctx: Any) -> None:
        """Shows the images of a bar of the scores."""
        key = place_of(ctx).key
        low, high = _around(float(ctx.params["x"]), SCORE_EDGES)
        show_images(ctx, key, images_between(ctx.dataset, key, low, high))

    def click_matrix(self, ctx: Any) -> None:
        """Shows the labels of a cell of the matrix."""
        given, suggested = str(ctx.params["x"]), str(ctx.params["y"])
        show_crops(ctx, place_of(ctx).key, kind=SWAP, given_label=given, label=suggested)

    def click_classes(self, ctx: Any) -> None:
        """Shows the issues of a bar of the classes."""
        self._click_bar(ctx, of_class=str(ctx.params["x"]))

    def click_sizes(self, ctx: Any) -> None:
        """Shows the issues of a bar of the sizes."""
        slot = int(ctx.params["idx"])
        self._click_bar(ctx, min_area=AREA_EDGES[slot], max_area=AREA_EDGES[slot + 1])

    def _click_bar(self, ctx: Any, **wanted: Any) -> None:
        kind = kind_of_title(str(ctx.params.get("trace")))
        name = None if kind is None else kind.name
        show_crops(ctx, place_of(ctx).key, kind=name, **wanted)


def _around(middle: float, edges: Sequence[float]) -> tuple[float, float]:
    """The edges of the bin that has a number in it."""
    slot = max(row for row, edge in enumerate(edges[:-1]) if edge <= middle or row == 0)
    return float(edges[slot]), float(edges[slot + 1])
