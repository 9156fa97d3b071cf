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
from odquality.arrays.recalibration import Question, Recalibration, recalibrate
from odquality.learning.decisions import Decision
from odquality.methods.issues import Issue

if TYPE_CHECKING:
    from odquality.bridge.folds.assign import FoldReport, assign_folds
    from odquality.bridge.pictures.visualize import visualize
    from odquality.bridge.run.compute import compute_label_quality
    from odquality.bridge.run.recalibration import RunRecalibration, recalibrate_run
    from odquality.bridge.run.report import LabelQualityReport
    from odquality.bridge.run.upkeep import delete_run
    from odquality.bridge.run.worst import worst_first

__all__ = [
    "Decision",
    "FoldReport",
    "Issue",
    "LabelQuality",
    "LabelQualityReport",
    "Question",
    "Recalibration",
    "RunRecalibration",
    "__version__",
    "assign_folds",
    "compute_badloc_box_scores",
    "compute_label_quality",
    "compute_overlooked_box_scores",
    "compute_swap_box_scores",
    "delete_run",
    "find_label_issues",
    "get_label_quality_scores",
    "issues_from_scores",
    "pool_box_scores_per_image",
    "recalibrate",
    "recalibrate_run",
    "score_labels",
    "visualize",
    "worst_first",
]

_LAZY = {
    "FoldReport": "odquality.bridge.folds.assign",
    "LabelQualityReport": "odquality.bridge.run.report",
    "RunRecalibration": "odquality.bridge.run.recalibration",
    "assign_folds": "odquality.bridge.folds.assign",
    "compute_label_quality": "odquality.bridge.run.compute",
    "delete_run": "odquality.bridge.run.upkeep",
    "recalibrate_run": "odquality.bridge.run.recalibration",
    "visualize": "odquality.bridge.pictures.visualize",
    "worst_first": "odquality.bridge.run.worst",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LAZY[name]), name)
