"""Scores after decisions: corrected where these have taught something, else as they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from odquality.arrays.flat_probabilities import FlatProbabilities
from odquality.arrays.quality import LabelQuality
from odquality.core.pooling import (
    expected_number,
    hidden_number,
    image_quality,
    lowest_score,
    missing_score,
    right_probability,
)
from odquality.core.scenes import FloatArray, IntArray
from odquality.kinds import ANY, BY_NAME, KINDS, LABEL_KINDS, OVERLOOKED
from odquality.learning.lessons import Lessons


def corrected_probabilities(
    said: FlatProbabilities,
    lessons: Lessons,
    known: Mapping[tuple[str, int], bool],
) -> FlatProbabilities:
    """Probabilities after the decisions; 0 or 1 for what is known by them.

    Args:
        said: the probabilities before any decision.
        lessons: what the decisions have taught.
        known: whether a box has an error, by the kind and the box's row among those of the kind.
    """
    correction = lessons.correction
    values = correction.apply_to_labels({kind: said.values[kind] for kind in LABEL_KINDS})
    values[OVERLOOKED] = correction.apply(OVERLOOKED, said.values[OVERLOOKED])
    values = {kind: values[kind].copy() for kind in KINDS}
    for (kind, row), is_error in known.items():
        values[kind][row] = float(is_error)
    return replace(said, values=values)


def corrected_scores(
    quality: LabelQuality, before: FlatProbabilities, after: FlatProbabilities
) -> LabelQuality:
    """The scores with whatever changes; the others stay as they are, to the last bit.

    Args:
        quality: the scores before any decision.
        before: their probabilities.
        after: the probabilities after the decisions.
    """
    images, labels = dict(quality.scores), dict(quality.label_scores)
    predictions, expected = dict(quality.prediction_scores), dict(quality.expected_errors)
    changed = [
        kind
        for kind in KINDS
        if not np.array_equal(before.values[kind], after.values[kind], equal_nan=True)
    ]
    if not changed:
        return quality
    # Of a kind that has not changed, 1 - (1 - score) need not be the score.
    for kind in changed:
        counts, likely = after.counts(kind), after.values[kind]
        expected[kind] = _number(after, kind)
        if kind == OVERLOOKED:
            # What probabilities do not show stays as it was.
            rest = np.maximum(quality.expected_errors[kind] - _number(before, kind), 0.0)
            expected[kind] += rest
            predictions[kind] = _by_image(1.0 - likely, counts)
            hidden = hidden_number(quality.scores[kind], before.values[kind], counts)
            images[kind] = missing_score(likely, counts, hidden)
        else:
            labels[kind] = _by_image(1.0 - likely, counts)
            images[kind] = lowest_score(1.0 - likely, counts)
    right = right_probability(after.values[kind] for kind in LABEL_KINDS)
    if set(changed) & set(LABEL_KINDS):
        labels["quality"] = _by_image(right, after.num_labels)
    images["quality"] = image_quality(
        images[OVERLOOKED], right, after.num_labels, quality.clustering
    )
    expected[ANY] = np.sum([expected[kind] for kind in KINDS], axis=0)
    return replace(
        quality,
        scores=images,
        label_scores=labels,
        prediction_scores=predictions,
        expected_errors=expected,
    )


def _number(of: FlatProbabilities, kind: str) -> FloatArray:
    """Sum of the probabilities of each image's errors of a kind, (N,)."""
    return expected_number(of.values[kind] / BY_NAME[kind].boxes, of.counts(kind))


def _by_image(values: FloatArray, counts: IntArray) -> list[FloatArray]:
    return np.split(values, np.cumsum(counts)[:-1])
