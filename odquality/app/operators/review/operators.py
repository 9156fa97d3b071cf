"""The operators of a review."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from odquality.app.operators.calls import target_of
from odquality.app.operators.notices import mark
from odquality.app.operators.review.base import ReviewOperator, issue_result, outcome_result
from odquality.app.operators.review.filters import (
    ask_choice,
    ask_classes,
    ask_issues,
    ask_kind,
    ask_probability,
)
from odquality.app.operators.review.selection import (
    NOTHING_OPEN,
    NOTHING_SELECTED,
    chosen_issues,
    is_anything_selected,
)
from odquality.app.operators.review.upkeep import UPKEEP_OPERATORS
from odquality.bridge.decisions.field import STATUSES
from odquality.bridge.review.bulk import accept_all
from odquality.bridge.review.decide import accept, dismiss, skip
from odquality.bridge.review.exports import DEFAULT_TAG, export, tag_issues
from odquality.bridge.review.history import redo, undo
from odquality.bridge.review.issue import OPEN
from odquality.bridge.review.listing import ANY_STATUS, list_issues
from odquality.bridge.review.outlook import outlook
from odquality.bridge.review.rows import ORDERS

_MANY = 0.9


class ListLabelIssues(ReviewOperator):
    """Lists issues: what is wrong, why it is suspected and what would mend it."""

    name_, label_, icon_ = "list_label_issues", "List label issues", "list"
    about = "List suspected label errors, or what was decided about them"
    function = staticmethod(list_issues)

    def ask(self, inputs: types.Object, ctx: foo.ExecutionContext) -> None:
        """Which issues, in which order."""
        ask_choice(inputs, "status", "Status", [OPEN, *STATUSES, ANY_STATUS])
        ask_choice(inputs, "order", "Order", list(ORDERS))
        ask_kind(inputs, ctx.params.get("kinds"))
        ask_classes(inputs, ctx.params.get("classes"))
        ask_probability(inputs, 0.0)
        inputs.int("limit", label="At most", default=100, min=1)

    def act(self, ctx: foo.ExecutionContext, key: str, params: dict[str, Any]) -> dict[str, Any]:
        """Lists them."""
        issues = list_issues(target_of(ctx), key, **params)
        lines = [f"{len(issues):,} issues", *(f"- {issue}" for issue in issues[:20])]
        return {"summary": "\n".join(lines), "issues": list(map(issue_result, issues))}


class _Decide(ReviewOperator):
    changes_labels = True

    def ask(self, inputs: types.Object, ctx: foo.ExecutionContext) -> None:
        """Which issues; says how many are selected, or that none is."""
        ask_issues(inputs)
        key = ctx.params.get("key")
        if ctx.params.get("issues") or not isinstance(key, str):
            return
        if not is_anything_selected(ctx):
            mark(inputs, "issues", ValueError(NOTHING_SELECTED))
            return
        try:
            number = len(chosen_issues(ctx, key))
        except ValueError as error:
            mark(inputs, "issues", error)
            return
        if number:
            told = "1 open issue is" if number == 1 else f"{number:,} open issues are"
            inputs.view("selected", types.Notice(label=f"{told} selected"))
        else:
            mark(inputs, "issues", ValueError(NOTHING_OPEN))

    def act(self, ctx: foo.ExecutionContext, key: str, params: dict[str, Any]) -> dict[str, Any]:
        """Decides on them."""
        issues = params.pop("issues", None) or chosen_issues(ctx, key)
        return outcome_result(type(self).function(ctx.dataset, key, issues, **params))


class AcceptLabelIssues(_Decide):
    """Mends labels as issues suggest."""

    name_, label_, icon_ = "accept_label_issues", "Accept label issues", "check"
    about = "Mend labels as suggested; undo takes it back"
    function = staticmethod(accept)


class DismissLabelIssues(_Decide):
    """Notes that issues are no errors."""

    name_, label_, icon_ = "dismiss_label_issues", "Dismiss label issues", "close"
    about = "Note that suspected errors are none; they are not suggested again"
    function = staticmethod(dismiss)


class SkipLabelIssues(_Decide):
    """Puts issues aside."""

    name_, label_, icon_ = "skip_label_issues", "Skip label issues", "skip_next"
    about = "Put suspected errors aside without a judgement"
    function = staticmethod(skip)


class _Turn(ReviewOperator):
    changes_labels = True

    def ask(self, inputs: types.Object, ctx: foo.ExecutionContext) -> None:
        """How many calls: what was decided together goes together, be it thousands."""
        inputs.int(
            "batches",
            label="How many steps, the latest first",
            description="What was decided together is one step, however many labels it changed",
            default=1,
            min=1,
        )

    def act(self, ctx: foo.ExecutionContext, key: str, params: dict[str, Any]) -> dict[str, Any]:
        """Turns them."""
        return outcome_result(type(self).function(ctx.dataset, key, **params))


class UndoLabelDecisions(_Turn):
    """Takes decisions back."""

    name_, label_, icon_ = "undo_label_decisions", "Undo label decisions", "undo"
    about = "Take decisions back; labels are what they were"
    waits_for = "Taking decisions back"
    function = staticmethod(undo)


class RedoLabelDecisions(_Turn):
    """Makes decisions again."""

    name_, label_, icon_ = "redo_label_decisions", "Redo label decisions", "redo"
    about = "Make decisions again that were taken back"
    waits_for = "Making decisions again"
    function = staticmethod(redo)


class AcceptAllLabelIssues(ReviewOperator):
    """Accepts all from a probability on."""

    name_, label_, icon_ = "accept_all_label_issues", "Accept all likely label issues", "done_all"
    about = "Mend all labels whose suspected error is likely enough; undo takes it back"
    function = staticmethod(accept_all)
    waits_for = "Mending labels, one by one"
    changes_labels = True

    def ask(self, inputs: types.Object, ctx: foo.ExecutionContext) -> None:
        """From which probability on; says what that would do."""
        ask_probability(inputs, _MANY, required=True)
        ask_kind(inputs, ctx.params.get("kinds"))
        ask_classes(inputs, ctx.params.get("classes"))
        key = ctx.params.get("key")
        if isinstance(key, str):
            least = ctx.params.get("min_probability", _MANY)
            kinds, classes = (ctx.params.get(name) or None for name in ("kinds", "classes"))
            try:
                told = outlook(
                    target_of(ctx), key, min_probability=least, kinds=kinds, classes=classes
                )
            except ValueError as error:
                inputs.view("preview", types.Warning(label="Nothing", description=str(error)))
                return
            inputs.view("preview", types.Notice(label=str(told)))

    def act(self, ctx: foo.ExecutionContext, key: str, params: dict[str, Any]) -> dict[str, Any]:
        """Accepts them."""
        return outcome_result(accept_all(target_of(ctx), key, **params))


class ExportLabelIssues(ReviewOperator):
    """Writes issues and decisions to a table."""

    name_, label_, icon_ = "export_label_issues", "Export label issues", "download"
    about = "Write suspected errors and decisions to a CSV or JSON file"
    function = staticmethod(export)

    def ask(self, inputs: types.Object, ctx: foo.ExecutionContext) -> None:
        """Where to."""
        inputs.str("path", label="File, ends .csv or .json", required=True)
        ask_choice(inputs, "status", "Status", [ANY_STATUS, OPEN, *STATUSES])

    def act(self, ctx: foo.ExecutionContext, key: str, params: dict[str, Any]) -> dict[str, Any]:
        """Writes it."""
        number = export(target_of(ctx), key, **params)
        return {"summary": f"{number:,} rows written to {params['path']}", "rows": number}


class TagLabelIssues(ReviewOperator):
    """Tags images and labels with open issues."""

    name_, label_, icon_ = "tag_label_issues", "Tag label issues", "local_offer"
    about = "Tag images and labels with suspected errors, for an annotation tool"
    function = staticmethod(tag_issues)

    def ask(self, inputs: types.Object, ctx: foo.ExecutionContext) -> None:
        """With which tag."""
        inputs.str("tag", label="Tag", default=DEFAULT_TAG)
        ask_kind(inputs, ctx.params.get("kinds"))
        ask_classes(inputs, ctx.params.get("classes"))
        ask_probability(inputs, 0.0)

    def act(self, ctx: foo.ExecutionContext, key: str, params: dict[str, Any]) -> dict[str, Any]:
        """Tags them."""
        tagged = tag_issues(target_of(ctx), key, **params)
        told = f"{tagged.samples:,} images and {tagged.labels:,} labels tagged"
        return {"summary": told, "samples": tagged.samples, "labels": tagged.labels}


REVIEW_OPERATORS = (
    ListLabelIssues,
    AcceptLabelIssues,
    DismissLabelIssues,
    SkipLabelIssues,
    UndoLabelDecisions,
    RedoLabelDecisions,
    AcceptAllLabelIssues,
    ExportLabelIssues,
    TagLabelIssues,
    *UPKEEP_OPERATORS,
)
