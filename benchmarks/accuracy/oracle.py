"""How far any method that sees boxes alone could go: one that is told which boxes are wrong.

Gradient boosting learns from the true flags of injected errors, and is asked about images that it
has not learnt from. What it does not find, the boxes do not show.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from benchmarks.accuracy.data import DetectionData
from benchmarks.accuracy.evaluation import matches, unmatched
from benchmarks.accuracy.rich_evidence import gather_rich_evidence
from benchmarks.accuracy.suspicion import Suspicion
from odquality.core.scenes import BoolArray, Boxes, FloatArray, IntArray
from odquality.demo.injection.labels import Corrupted
from odquality.kinds import ANY, KINDS, LABEL_KINDS, OVERLOOKED

ORACLE = "limit (told the truth)"
NUM_FOLDS = 5
# One draw makes few errors: those of as many draws are learnt from as give so many.
ENOUGH_ERRORS = 5000
MAX_DRAWS = 20
# No other seed of an injection is ever as large.
_FIRST_SEED = 1000
NO_ERROR = ""


def score_by_oracle(
    data: DetectionData, inject: Callable[[int], Corrupted], corrupted: Corrupted
) -> Suspicion:
    """Scores labels by what was learnt from the errors in other images.

    Args:
        data: images with labels that count as right.
        inject: gives those labels with errors, by a seed.
        corrupted: the labels to score.
    """
    draws = int(np.clip(np.ceil(ENOUGH_ERRORS / max(len(corrupted.errors), 1)), 1, MAX_DRAWS))
    drawn = [corrupted] + [inject(_FIRST_SEED + number) for number in range(draws - 1)]
    spoiled = [data.with_labels(each.labels, each.iscrowd) for each in drawn]
    evidence = [gather_rich_evidence(each) for each in spoiled]
    fold = np.random.default_rng(0).permutation(len(data)) % NUM_FOLDS

    reviewed = [~each.iscrowd for each in drawn]
    by_kind = _cross_validated(
        [each.labels for each in evidence],
        [_label_kinds(each) for each in drawn],
        [fold[each.labels.image] for each in drawn],
        reviewed,
    )
    candidates = [unmatched(each.labels, data.predictions) for each in drawn]
    shown = [
        np.where(matches(data.predictions, each.errors.dropped(len(data))), OVERLOOKED, NO_ERROR)
        for each in drawn
    ]
    overlooked = _cross_validated(
        [each.predictions for each in evidence],
        shown,
        [fold[data.predictions.image]] * draws,
        candidates,
    ).get(OVERLOOKED, np.zeros(len(data.predictions)))
    labels = {kind: by_kind.get(kind, np.zeros(len(corrupted.labels))) for kind in LABEL_KINDS}
    labels[ANY] = np.sum(list(labels.values()), axis=0)
    return Suspicion(
        _of_images(labels, overlooked, corrupted.labels, data),
        labels,
        overlooked,
    )


def _label_kinds(corrupted: Corrupted) -> NDArray[np.str_]:
    """(L,) kind of each label's error, "" for none."""
    errors = corrupted.errors
    told = np.isin(errors.kind, LABEL_KINDS)
    kinds = np.full(len(corrupted.labels), NO_ERROR, dtype="U10")
    kinds[errors.row[told]] = errors.kind[told]
    return kinds


def _cross_validated(
    evidence: list[FloatArray],
    truth: list[NDArray[np.str_]],
    fold: list[IntArray],
    counts: list[BoolArray],
) -> dict[str, FloatArray]:
    """Probability of each kind, for the first draw; by models that have not seen the fold.

    What is right is alike in all draws and learnt from the first one; the errors of all draws
    together weigh as much as those of one.

    Args:
        evidence: of each draw, (n, columns).
        truth: of each draw, (n,) kinds.
        fold: of each draw, (n,) fold of the box's image.
        counts: of each draw, (n,) which boxes to learn from and to score; the others get 0.
    """
    rows = [of & (kinds != NO_ERROR) for of, kinds in zip(counts, truth, strict=True)]
    rows[0] = counts[0]
    columns, kinds, folds = (
        np.concatenate([each[of] for each, of in zip(values, rows, strict=True)])
        for values in (evidence, truth, fold)
    )
    weight = np.where(kinds == NO_ERROR, 1.0, 1.0 / len(truth))
    probabilities = {kind: np.zeros(len(truth[0])) for kind in np.unique(kinds).tolist()}
    for number in range(NUM_FOLDS):
        learnt = folds != number
        asked = np.flatnonzero(counts[0] & (fold[0] == number))
        if not len(asked) or len(np.unique(kinds[learnt])) < 2:
            continue
        # More threads than free cores wait for each other.
        with threadpool_limits(1):
            model = _boost(columns[learnt], kinds[learnt], weight[learnt])
            found = model.predict_proba(evidence[0][asked]).T
        for kind, values in zip(model.classes_.tolist(), found, strict=True):
            probabilities[kind][asked] = values
    probabilities.pop(NO_ERROR, None)
    return probabilities


def _boost(
    evidence: FloatArray, kinds: NDArray[np.str_], weight: FloatArray
) -> HistGradientBoostingClassifier:
    model = HistGradientBoostingClassifier(
        learning_rate=0.08,
        max_iter=120,
        max_leaf_nodes=15,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=0,
    )
    return model.fit(evidence, kinds, sample_weight=weight)


def _of_images(
    labels: dict[str, FloatArray], overlooked: FloatArray, boxes: Boxes, data: DetectionData
) -> dict[str, FloatArray]:
    """Probability that an image has an error of each kind, and of any."""

    def clean(probability: FloatArray, image: IntArray) -> FloatArray:
        logs = np.log1p(-np.clip(probability, 0, 1 - 1e-9))
        return np.bincount(image, logs, minlength=len(data)).astype(np.float64)

    logs = {kind: clean(labels[kind], boxes.image) for kind in (ANY, *LABEL_KINDS)}
    logs[OVERLOOKED] = clean(overlooked, data.predictions.image)
    logs[ANY] = logs[ANY] + logs[OVERLOOKED]
    return {kind: 1 - np.exp(logs[kind]) for kind in (ANY, *KINDS)}
