"""Labels that a reviewer took over from the predictions: what they carry tells them.

They say nothing of what annotators miss, nor of how well a detector agrees with them.
"""

from __future__ import annotations

# Attributes of such a label: where it comes from, and the confidence of the prediction it was.
SOURCE, SOURCE_CONFIDENCE = "odquality_source", "odquality_confidence"
FROM_PREDICTION = "prediction"


def source_path(gt_field: str) -> str:
    """Path of `SOURCE` in the schema of a dataset whose labels have it."""
    return f"{gt_field}.detections.{SOURCE}"
