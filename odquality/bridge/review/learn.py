"""What a run learns from the decisions on its suggestions, at every tenth of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any

import numpy as np
from bson import ObjectId
from fiftyone.core.collections import SampleCollection

from odquality.bridge.decisions.field import ACCEPTED, DISMISSED, EDITED
from odquality.bridge.decisions.reading import STANDING, find
from odquality.bridge.decisions.shares import GRAIN
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.run.ownership import check_writable
from odquality.bridge.run.recalibration import RunRecalibration, recalibrate, told_by
from odquality.bridge.store import database, schema
from odquality.bridge.store.halves import update_most
from odquality.bridge.store.waiting import waiting_for
from odquality.kinds import KINDS, OVERLOOKED
from odquality.learning.correction import Correction
from odquality.learning.decisions import Decision

Document = dict[str, Any]

# Decisions from one lesson to the next.
DECISIONS_PER_LESSON = 10

# What is learnt from: a skipped issue was not judged.
JUDGED = (ACCEPTED, DISMISSED, EDITED)

# What a decision tells.
_TOLD = {f"d.{name}": 1 for name in ("kind", "status", "label_id", "prediction_id", "probability")}

# Points of the curve by which probabilities are corrected in the database.
_POINTS = 1001

# One at a time: two lessons of a run would get in each other's way.
_TEACHER = ThreadPoolExecutor(1, "odquality-lessons")

# The lesson of each run that was last put in line.
_NEXT: dict[ObjectId, Future[None]] = {}
_LINE = Lock()

# The lessons that those who decide do not wait for; None where they do.
_WAITING: ContextVar[list[Future[None]] | None] = ContextVar("lessons", default=None)

_LOGGER = logging.getLogger(__name__)


def learn_from_decisions(samples: SampleCollection, key: str) -> RunRecalibration:
    """Brings a run up to date with all decisions on what it suggested.

    Its report tells how many errors are left; the probabilities of open suggestions and the
    expected errors of their images are corrected. Deciding does this at every tenth decision.

    Args:
        samples: a dataset or view.
        key: of a complete run of the calibrated method.

    Returns:
        What is known now.

    Raises:
        ValueError: there is no such run, it has no suggestions or is not complete, these are
            read-only, or another process changed the run meanwhile.
    """
    target = ReviewTarget.of(samples, key)
    check_writable(schema.declared(target.dataset), target.corrected, "a lesson would correct them")
    decisions = _lessons(_judged(target, after=[{"$project": _TOLD}]))
    # They hold what the scoring said when it suggested them.
    told = told_by(decisions)
    what = f"Learning from {len(decisions):,} decisions, and correcting all that is open"
    with waiting_for(what):
        learnt = recalibrate(target.dataset, target.record.key, decisions, told=told)
        _correct(target, learnt.lessons.correction if decisions else None)
    return learnt


@contextmanager
def in_background() -> Iterator[list[Future[None]]]:
    """Decisions made within do not wait for what is learnt from them: it is done soon after.

    Yields:
        The lessons, as they are taken up; one after the other is done.
    """
    lessons: list[Future[None]] = []
    token = _WAITING.set(lessons)
    try:
        yield lessons
    finally:
        _WAITING.reset(token)


def after(target: ReviewTarget, change: int) -> None:
    """Learns if there was a tenth decision among the last ones, and forgets with the first one.

    Args:
        target: of the decisions.
        change: how many that are `JUDGED` were made, or, below 0, taken back.
    """
    if not change or not target.record.is_complete:
        return
    now = sum(row["number"] for row in _judged(target, after=[{"$count": "number"}]))
    if now and now // DECISIONS_PER_LESSON == (now - change) // DECISIONS_PER_LESSON:
        return
    waiting = _WAITING.get()
    if waiting is None:
        _learn(target)
        return
    waiting.append(_in_line(target))


def _in_line(target: ReviewTarget) -> Future[None]:
    """The lesson of a run that comes next: one that has not begun learns from all decisions."""
    of_run = target.record.id
    with _LINE:
        lesson = _NEXT.get(of_run)
        if lesson is None or lesson.running() or lesson.done():
            lesson = _NEXT[of_run] = _TEACHER.submit(_learn, target)
            lesson.add_done_callback(_tell_failure)
    return lesson


def _learn(target: ReviewTarget) -> None:
    try:
        learn_from_decisions(target.dataset, target.record.key)
    except ValueError:
        # A colleague's process learns at this moment, from the same decisions.
        return


def _tell_failure(lesson: Future[None]) -> None:
    if (error := lesson.exception()) is not None:
        _LOGGER.warning("Nothing was learnt from the last decisions: %s", error, exc_info=error)


def _judged(target: ReviewTarget, after: Sequence[Document]) -> Iterator[Document]:
    """The decisions on what this scoring suggested that say right or wrong, each as ``d``."""
    if target.decisions is None:
        return iter(())
    mine = {**STANDING, "scoring": target.scoring, "status": {"$in": list(JUDGED)}}
    return find(target.dataset, target.decisions, mine, after=after)


def _lessons(rows: Iterable[Document]) -> list[Decision]:
    """What decisions teach, but for those of which nobody can tell the box.

    It has no id, or shares it with another of which the contrary was decided.
    """
    decisions = list(map(_lesson, rows))
    said: dict[Any, set[bool]] = {}
    for one in decisions:
        said.setdefault((one.box, one.kind), set()).add(one.is_error)
    return [
        one for one in decisions if one.box.name is not None and len(said[one.box, one.kind]) == 1
    ]


def _lesson(row: Document) -> Decision:
    decision, is_missing = row["d"], row["d"]["kind"] == OVERLOOKED
    return Decision(
        str(row["_id"]),
        decision["kind"],
        decision["status"] != DISMISSED,
        label=None if is_missing else decision.get("label_id"),
        prediction=decision.get("prediction_id") if is_missing else None,
        probability=decision.get("probability"),
    )


def _correct(target: ReviewTarget, correction: Correction | None) -> None:
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


def _now(correction: Correction | None) -> Any:
    """The corrected probability of the suggestion ``s``."""
    if correction is None:
        return "$$s.probability"
    grid = np.linspace(0.0, 1.0, _POINTS)
    branches = [
        {
            "case": {"$eq": ["$$s.kind", kind]},
            "then": _interpolated(correction.apply(kind, grid).tolist()),
        }
        for kind in KINDS
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
