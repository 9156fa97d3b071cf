"""What a run had said of labels that were removed: decisions keep them as they were."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from odquality.bridge.decisions.texts import Document, from_text
from odquality.bridge.run.box_probabilities import Probabilities
from odquality.bridge.store.field_names import FieldNames
from odquality.kinds import LABEL_KINDS
from odquality.learning.decisions import Answer, Box, Decision


def read_removed(
    removed: Mapping[Box, tuple[Decision, str]],
) -> Callable[[Collection[Answer]], Probabilities]:
    """Looks up the probabilities of errors of labels that are no longer there.

    Args:
        removed: the decisions that removed them, and the labels as these keep them.

    Returns:
        What gives the probabilities of some boxes, those that are known. Only their labels are
        read.
    """

    def look_up(wanted: Collection[Answer]) -> Probabilities:
        boxes = {box for box, _ in wanted if box in removed}
        scores = {box: _scores(*removed[box]) for box in boxes}
        return {
            answer: 1.0 - scores[answer.box][answer.kind]
            for answer in wanted
            if answer.kind in scores.get(answer.box, ())
        }

    return look_up


def _scores(decision: Decision, text: str) -> dict[str, float]:
    """Scores of a label by kind, by the run that suggested to remove it."""
    label: Document = from_text(text) or {}
    # It may have had another key then, and other runs may have scored the label, too.
    ending = f"_{decision.kind}"
    for name in sorted(name for name in label if name.endswith(ending)):
        score = label[name]
        if isinstance(score, float) and 1.0 - score == decision.probability:
            return _by_kind(label, name.removesuffix(ending))
    return {}


def _by_kind(label: Document, key: str) -> dict[str, float]:
    scores = {kind: label.get(FieldNames(key).score(kind)) for kind in LABEL_KINDS}
    return {
        kind: score
        for kind, score in scores.items()
        if isinstance(score, float) and 0 <= score <= 1
    }
