"""Finds the wrong labels in an object-detection dataset.

The scorer works on numpy arrays. What needs FiftyOne is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odquality._version import __version__
from odquality.arrays.api import (
    find_label_issues,
    get_label_quality_scores,
    score_labels,
)
from odquality.arrays.box_scores import (
    compute_badloc_box_scores,
    compute_overlooked_box_scores,
    compute_swap_box_scores,
    pool_box_scores_per_image,
)
from odquality.arrays.issues import issues_from_scores
from odquality.arrays.quality import LabelQuality
from odquality.arrays.question import Question
from odquality.arrays.recalibration import Recalibration, recalibrate
from odquality.arrays.summary import LabelSummary, summarize_labels
from odquality.learning.decisions import Decision
from odquality.methods.issues import Issue

if TYPE_CHECKING:
    from odquality.bridge.engines.beam import BeamEngine
    from odquality.bridge.engines.parts_engine import PartsEngine
    from odquality.bridge.folds.assign import FoldReport, assign_folds
    from odquality.bridge.pictures.visualize import visualize
    from odquality.bridge.review.bulk import AcceptPreview, accept_all, preview_accept_all
    from odquality.bridge.review.decide import accept, dismiss, note_edits, skip
    from odquality.bridge.review.exports import Tagged, delete_decisions, export, tag_issues
    from odquality.bridge.review.history import redo, undo
    from odquality.bridge.review.issue import ReviewIssue
    from odquality.bridge.review.learn import learn_from_decisions
    from odquality.bridge.review.listing import list_issues
    from odquality.bridge.review.outcome import Outcome, Refusal
    from odquality.bridge.review.progress import ReviewProgress, review_progress
    from odquality.bridge.run.compute import compute_label_quality
    from odquality.bridge.run.recalibration import RunRecalibration, recalibrate_run
    from odquality.bridge.run.report import LabelQualityReport
    from odquality.bridge.run.upkeep import delete_run
    from odquality.bridge.run.worst import worst_first
    from odquality.bridge.summary.summarize import RunSummary, summarize_run

__all__ = [
    "AcceptPreview",
    "BeamEngine",
    "Decision",
    "FoldReport",
    "Issue",
    "LabelQuality",
    "LabelQualityReport",
    "LabelSummary",
    "Outcome",
    "PartsEngine",
    "Question",
    "Recalibration",
    "Refusal",
    "ReviewIssue",
    "ReviewProgress",
    "RunRecalibration",
    "RunSummary",
    "Tagged",
    "__version__",
    "accept",
    "accept_all",
    "assign_folds",
    "compute_badloc_box_scores",
    "compute_label_quality",
    "compute_overlooked_box_scores",
    "compute_swap_box_scores",
    "delete_decisions",
    "delete_run",
    "dismiss",
    "export",
    "find_label_issues",
    "get_label_quality_scores",
    "issues_from_scores",
    "learn_from_decisions",
    "list_issues",
    "note_edits",
    "pool_box_scores_per_image",
    "preview_accept_all",
    "recalibrate",
    "recalibrate_run",
    "redo",
    "review_progress",
    "score_labels",
    "skip",
    "summarize_labels",
    "summarize_run",
    "tag_issues",
    "undo",
    "visualize",
    "worst_first",
]

_LAZY = {
    "AcceptPreview": "odquality.bridge.review.bulk",
    "BeamEngine": "odquality.bridge.engines.beam",
    "FoldReport": "odquality.bridge.folds.assign",
    "LabelQualityReport": "odquality.bridge.run.report",
    "Outcome": "odquality.bridge.review.outcome",
    "PartsEngine": "odquality.bridge.engines.parts_engine",
    "Refusal": "odquality.bridge.review.outcome",
    "ReviewIssue": "odquality.bridge.review.issue",
    "ReviewProgress": "odquality.bridge.review.progress",
    "RunRecalibration": "odquality.bridge.run.recalibration",
    "RunSummary": "odquality.bridge.summary.summarize",
    "Tagged": "odquality.bridge.review.exports",
    "accept": "odquality.bridge.review.decide",
    "accept_all": "odquality.bridge.review.bulk",
    "assign_folds": "odquality.bridge.folds.assign",
    "compute_label_quality": "odquality.bridge.run.compute",
    "delete_decisions": "odquality.bridge.review.exports",
    "delete_run": "odquality.bridge.run.upkeep",
    "dismiss": "odquality.bridge.review.decide",
    "export": "odquality.bridge.review.exports",
    "learn_from_decisions": "odquality.bridge.review.learn",
    "list_issues": "odquality.bridge.review.listing",
    "note_edits": "odquality.bridge.review.decide",
    "preview_accept_all": "odquality.bridge.review.bulk",
    "recalibrate_run": "odquality.bridge.run.recalibration",
    "redo": "odquality.bridge.review.history",
    "review_progress": "odquality.bridge.review.progress",
    "skip": "odquality.bridge.review.decide",
    "summarize_run": "odquality.bridge.summary.summarize",
    "tag_issues": "odquality.bridge.review.exports",
    "undo": "odquality.bridge.review.history",
    "visualize": "odquality.bridge.pictures.visualize",
    "worst_first": "odquality.bridge.run.worst",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LAZY[name]), name)
