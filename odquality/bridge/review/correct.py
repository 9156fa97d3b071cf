"""Corrects the probabilities of what is open by what was learnt, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from bson import ObjectId

from odquality.bridge.decisions.shares import GRAIN
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.store import database
from odquality.bridge.store.halves import update_most
from odquality.core.log_odds import HIGHEST, LEAST, LOWEST, MOST
from odquality.kinds import KINDS
from odquality.learning.correction import Correction

Document = dict[str, Any]

# Log odds at which the curve is given by which probabilities are corrected: all of its bends are
# among them, so that between them it is straight.
_STEP = 0.5
_GRID = np.arange(LOWEST, HIGHEST + _STEP, _STEP)


def correct(
    target: ReviewTarget, correction: Correction, samples: Sequence[ObjectId] | None = None
) -> None:
    """Corrects what is open, in one update of all samples that have any, or of some samples."""
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
    if samples is None:
        update_most(target.dataset, open_ones, pipeline)
    else:
        some = {**open_ones, "_id": {"$in": list(samples)}}
        database.update_samples(target.dataset, some, pipeline)
    database.refresh_loaded_samples(target.dataset, samples)


def _now(correction: Correction) -> Any:
    """The corrected probability of the suggestion ``s``; of a kind that is not, exactly its own."""
    corrected = [kind for kind in KINDS if correction.changes(kind)]
    if not corrected:
        return "$$s.probability"
    branches = [
        {
            "case": {"$eq": ["$$s.kind", kind]},
            "then": _logistic(_interpolated(correction.corrected_odds(kind, _GRID).tolist())),
        }
        for kind in corrected
    ]
    return {"$switch": {"branches": branches, "default": "$$s.probability"}}


def _interpolated(curve: list[float]) -> Document:
    """The value at the log odds of the suggestion ``s`` of a curve that is given on the grid."""
    bounded = {"$min": [{"$max": ["$$s.probability", LEAST]}, MOST]}
    odds = {"$subtract": [{"$ln": "$$said"}, {"$ln": {"$subtract": [1.0, "$$said"]}}]}
    at = {"$divide": [{"$subtract": [odds, LOWEST]}, _STEP]}
    low = {"$toInt": {"$max": [0, {"$min": [{"$floor": "$$at"}, len(curve) - 2]}]}}
    start = {"$arrayElemAt": ["$$curve", "$$low"]}
    end = {"$arrayElemAt": ["$$curve", {"$add": ["$$low", 1]}]}
    share = {"$subtract": ["$$at", "$$low"]}
    value = {"$add": [start, {"$multiply": [share, {"$subtract": [end, start]}]}]}
    inner = _let({"at": at}, _let({"low": low, "curve": curve}, value))
    return _let({"said": bounded}, inner)


def _logistic(odds: Document) -> Document:
    """The probability of log odds."""
    return {"$divide": [1.0, {"$add": [1.0, {"$exp": {"$multiply": [-1.0, odds]}}]}]}


def _let(values: Document, then: Document) -> Document:
    """An expression with names for others."""
    return {"$let": {"vars": values, "in": then}}


def _errors(suggestions: str) -> Document:
    """How many of the expected errors of an image its suggestions are, in grains as `share_of`."""
    grains = {"$multiply": [{"$round": [{"$divide": ["$$s.confidence", GRAIN]}, 0]}, GRAIN]}
    return {"$sum": {"$map": {"input": suggestions, "as": "s", "in": grains}}}
