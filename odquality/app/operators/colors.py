"""The operators that colour boxes by the kind of their error, and give back the user's colours."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types
from fiftyone.core.collections import SampleCollection

from odquality.app.colors import restore_my_colors, show_kind_colors
from odquality.app.operators.calls import check_names, context_of
from odquality.app.operators.output import text_output
from odquality.app.operators.review.base import ReviewOperator


class ShowKindColors(ReviewOperator):
    """Colours labels and suggestions by the kind of error."""

    name_, label_, icon_ = "show_kind_colors", "Show kinds of label errors by colour", "palette"
    about = "Colour labels and suggestions by the kind of error, until your colours are restored"
    function = staticmethod(show_kind_colors)

    def act(self, ctx: foo.ExecutionContext, key: str, params: dict[str, Any]) -> dict[str, Any]:
        """Colours them."""
        show_kind_colors(ctx, key)
        return {"summary": "Boxes have the colours of the kinds of error"}


class RestoreMyColors(foo.Operator):
    """Gives boxes the colours that the user had before."""

    @property
    def config(self) -> foo.OperatorConfig:
        """What FiftyOne needs to know of the operator."""
        return foo.OperatorConfig(
            name="restore_my_colors",
            label="Restore my colours",
            description="Give boxes the colours that they had before kinds of error were shown",
            icon="format_color_reset",
            risk_level=types.RiskLevel.LOW,
        )

    def __call__(self, samples: SampleCollection) -> Any:
        """Restores them from Python; what the App shows changes where it called.

        Args:
            samples: a dataset or view.

        Returns:
            FiftyOne's execution result, whose ``result`` is a dict.
        """
        return foo.execute_operator(self.uri, context_of(samples))

    def execute(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Restores them; the run may be gone by now."""
        check_names(self, ctx, ())
        whose = "that you had" if restore_my_colors(ctx) else "of the dataset"
        return {"summary": f"Boxes have the colours {whose}"}

    def resolve_output(self, ctx: foo.ExecutionContext) -> types.Property:
        """What was done, in words."""
        return text_output(str((ctx.results or {}).get("summary", "")))
