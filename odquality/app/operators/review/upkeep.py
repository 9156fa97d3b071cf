"""Operators that look after a review: edits by hand, lessons, progress, an end for good."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from odquality.app.operators.review.base import ReviewOperator, outcome_result
from odquality.bridge.review.decide import note_edits
from odquality.bridge.review.exports import delete_decisions
from odquality.bridge.review.learn import learn_from_decisions
from odquality.bridge.review.progress import ReviewProgress, review_progress


class NoteLabelEdits(ReviewOperator):
    """Counts as decided what was edited by hand."""

    name_, label_, icon_ = "note_label_edits", "Note label edits", "edit"
    about = "Close suspected errors whose labels were edited by hand"
    function = staticmethod(note_edits)
    waits_for = "Comparing the labels of all images with open issues with what was scored"
    changes_labels = True

    def act(self, ctx: foo.ExecutionContext, key: str, params: dict[str, Any]) -> dict[str, Any]:
        """Notes them."""
        return outcome_result(note_edits(ctx.dataset, key, **params))


class LearnFromLabelDecisions(ReviewOperator):
    """Brings a run up to date with what was decided."""

    name_, label_ = "learn_from_label_decisions", "Learn from label decisions"
    icon_ = "school"
    about = "Correct probabilities and expected errors by what was decided; every tenth does so too"
    function = staticmethod(learn_from_decisions)
    waits_for = "Learning from the decisions, and correcting all that is open"
    changes_labels = True

    def act(self, ctx: foo.ExecutionContext, key: str, params: dict[str, Any]) -> dict[str, Any]:
        """Learns."""
        learnt = learn_from_decisions(ctx.dataset, key)
        return {"summary": str(learnt), "remaining": _remaining(review_progress(ctx.dataset, key))}


class LabelReviewProgress(ReviewOperator):
    """Tells how far a review is."""

    name_, label_, icon_ = "label_review_progress", "Label review progress", "trending_up"
    about = "How many suspected errors are open, what was decided, how many errors are left"
    function = staticmethod(review_progress)

    def act(self, ctx: foo.ExecutionContext, key: str, params: dict[str, Any]) -> dict[str, Any]:
        """Counts."""
        progress = review_progress(ctx.dataset, key)
        return {
            "summary": str(progress),
            "open": dict(progress.open),
            "decided": dict(progress.decided),
            "remaining": _remaining(progress),
        }


class DeleteLabelDecisions(ReviewOperator):
    """Deletes what was decided."""

    name_, label_, icon_ = "delete_label_decisions", "Delete label decisions", "delete"
    about = "Delete all decisions on the labels of a run, for good; what was mended stays mended"
    function = staticmethod(delete_decisions)
    changes_labels = True
    risk_ = types.RiskLevel.HIGH

    def ask(self, inputs: types.Object, ctx: foo.ExecutionContext) -> None:
        """Says what would be lost."""
        text = "Nobody can undo them then, and what was dismissed is suggested again."
        inputs.view("warning", types.Warning(label="Deleted for good", description=text))

    def act(self, ctx: foo.ExecutionContext, key: str, params: dict[str, Any]) -> dict[str, Any]:
        """Deletes them."""
        number = review_progress(ctx.dataset, key).num_decided
        delete_decisions(ctx.dataset, key, **params)
        return {"summary": f"{number:,} decisions deleted", "deleted": number}


UPKEEP_OPERATORS = (
    NoteLabelEdits,
    LearnFromLabelDecisions,
    LabelReviewProgress,
    DeleteLabelDecisions,
)


def _remaining(progress: ReviewProgress) -> dict[str, dict[str, float]]:
    return {kind: dict(numbers) for kind, numbers in progress.remaining.items()}
