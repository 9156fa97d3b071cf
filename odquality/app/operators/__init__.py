"""The operators of the App: they translate between a form and a function."""

from __future__ import annotations

from odquality.app.operators.assign_folds import AssignFolds
from odquality.app.operators.colors import RestoreMyColors, ShowKindColors
from odquality.app.operators.compute_label_quality import ComputeLabelQuality
from odquality.app.operators.delete_label_quality import DeleteLabelQuality
from odquality.app.operators.review.operators import REVIEW_OPERATORS
from odquality.app.operators.show_worst_images import ShowWorstImages

OPERATORS = (
    ComputeLabelQuality,
    ShowWorstImages,
    DeleteLabelQuality,
    AssignFolds,
    ShowKindColors,
    RestoreMyColors,
    *REVIEW_OPERATORS,
)
