"""Runs learn from a reviewer's decisions: the record is brought up to date, nothing is read again.

With its report a run keeps how many boxes have which probability, and the decisions it has learnt
from, each with what the run had said. The scores on samples and labels stay those of the run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from bson import ObjectId
from fiftyone.core.collections import SampleCollection

from odquality.bridge.run.answers import (
    ANSWERS,
    SPECTRUM,
    lessons_of_rows,
    outcomes_of,
    recorded,
    to_rows,
)
from odquality.bridge.run.box_probabilities import Probabilities, read_probabilities
from odquality.bridge.run.lookup import find_complete_run
from odquality.bridge.run.remaining import remaining_errors
from odquality.bridge.store import handover, records, results
from odquality.bridge.store.kept import current_file
from odquality.bridge.store.records import RunRecord
from odquality.bridge.store.samples import dataset_of
from odquality.kinds import LABEL_KINDS
from odquality.learning.correction import Correction, fit_correction
from odquality.learning.decisions import Answer, Decision, answers, listed
from odquality.learning.lessons import Lessons
from odquality.learning.twins import pair_up, shows_on_another

# Gives probabilities of the run, those that it knows of some.
LookUp = Callable[[Collection[Answer]], Probabilities]


@dataclass(frozen=True)
class RunRecalibration:
    """What a run has learnt; print it.

    Attributes:
        lessons: how many errors are left, of which kind, and how surely; and the correction of the
            run's probabilities: ``lessons.correction.apply(kind, 1 - scores)``.
        unused: decisions on boxes of which the run's probability is not known: the box, its sample
            or its score is gone, or the run said nothing of it.
    """

    lessons: Lessons
    unused: tuple[Decision, ...]

    def __str__(self) -> str:
        if not self.unused:
            return str(self.lessons)
        return (
            f"{self.lessons}\n  {len(self.unused):,} decisions were not used: they are on boxes of "
            "which this run has no score (now)"
        )


def recalibrate_run(
    samples: SampleCollection, key: str, decisions: Iterable[Decision]
) -> RunRecalibration:
    """Corrects the probabilities of a run by what a reviewer has found, as `recalibrate` does.

    What was learnt is recorded with the run, and its report shows it: how many errors are left, and
    how many more decisions find most of them. It takes the place of what was learnt before: pass
    all decisions every time, and leave out one to undo it. Fields of samples and labels are not
    changed.

    Decisions name samples, labels and predictions by their ids: ``Decision(sample.id, "swap", True,
    label=label.id)``, ``Decision(sample.id, "overlooked", True, prediction=detection.id)``,
    ``Decision.confirm(sample.id, label.id)``. They are to be of this run: an error that was mended
    before the labels were scored again tells nothing of the new scores. A label may be mended or
    deleted once a decision on it was recorded.

    Args:
        samples: a dataset or view.
        key: of a complete run of the calibrated method.
        decisions: what was found.

    Returns:
        What is known now.

    Raises:
        ValueError: there is no such run, it is not complete or cannot learn; a decision is
            malformed or contradicts another; or another process changed the run meanwhile.
    """
    return recalibrate(samples, key, listed(decisions))[0]


def recalibrate(
    samples: SampleCollection,
    key: str,
    decisions: Sequence[Decision],
    *,
    told: Probabilities | None = None,
    removed: LookUp = lambda wanted: {},
    noted: Mapping[str, Any] | None = None,
) -> tuple[RunRecalibration, ObjectId]:
    """As `recalibrate_run`, which see, with what is known of the run's probabilities already.

    Args:
        samples: a dataset or view.
        key: of a complete run of the calibrated method.
        decisions: what was found.
        told: what the run had said of some boxes, which are not looked up then.
        removed: looks up what the run had said of boxes that may not be there any more.
        noted: entries of the run's configuration that go with what was learnt.

    Returns:
        What is known now, and the file of results that holds it.

    Raises:
        RunChangedError: another process changed the run meanwhile.
    """
    record, kept = _complete_run(samples, key)
    dataset = dataset_of(samples)
    given = answers(decisions)
    _check_ids(decisions)
    said = {**(told or {}), **recorded(kept)}
    said |= removed(given.keys() - said.keys())
    said |= read_probabilities(dataset, record, given.keys() - said.keys())
    seen = set(said)
    said = {**told_by(decisions), **said}
    known = {answer: is_error for answer, is_error in given.items() if answer in said}
    rows = to_rows(known, said, seen, _settle_another(decisions, known, said))
    lessons = lessons_of_rows(kept, rows)
    report = {**kept.get("report", {}), "remaining": remaining_errors(lessons)}
    if not known and report.get("maybe_in_sample"):
        # Until somebody has looked, nobody knows.
        report["remaining"] = {}

    def save(file: ObjectId) -> None:
        kept_now = {**kept, "report": report, ANSWERS: rows}
        results.save_report(file, **kept_now)

    file = handover.exchange_results(record, save, noted)
    if file is None:
        raise handover.RunChangedError(f"run {key!r} was changed by another process; try again")
    records.refresh(dataset, key)
    return RunRecalibration(lessons, _unused(decisions, known)), file


def load_correction(samples: SampleCollection, key: str) -> tuple[Correction, ObjectId | None]:
    """How a run's probabilities are corrected so far, and the file of results that says so.

    Raises:
        ValueError: as `load_lessons` does.
    """
    record, kept = _complete_run(samples, key)
    return fit_correction(outcomes_of(kept.get(ANSWERS, ()))), record.results


def told_by(decisions: Iterable[Decision]) -> Probabilities:
    """What decisions tell of the run's probabilities; of several the largest, in any order."""
    told: Probabilities = {}
    for decision in decisions:
        if decision.kind is not None and decision.probability is not None:
            answer, probability = Answer(decision.box, decision.kind), float(decision.probability)
            told[answer] = max(probability, told.get(answer, 0.0))
    return told


def load_lessons(samples: SampleCollection, key: str) -> Lessons:
    """What a run has learnt so far.

    Raises:
        ValueError: there is no such run, it is not complete, or it cannot learn.
    """
    _, kept = _complete_run(samples, key)
    return lessons_of_rows(kept, kept.get(ANSWERS, ()))


def _check_ids(decisions: Iterable[Decision]) -> None:
    for position, decision in enumerate(decisions):
        for what, name in (("image", decision.image), (decision.box.side, decision.box.name)):
            if not isinstance(name, str):
                raise ValueError(
                    f"decisions[{position}].{what} is {name!r}; expected an id, such as sample.id "
                    "or detection.id"
                )


def _complete_run(samples: SampleCollection, key: str) -> tuple[RunRecord, dict[str, Any]]:
    """The record of a run, and what it keeps to learn from.

    Raises:
        ValueError: there is no such run, it is not complete or cannot learn.
    """
    while True:
        record = find_complete_run(samples, key)
        kept = results.load(record.results)
        if isinstance(kept.get(SPECTRUM), Mapping):
            return record, kept
        if current_file(record) == record.results:
            break
    raise ValueError(
        f"key is {record.key!r}, a run that keeps no probabilities to learn from: its method gives "
        "none, or an earlier version of odquality made it; run it again by method 'calibrated'"
    )


def _settle_another(
    decisions: Iterable[Decision], known: Mapping[Answer, bool], said: Probabilities
) -> set[Answer]:
    """The answers that settle another box that shows the same error.

    These are the ones that were asked for. The other box may have its own answer, as a label that
    is right has.
    """
    asked = {Answer(one.box, one.kind) for one in decisions if one.kind is not None}
    shown = [one for one in known if shows_on_another(one.kind, said[one])]
    by_image: dict[tuple[Any, str], tuple[list[Answer], list[Answer]]] = {}
    for answer in sorted(shown, key=lambda one: (said[one], str(one.box.name))):
        sides = by_image.setdefault((answer.box.image, answer.kind), ([], []))
        sides[answer not in asked].append(answer)
    several = set()
    for mine, others in by_image.values():
        values, among = (np.array([said[one] for one in side]) for side in (mine, others))
        places = pair_up(values, among)
        several |= {one for one, place in zip(mine, places, strict=True) if place is None}
    return several


def _unused(decisions: Iterable[Decision], known: Mapping[Answer, bool]) -> tuple[Decision, ...]:
    kinds = {each: LABEL_KINDS if each.kind is None else (each.kind,) for each in decisions}
    return tuple(
        each
        for each, of in kinds.items()
        if not any(Answer(each.box, kind) in known for kind in of)
    )
