"""What a run learns from the decisions on its suggestions, at every tenth of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any

from bson import ObjectId
from fiftyone.core.collections import SampleCollection

from odquality.bridge.decisions.field import ACCEPTED, DISMISSED, EDITED
from odquality.bridge.decisions.reading import STANDING, find
from odquality.bridge.review.correct import correct
from odquality.bridge.review.removed import read_removed
from odquality.bridge.review.target import ReviewTarget
from odquality.bridge.run.ownership import check_writable
from odquality.bridge.run.recalibration import (
    RunRecalibration,
    load_correction,
    recalibrate,
    told_by,
)
from odquality.bridge.store import records, schema
from odquality.bridge.store.handover import RunChangedError, note_corrected
from odquality.bridge.store.records import RunRecord
from odquality.bridge.store.waiting import waiting_for
from odquality.kinds import OVERLOOKED
from odquality.learning.decisions import Decision

Document = dict[str, Any]

# Decisions from one lesson to the next.
DECISIONS_PER_LESSON = 10

# What is learnt from: a skipped issue was not judged.
JUDGED = (ACCEPTED, DISMISSED, EDITED)

# What a decision tells, and, as a text, the label that it removed.
_TOLD: Document = {
    **{f"d.{name}": 1 for name in ("kind", "status", "label_id", "prediction_id", "probability")},
    "removed": {
        "$cond": [
            {"$and": [{"$eq": ["$d.status", ACCEPTED]}, {"$eq": ["$d.action", "remove"]}]},
            "$d.before",
            None,
        ]
    },
}

# Where others are faster to learn it is learnt once more, this often at most.
_MAX_TRIES = 5

# One at a time: two lessons of a run would get in each other's way.
_TEACHER = ThreadPoolExecutor(1, "odquality-lessons")

# The lesson of each run that was last put in line.
_NEXT: dict[ObjectId, Future[None]] = {}
_LINE = Lock()

# The lessons that those who decide do not wait for; None where they do.
_WAITING: ContextVar[list[Future[None]] | None] = ContextVar("lessons", default=None)

_LOGGER = logging.getLogger(__name__)
_FAILURE = "Nothing was learnt from the last decisions: %s"


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
    rows = list(_judged(target, after=[{"$project": _TOLD}]))
    decisions = _lessons(rows)
    lessons = ((_lesson(row), row["removed"]) for row in rows if row.get("removed"))
    removed = {lesson.box: (lesson, label) for lesson, label in lessons}
    lesson = str(ObjectId())
    what = f"Learning from {len(decisions):,} decisions, and correcting all that is open"
    with waiting_for(what):
        learnt, file = recalibrate(
            target.dataset,
            target.record.key,
            decisions,
            # They hold what the scoring said when it suggested them.
            told=told_by(decisions),
            removed=read_removed(removed),
            noted={"learnt_from": len(rows), "lesson": lesson},
        )
        correct(target, learnt.lessons.correction)
        _give_way(target, file)
        note_corrected(target.record, lesson)
    return learnt


def _give_way(target: ReviewTarget, file: ObjectId | None) -> None:
    """Corrects once more where another process has learnt since, whose lesson is the later one.

    Args:
        target: that was corrected.
        file: of the results from which it was.
    """
    while True:
        record = records.find(target.dataset, target.record.key)
        if record is None or not record.is_complete or record.results == file:
            return
        correction, file = load_correction(target.dataset, record.key)
        correct(target, correction)


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


def after(target: ReviewTarget, change: int, reopened: Sequence[ObjectId] = ()) -> None:
    """Learns if there was a tenth decision among the last ones, and forgets with the first one.

    Args:
        target: of the decisions.
        change: how many that are `JUDGED` were made, or, below 0, taken back.
        reopened: samples with suggestions that are open again, as sure as they were when they were
            decided on: what was learnt since corrects them, too.
    """
    if not target.record.is_complete:
        return
    if not change or not _is_due(target, change):
        _catch_up(target, reopened)
        return
    waiting = _WAITING.get()
    if waiting is None:
        _learn(target)
        return
    waiting.append(_in_line(target))


def _is_due(target: ReviewTarget, change: int) -> bool:
    """Whether a lesson is due after a change of the number of decisions."""
    now = sum(row["number"] for row in _judged(target, after=[{"$count": "number"}]))
    lesson = now // DECISIONS_PER_LESSON
    is_tenth = lesson != (now - change) // DECISIONS_PER_LESSON
    return not now or is_tenth or _is_missed(target, lesson)


def _catch_up(target: ReviewTarget, samples: Sequence[ObjectId]) -> None:
    """Corrects what is open of some samples by the last lesson."""
    record = records.find(target.dataset, target.record.key) if samples else None
    if record is None or not record.learnt_from or not record.is_complete:
        return
    correction, file = load_correction(target.dataset, record.key)
    correct(target, correction, samples)
    _give_way(target, file)


def _is_missed(target: ReviewTarget, lesson: int) -> bool:
    """Whether the lesson by a number has neither been learnt nor begun, or was cut off.

    Where two decide at the same moment, each may see the other's decision as the one that makes
    the tenth.
    """
    if _is_learnt(target.record, lesson):
        return False
    with _LINE:
        in_line = _NEXT.get(target.record.id)
    if in_line is not None and not in_line.done():
        return False
    # It may have been learnt since the target was looked up.
    record = records.find(target.dataset, target.record.key)
    return record is not None and not _is_learnt(record, lesson)


def _is_learnt(record: RunRecord, lesson: int) -> bool:
    return record.learnt_from // DECISIONS_PER_LESSON == lesson and record.is_corrected


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
    for _ in range(_MAX_TRIES):
        try:
            learn_from_decisions(target.dataset, target.record.key)
        except RunChangedError:
            # A colleague's process learns at this moment, perhaps not from the last decisions.
            continue
        except ValueError as error:
            _LOGGER.warning(_FAILURE, error)
        return


def _tell_failure(lesson: Future[None]) -> None:
    if (error := lesson.exception()) is not None:
        _LOGGER.warning(_FAILURE, error, exc_info=error)


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
