"""Recalibrates scores by what a reviewer has found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from odquality.arrays.corrected_scores import corrected_probabilities, corrected_scores
from odquality.arrays.flat_probabilities import FlatProbabilities
from odquality.arrays.given_issues import checked_issues
from odquality.arrays.quality import LabelQuality
from odquality.arrays.question import Question
from odquality.core.parameters import integer, number, shown
from odquality.kinds import KINDS, OVERLOOKED
from odquality.learning.decisions import Answer, Decision, Outcomes, answers, listed
from odquality.learning.lessons import Lessons, lessons_of
from odquality.learning.selection import TEACHING_SHARE, next_to_review
from odquality.learning.spectrum import Spectrum
from odquality.methods.issues import Issue
from odquality.methods.registry import method_info

# What is less likely wrong than this is not asked about.
_LEAST_PROBABILITY = 0.001


@dataclass(frozen=True)
class Recalibration:
    """What decisions have taught, and the scores that follow; print it.

    Attributes:
        quality: the scores, corrected. A box that was decided on has 1 - what was found.
        lessons: what is known now: how many errors are left, of which kind, and how surely.
    """

    quality: LabelQuality
    lessons: Lessons
    # Kinds and rows of the boxes that need no decision any more.
    _closed: frozenset[tuple[str, int]]
    _num_decisions: int
    _said: FlatProbabilities
    _corrected: FlatProbabilities

    def __str__(self) -> str:
        return str(self.lessons)

    def issues(self, issues: Iterable[Issue]) -> list[Issue]:
        """Issues with their probabilities corrected, without those that were decided on.

        Who has decided on one label of a duplicate has decided on the other.

        Args:
            issues: as `find_label_issues` gave them for the same data.

        Returns:
            The issues, the likeliest first.

        Raises:
            ValueError: they are no issues, or of other data.
        """
        said = self._said
        corrected = []
        for position, issue in enumerate(
            checked_issues(issues, said.num_labels, said.num_predictions)
        ):
            row = said.row(Decision.about(issue, True).box, f"issues[{position}]")
            if (issue.kind, row) not in self._closed:
                likely = float(self._corrected.values[issue.kind][row])
                corrected.append(replace(issue, probability=likely))
        return sorted(corrected, key=lambda issue: -issue.probability)

    def next_to_review(
        self, count: int = 10, *, teaching_share: float = TEACHING_SHARE
    ) -> list[Question]:
        """What to decide on next.

        Mostly the likeliest errors. A share is of boxes that teach most about the others: nobody
        would otherwise look at boxes that the method takes for right, and know how many errors
        they hide.

        Args:
            count: how many boxes to return, if there are as many.
            teaching_share: in [0, 1], the share of boxes that teach, as long as the number of
                errors left is not well known; 0 for the likeliest alone.

        Returns:
            The questions, in the order in which to ask them; the same for the same decisions.

        Raises:
            ValueError: an argument is out of its range.
        """
        count = integer("count", count, 0, 2**31)
        share = number("teaching_share", teaching_share, 0, 1)
        if self.lessons.is_well_known:
            share = 0.0
        is_open = {kind: self._corrected.values[kind] >= _LEAST_PROBABILITY for kind in KINDS}
        for kind, row in self._closed:
            is_open[kind][row] = False
        rows = {kind: np.flatnonzero(is_open[kind]) for kind in KINDS}
        likely = np.concatenate([self._corrected.values[kind][rows[kind]] for kind in KINDS])
        said, lessons = self._said.values, self.lessons
        teaching = [lessons.teaching_value(kind, said[kind][rows[kind]]) for kind in KINDS]
        of_kind = np.repeat(np.arange(len(KINDS)), [len(rows[kind]) for kind in KINDS])
        among_kind = np.concatenate([rows[kind] for kind in KINDS])
        chosen = next_to_review(
            likely, np.concatenate(teaching), count, self._num_decisions, teaching_share=share
        )
        return [
            self._question(KINDS[of_kind[at]], int(among_kind[at]), float(likely[at]))
            for at in chosen.tolist()
        ]

    def _question(self, kind: str, row: int, probability: float) -> Question:
        image, place = (int(one[0]) for one in self._corrected.places(kind, np.array([row])))
        missing = kind == OVERLOOKED
        return Question(
            image, kind, probability, None if missing else place, place if missing else None
        )


def recalibrate(quality: LabelQuality, decisions: Iterable[Decision]) -> Recalibration:
    """Corrects scores by what a reviewer has found in the images.

    The scores were calibrated with errors that were put into the labels. After some 20 decisions
    they are right about this dataset, its detector and its annotators. Each kind of error is
    corrected by its own decisions, and the order of its boxes stays.

    The result is a function of the scores and the set of decisions: their order makes no
    difference, without any nothing changes at all, and to undo one is to leave it out. So pass all
    decisions every time, with the scores as they were before any.

    Args:
        quality: the scores, by the calibrated method.
        decisions: what was found: `Decision.about` an issue or a question, and `Decision.confirm`
            for labels that are right in every way. A label has one error at most: if it has one of
            a kind, it has none of the others, unless another decision says so.

    Returns:
        The corrected scores, with an estimate of how many errors are left.

    Raises:
        ValueError: the scores are no probabilities; or a decision is malformed, is about a box that
            is not there or was not scored, or contradicts another one.

    Example:
        Half of the objects have no label, which the method takes for mistakes of the detector:

        >>> import numpy as np
        >>> from odquality import score_labels
        >>> labels = [{"bboxes": np.array([[10, 10, 60, 60]]), "labels": np.array([0])}] * 20
        >>> seen = np.array([[10, 10, 60, 60, 0.9, 1], [90, 20, 150, 80, 0.6, 1]])
        >>> quality = score_labels(labels, [seen] * 20, method="calibrated")
        >>> found = [Decision(image, "overlooked", True, prediction=1) for image in range(5)]
        >>> corrected = recalibrate(quality, found).quality
        >>> scores = [one.prediction_scores["overlooked"][19][1] for one in (quality, corrected)]
        >>> bool(scores[1] < scores[0])
        True
    """
    if not isinstance(quality, LabelQuality):
        raise ValueError(
            f"quality is {shown(quality)}; expected a LabelQuality, as score_labels returns it (of "
            "a run in FiftyOne: recalibrate_run)"
        )
    if not method_info(quality.method).gives_issues:
        raise ValueError(
            f"quality is by method {quality.method!r}, whose scores are no probabilities; expected "
            "scores by method 'calibrated'"
        )
    decisions = listed(decisions)
    given = answers(decisions)
    said = FlatProbabilities.of(quality)
    row_of_box = {
        decision.box: said.row(decision.box, f"decisions[{position}]")
        for position, decision in enumerate(decisions)
    }
    rows = {answer: row_of_box[answer.box] for answer in given}
    asked = {(decision.box, decision.kind) for decision in decisions}
    settled = said.twins([Answer(box, kind) for box, kind in asked if kind is not None], rows)
    outcomes = Outcomes.of(
        (answer.kind, float(said.values[answer.kind][rows[answer]]), is_error)
        for answer, is_error in given.items()
    )
    others = {
        kind: said.values[kind][sorted({row for (_, of), row in settled.items() if of == kind})]
        for kind in KINDS
    }
    lessons = lessons_of(outcomes, Spectrum.of(said.values), others)
    known = {(answer.kind, rows[answer]): is_error for answer, is_error in given.items()}
    for answer, row in settled.items():
        if not given[answer]:
            # No two labels of one object: neither is one too many.
            known[answer.kind, row] = False
    corrected = corrected_probabilities(said, lessons, known)
    scores = corrected_scores(quality, said, corrected)
    closed = frozenset((kind, row) for (_, kind), row in (*rows.items(), *settled.items()))
    return Recalibration(scores, lessons, closed, len(asked), said, corrected)
