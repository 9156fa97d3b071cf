"""Kinds of error in their own colours, in the grid and in the open image, and the way back.

The App colours boxes by a scheme of the session. What the user had chosen there is kept beside the
dataset before the kinds take over, and the dataset's own saved scheme stays as it is; fields that
either colours keep their colours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import fiftyone as fo

from odquality.bridge.review.runs import run_to_review
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.run.run_paths import RunPaths
from odquality.bridge.store import app_colors
from odquality.kinds import BY_NAME

# Labels of which nothing is suspected, and predictions, each in one colour that no kind has.
UNSUSPECTED, PREDICTED = "#9aa0a6", "#6f7d1e"
# What the App calls a value that is missing.
_MISSING = "none"

_BY_KIND = "kind"
# How much of its kind's colour a suspected label has, beside the suggestion that has all of it.
_SHADE = 0.55


@dataclass(frozen=True)
class ColoredFields:
    """What is drawn of a run, and by what it is coloured.

    Attributes:
        labels: their field.
        issue: attribute of the labels with the kind of their open issue.
        suggestions: field with the suggestions.
        predictions: their field; None where it was deleted.
    """

    labels: str
    issue: str
    suggestions: str
    predictions: str | None

    @classmethod
    def of(cls, target: ReviewTarget) -> ColoredFields:
        """Those of a run, by whatever names they go now.

        Raises:
            ValueError: what the run wrote was deleted or renamed.
        """
        paths = RunPaths.of(target.dataset, target.record)
        predictions = paths.predictions and paths.predictions.removesuffix(".detections")
        return cls(target.gt_field, target.issue, target.suggestions, predictions)

    def colors(self) -> dict[str, dict[str, Any]]:
        """How the App colours each of the fields."""
        shades = {kind.name: shade(kind.color) for kind in BY_NAME.values()}
        colors = {
            self.suggestions: _suggested(),
            self.labels: _by(self.issue, shades, UNSUSPECTED),
        }
        if self.predictions:
            # By an attribute that no prediction has: all of them have the one colour.
            colors[self.predictions] = _by(self.issue, {}, PREDICTED)
        return colors

    def are_shown(self, scheme: Mapping[str, Any]) -> bool:
        """Whether a scheme colours the suggestions by kind."""
        return any(
            one.get("path") == self.suggestions and _is_by_kind(one)
            for one in scheme.get("fields", ())
        )


def shade(color: str) -> str:
    """A colour of the form ``#rrggbb``, darker."""
    parts = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(part * _SHADE):02x}" for part in parts)


def kind_colors(dataset: fo.Dataset, fields: ColoredFields) -> dict[str, Any]:
    """The parameters of the App's ``set_color_scheme``; remembers the colours of the session.

    Args:
        dataset: whose own scheme is kept.
        fields: of the run.
    """
    mine = app_colors.session_colors(dataset)
    if _has_kinds(mine):
        mine = app_colors.remembered(dataset) or {}
    else:
        app_colors.remember(dataset, mine)
    given = mine.get("fields", [])
    taken = {one.get("path") for one in given}
    added = [{"path": path, **how} for path, how in fields.colors().items() if path not in taken]
    return {**mine, "color_by": "value", "fields": [*given, *added]}


def show_kind_colors(ctx: Any, key: str) -> None:
    """Colours labels and suggestions of a run by the kind of their error.

    Raises:
        ValueError: there is no such run, it has no suggestions, or what it wrote was deleted.
    """
    fields = _fields_of(ctx, key)
    app_colors.note_choice(ctx.dataset, are_mine=False)
    ctx.trigger("set_color_scheme", kind_colors(ctx.dataset, fields))


def keep_kind_colors(ctx: Any, key: str | None) -> None:
    """Colours boxes by kind if there is a run and the session does not do so yet.

    Users who took their own colours back keep these.
    """
    if app_colors.are_mine(ctx.dataset):
        _keep_my_colors(ctx)
    elif key is not None:
        fields = _fields_of(ctx, key)
        if not fields.are_shown(app_colors.session_colors(ctx.dataset)):
            ctx.trigger("set_color_scheme", kind_colors(ctx.dataset, fields))


def settle_colors(ctx: Any, *, has_kinds: bool) -> None:
    """Gives a page those colours that it should have.

    One that is being loaded may lack those of the session. One that goes from dataset to dataset
    may lose its colours after its panel was told that it has them. One whose panel had asked for
    the colours of the kinds may get them after the user took theirs back, in another page.

    Args:
        ctx: of the panel.
        has_kinds: whether the page colours boxes by kind.

    Raises:
        ValueError: what the run wrote was deleted or renamed.
    """
    if app_colors.are_mine(ctx.dataset):
        _keep_my_colors(ctx)
        return
    if has_kinds:
        return
    held = app_colors.session_colors(ctx.dataset)
    if _has_kinds(held):
        ctx.trigger("set_color_scheme", held)
        return
    # What the dataset is opened with nobody has chosen by hand.
    key = run_to_review(ctx.dataset) if app_colors.are_as_loaded(ctx.dataset) else None
    if key is not None:
        colors = kind_colors(ctx.dataset, _fields_of(ctx, key))
        # Without any by kind, for the user has others saved, the page would ask for them for ever.
        if _has_kinds(colors):
            ctx.trigger("set_color_scheme", colors)


def restore_my_colors(ctx: Any) -> bool:
    """Gives the session the colours that the user had; whether any were remembered.

    Where none were, these are the dataset's own, or FiftyOne's.
    """
    mine = app_colors.remembered(ctx.dataset)
    app_colors.note_choice(ctx.dataset, are_mine=True)
    _trigger_my_colors(ctx, mine)
    return mine is not None


def _fields_of(ctx: Any, key: str) -> ColoredFields:
    """The fields of a run of the dataset that is open."""
    return ColoredFields.of(ReviewTarget.of(ctx.dataset, key))


def _keep_my_colors(ctx: Any) -> None:
    """Restores the user's colours where the session has those of the kinds all the same."""
    mine = app_colors.remembered(ctx.dataset)
    # Without others to go back to, the page would ask for them for ever.
    others = app_colors.saved_colors(ctx.dataset) if mine is None else mine
    if _has_ours(app_colors.session_colors(ctx.dataset)) and not _has_ours(others):
        _trigger_my_colors(ctx, mine)


def _trigger_my_colors(ctx: Any, mine: Mapping[str, Any] | None) -> None:
    # What the user's scheme does not name is FiftyOne's again.
    ctx.trigger("reset_color_scheme")
    if mine:
        ctx.trigger("set_color_scheme", {"fields": [], **mine})


def _suggested() -> dict[str, Any]:
    """How suggestions are coloured."""
    return _by(_BY_KIND, {kind.name: kind.color for kind in BY_NAME.values()})


def _by(attribute: str, values: Mapping[str, str], otherwise: str | None = None) -> dict[str, Any]:
    """Colours of boxes by the value of an attribute, and of those that do not have it."""
    colors = values if otherwise is None else {**values, _MISSING: otherwise}
    listed = [{"value": value, "color": color} for value, color in colors.items()]
    return {"colorByAttribute": attribute, "valueColors": listed}


def _is_by_kind(field: Mapping[str, Any]) -> bool:
    return field.get("colorByAttribute") == _BY_KIND


def _has_kinds(scheme: Mapping[str, Any]) -> bool:
    """Whether a scheme colours anything by kind."""
    return any(map(_is_by_kind, scheme.get("fields", ())))


def _has_ours(scheme: Mapping[str, Any]) -> bool:
    """Whether a scheme has the colours of the kinds, and not others that a user chose for them."""
    ours = _suggested()
    return any(ours.items() <= dict(field).items() for field in scheme.get("fields", ()))
