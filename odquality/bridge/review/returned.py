"""What a label that was removed comes back with: the scores of the runs that there are now."""

from __future__ import annotations

from typing import Any

from odquality.bridge.review.target import ReviewTarget

Document = dict[str, Any]


def as_scored_now(target: ReviewTarget, decision: Document, label: Document) -> Document:
    """A removed label without scores of runs that are gone by now.

    Those of the run that suggested it go by its key, which may be another one by now.

    Args:
        target: of the run under which it comes back.
        decision: that removed it.
        label: as it was.
    """
    gone = set(decision.get("run_attributes") or ()) - target.passed_over
    new_names: dict[str, str] = {}
    if gone and decision.get("scoring") == target.scoring:
        # All begin with the key, and the score of the label itself is no more than that.
        old_key, new_key = min(gone, key=len), target.record.names.key
        new_names = {name: new_key + name.removeprefix(old_key) for name in gone}
    return {
        new_names.get(name, name): value
        for name, value in label.items()
        if name not in gone or new_names.get(name) in target.passed_over
    }
