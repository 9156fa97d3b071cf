"""What runs wrote whose records do not say it: those of version 0.1.0.

This is history and never changes, whatever runs write today.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_IMAGE = ("", "_overlooked", "_swap", "_badloc")
_CALIBRATED_IMAGE = (*_IMAGE, "_spurious", "_duplicate", "_num_issues", "_suggestions")
_LABEL = ("_swap", "_badloc")
_CALIBRATED_LABEL = ("", *_LABEL, "_spurious", "_duplicate", "_issue", "_suggested_label")
_PREDICTION = ("_overlooked",)


def legacy_score_field(key: str) -> str:
    """The field with the images' scores."""
    return key


def legacy_paths(key: str, config: Mapping[str, Any]) -> list[str]:
    """Every path that a run under a key wrote, by its configuration."""
    by_objectlab = config.get("scoring_method") == "objectlab"
    owners = (
        ("", _IMAGE if by_objectlab else _CALIBRATED_IMAGE),
        (f"{config.get('gt_field')}.detections.", _LABEL if by_objectlab else _CALIBRATED_LABEL),
        (f"{config.get('pred_field')}.detections.", _PREDICTION),
    )
    return [f"{owner}{key}{ending}" for owner, endings in owners for ending in endings]
