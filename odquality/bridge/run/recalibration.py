"""Runs learn from a reviewer's decisions: the record is brought up to date, nothing is read again.

With its report a run keeps how many boxes have which probability, and the decisions it has learnt
from, each with what the run had said. The scores on samples and labels stay those of the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bson import ObjectId
from fiftyone.core.collections import SampleCollection

from odquality.bridge.run.box_probabilities import Probabilities, read_probabilities
from odquality.bridge.run.lookup import find_complete_run
from odquality.bridge.run.remaining import remaining_errors
from odquality.bridge.store import claims, records, results
from odquality.bridge.store.records import RunRecord
from odquality.bridge.store.samples import dataset_of
from odquality.kinds import LABEL_KINDS
from odquality.learning.decisions import Answer, Box, Decision, Outcomes, answers, listed
from odquality.learning.lessons import Lessons, lessons_of
from odquality.learning.spectrum import Spectrum

# Where a file of results keeps how many boxes have which probability, and what was answered.
_SPECTRUM, _ANSWERS = "spectrum", "answers"


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
    return recalibrate(samples, key, listed(decisions), told={})


def recalibrate(
    samples: SampleCollection, key: str, decisions: Sequence[Decision], *, told: Probabilities
) -> RunRecalibration:
    """As `recalibrate_run`, which see, with what is known of the run's probabilities already.

    Args:
        samples: a dataset or view.
        key: of a complete run of the calibrated method.
        decisions: what was found.
        told: what the run had said of some boxes, which are not looked up then.
    """
    record = find_complete_run(samples, key)
    dataset, kept = dataset_of(samples), _kept(record)
    given = answers(decisions)
    _check_ids(decisions)
    said = {**told, **_recorded(kept)}
    said |= read_probabilities(dataset, record, given.keys() - said.keys())
    said = {**told_by(decisions), **said}
    known = {answer: is_error for answer, is_error in given.items() if answer in said}
    lessons = _lessons(kept, known, said)
    report = {**kept.get("report", {}), "remaining": remaining_errors(lessons)}
    if not known and report.get("maybe_in_sample"):
        # Until somebody has looked, nobody knows.
        report["remaining"] = {}

    def save(file: ObjectId) -> None:
        kept_now = {**kept, "report": report, _ANSWERS: _rows(known, said)}
        results.save_report(file, **kept_now)

    if not claims.exchange_results(record, save):
        raise ValueError(f"run {key!r} was changed by another process; try again")
    records.refresh(dataset, key)
    return RunRecalibration(lessons, _unused(decisions, known))


def told_by(decisions: Iterable[Decision]) -> Probabilities:
    """What decisions tell of the run's probabilities."""
    return {
        Answer(decision.box, decision.kind): float(decision.probability)
        for decision in decisions
        if decision.kind is not None and decision.probability is not None
    }


def load_lessons(samples: SampleCollection, key: str) -> Lessons:
    """What a run has learnt so far.

    Raises:
        ValueError: there is no such run, it is not complete, or it cannot learn.
    """
    kept = _kept(find_complete_run(samples, key))
    said = _recorded(kept)
    known = {answer: bool(row["is_error"]) for answer, row in _answer_rows(kept).items()}
    return _lessons(kept, known, said)


def kept_with_run(spectrum: Spectrum) -> dict[str, Any]:
    """What a run keeps beside its report to learn from, as JSON-serialisable values."""
    return {_SPECTRUM: spectrum.rows(), _ANSWERS: []}


def _check_ids(decisions: Iterable[Decision]) -> None:
    for position, decision in enumerate(decisions):
        for what, name in (("image", decision.image), (decision.box.side, decision.box.name)):
            if not isinstance(name, str):
                raise ValueError(
                    f"decisions[{position}].{what} is {name!r}; expected an id, such as sample.id "
                    "or detection.id"
                )


def _kept(record: RunRecord) -> dict[str, Any]:
    kept = results.load(record.results)
    if not isinstance(kept.get(_SPECTRUM), Mapping):
        raise ValueError(
            f"key is {record.key!r}, a run that keeps no probabilities to learn from: its method "
            "gives none, or an earlier version of odquality made it; run it again by method "
            "'calibrated'"
        )
    return kept


def _lessons(kept: Mapping[str, Any], known: Mapping[Answer, bool], said: Probabilities) -> Lessons:
    rows = ((answer.kind, said[answer], is_error) for answer, is_error in known.items())
    return lessons_of(Outcomes.of(rows), Spectrum.from_rows(kept[_SPECTRUM]))


def _rows(known: Mapping[Answer, bool], said: Probabilities) -> list[dict[str, Any]]:
    """Answers as the record keeps them, in an order of their own."""
    rows = [
        {
            "sample_id": str(answer.box.image),
            "box": answer.box.side,
            "box_id": str(answer.box.name),
            "kind": answer.kind,
            "probability": said[answer],
            "is_error": is_error,
        }
        for answer, is_error in known.items()
    ]
    return sorted(rows, key=lambda row: (row["sample_id"], row["box_id"], row["kind"]))


def _answer_rows(kept: Mapping[str, Any]) -> dict[Answer, Mapping[str, Any]]:
    return {
        Answer(Box(row["sample_id"], row["box"], row["box_id"]), row["kind"]): row
        for row in kept.get(_ANSWERS, ())
    }


def _recorded(kept: Mapping[str, Any]) -> Probabilities:
    """What the run had said of the boxes that were decided on before."""
    return {answer: float(row["probability"]) for answer, row in _answer_rows(kept).items()}


def _unused(decisions: Iterable[Decision], known: Mapping[Answer, bool]) -> tuple[Decision, ...]:
    kinds = {each: LABEL_KINDS if each.kind is None else (each.kind,) for each in decisions}
    return tuple(
        each
        for each, of in kinds.items()
        if not any(Answer(each.box, kind) in known for kind in of)
    )
