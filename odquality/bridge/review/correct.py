"""Corrects the probabilities of what is open by what was learnt, in the database."""

from __future__ import annotations

from typing import Any

import numpy as np

from odquality.bridge.decisions.shares import GRAIN
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.store import database
from odquality.bridge.store.halves import update_most
from odquality.kinds import KINDS
from odquality.learning.correction import Correction

Document = dict[str, Any]

# Points of the curve by which probabilities are corrected.
_POINTS = 1001


def correct(target: ReviewTarget, correction: Correction) -> None:
    """Corrects what is open, in one update of all samples that have any."""
    path = f"{target.suggestions}.detections"
    corrected = {
        "$map": {
            "input": f"${path}",
            "as": "s",
            "in": {"$mergeObjects": ["$$s", {"confidence": _now(correction)}]},
        }
    }
    pipeline: list[Document] = [{"$set": {"_then": f"${path}"}}, {"$set": {path: corrected}}]
    if target.expected_errors is not None:
        change = {"$subtract": [_errors(f"${path}"), _errors("$_then")]}
        expected = {"$add": [f"${target.expected_errors}", change]}
        pipeline.append({"$set": {target.expected_errors: expected}})
    pipeline.append({"$unset": "_then"})
    # Others may have emptied the list of suggestions to None.
    open_ones = {target.num_issues: {"$gt": 0}, path: {"$type": "array"}}
    update_most(target.dataset, open_ones, pipeline)
    database.refresh_loaded_samples(target.dataset)


def _now(correction: Correction) -> Any:
    """The corrected probability of the suggestion ``s``; of a kind that is not, exactly its own."""
    corrected = [kind for kind in KINDS if correction.changes(kind)]
    if not corrected:
        return "$$s.probability"
    grid = np.linspace(0.0, 1.0, _POINTS)
    branches = [
        {
            "case": {"$eq": ["$$s.kind", kind]},
            "then": _interpolated(correction.apply(kind, grid).tolist()),
        }
        for kind in corrected
    ]
    return {"$switch": {"branches": branches, "default": "$$s.probability"}}


def _interpolated(curve: list[float]) -> Document:
    """The value at a suggestion's probability of a curve given at even steps of [0, 1]."""
    at = {"$multiply": ["$$s.probability", len(curve) - 1]}
    low = {"$toInt": {"$min": [{"$floor": "$$at"}, len(curve) - 2]}}
    start = {"$arrayElemAt": ["$$curve", "$$low"]}
    end = {"$arrayElemAt": ["$$curve", {"$add": ["$$low", 1]}]}
    share = {"$subtract": ["$$at", "$$low"]}
    value = {"$add": [start, {"$multiply": [share, {"$subtract": [end, start]}]}]}
    return _let({"at": at}, _let({"low": low, "curve": curve}, value))


def _let(values: Document, then: Document) -> Document:
    """An expression with names for others."""
    return {"$let": {"vars": values, "in": then}}


def _errors(suggestions: str) -> Document:
    """How many of the expected errors of an image its suggestions are, in grains as `share_of`."""
    grains = {"$multiply": [{"$round": [{"$divide": ["$$s.confidence", GRAIN]}, 0]}, GRAIN]}
    return {"$sum": {"$map": {"input": suggestions, "as": "s", "in": grains}}}
