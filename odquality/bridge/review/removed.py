"""What a run had said of labels that were removed: decisions keep them as they were."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from odquality.bridge.decisions.texts import from_text
from odquality.bridge.run.box_probabilities import Probabilities
from odquality.learning.decisions import Answer, Box


def read_removed(
    texts: Mapping[Box, str], key: str
) -> Callable[[Collection[Answer]], Probabilities]:
    """Looks up the probabilities of errors of labels that are no longer there.

    Args:
        texts: the labels, as decisions keep them.
        key: that the run's attributes are named after.

    Returns:
        What gives the probabilities of some boxes, those that are known. Only their labels are
        read.
    """

    def look_up(wanted: Collection[Answer]) -> Probabilities:
        labels = {box: from_text(texts[box]) or {} for box, _ in wanted if box in texts}
        scores = {
            answer: labels[answer.box].get(f"{key}_{answer.kind}")
            for answer in wanted
            if answer.box in labels
        }
        return {
            answer: 1.0 - score
            for answer, score in scores.items()
            if isinstance(score, float) and 0 <= score <= 1
        }

    return look_up
